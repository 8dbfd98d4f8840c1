import Testing
import VaultCore

/// What docs/format.md §16.1 and docs/sampling.md say of draws is what the code, and the page's own Python, draw.
struct SamplingPageTests {
  @Test func `the tickets of the format page are those of the code`() throws {
    let block = try #require(try FormatPage().blocks("tickets").first)
    let root = try #require(Digest(hex: Array(block.info[2].utf8)))
    let seed = try #require(Hex.decode(block.info[1].utf8))
    let count = try #require(UInt64(block.info[3]))
    let lottery = SampleLottery(seed: seed, root: MerkleHash(root), count: count)
    #expect(block.lines == (0..<count).map { "\($0) \(lottery.ticket(of: $0).hash.hex)" })
    #expect(lottery.smallest(2, of: 0..<count).map(\.record) == [1, 0])
  }

  @Test func `the page's Python draws the records that the page lists, and so does the code`() throws {
    let page = try FormatPage("docs/sampling.md")
    let drawn = try #require(page.blocks("draw").first).lines.joined()
    let script = try #require(page.blocks("python", "draw").first).lines.joined(separator: "\n")
    #expect(try Repository.run("/usr/bin/env", ["python3", "-c", script]).output == drawn + "\n")

    let records = try Repository.bytes("Fixtures/pull-requests/merged-prs-2026-h1.ndjson").split(
      separator: 0x0A)
    let hasher = MerkleHasher()
    var range = CompactRange()
    for record in records { range.append(hasher.leaf(Array(record)), hasher) }
    let seed = try #require(Hex.decode("5d3f0c6f9b1e4f0aa7c2d18e64b09f35".utf8))
    let lottery = SampleLottery(seed: seed, root: range.root(hasher), count: range.end)
    #expect(
      lottery.smallest(25, of: 0..<range.end).map { String($0.record) }.joined(separator: " ") == drawn)
  }
}
