import Testing
import VaultCore
import VaultFiles

@testable import VaultStore

@Suite struct `A population` {
  /// What RFC 6962 says of the records, computed the plain way.
  private func expected(_ content: [UInt8]) -> (count: UInt64, root: MerkleHash) {
    let hasher = MerkleHasher()
    var range = CompactRange()
    var records = content.split(separator: 0x0A, omittingEmptySubsequences: false)
    if records.last?.isEmpty == true { records.removeLast() }
    for record in records { range.append(hasher.leaf(Array(record)), hasher) }
    return (range.end, range.root(hasher))
  }

  private func check(_ content: [UInt8], workers: Int = 2) throws {
    let bench = try PackBench()
    let (results, pack) = try bench.ingest([try bench.source(content, population: true)], workers: workers)
    let placed = try bench.place(try #require(pack))
    let reader = bench.reader([placed])
    let result = results[0]
    #expect(result.object == ObjectID(of: content))
    #expect(try reader.streamed(result.object) == content)
    let summary = try #require(result.records)
    let (count, root) = expected(content)
    #expect(summary.count == count && summary.root == root)
    let bytes = try reader.read(summary.table, limit: 1 << 20)
    let table = try bytes.withBytes { raw throws(FormatError) in try RecordTable(decoding: raw) }
    #expect(table.records == count && table.bytes == UInt64(content.count) && table.encoded() == bytes)
    for frame in table.frames where frame.offset > 0 {
      #expect(content[Int(frame.offset) - 1] == 0x0A, "a frame begins with a record")
    }
  }

  @Test(arguments: [
    "", "\n", "a", "a\n", "a\nb", "\n\n\n", "a\r\nb\r\n",
  ])
  func `of few records is counted and hashed`(content: String) throws {
    try check(Array(content.utf8))
  }

  @Test func `is cut at record ends, whatever their sizes`() throws {
    var random = SplitMix64(seed: 7)
    var content: [UInt8] = []
    for number in 0..<400 {
      let length = number % 50 == 0 ? 200_000 : Int(random.next() % 4000)
      content += Content.noise(length, seed: UInt64(number)).map { $0 == 0x0A ? 0x20 : $0 }
      content.append(0x0A)
    }
    try check(content, workers: 3)
    try check(content.dropLast(1) + [0x20])
  }

  @Test func `may have records longer than a frame`() throws {
    let long = [UInt8](repeating: 0x61, count: 3 * BlockPlan.recordFrame + 5)
    try check(long)
    try check(long + [0x0A])
    try check([0x62, 0x0A] + long + [0x0A, 0x62])
    try check(long + [0x0A] + long + [0x0A, 0x0A] + long)
  }

  @Test(arguments: [-1, 0, 1])
  func `may end exactly with a frame`(more: Int) throws {
    let record = [UInt8](repeating: 0x61, count: 255) + [0x0A]
    let whole = Array(repeatElement(record, count: BlockPlan.recordFrame / 256).joined())
    try check(more < 0 ? Array(whole.dropLast()) : more == 0 ? whole : whole + [0x0A])
    try check(whole + whole)
  }

  @Test func `is refused where a record is over the limit`() throws {
    let bench = try PackBench()
    let short = Array("one\ntwo\n".utf8)
    let long = [UInt8](repeating: 0x61, count: Limits.recordBytes + BlockPlan.recordFrame + 2)
    let source = try bench.source(short + long, population: true)
    let error = #expect(throws: StoreError.self) { _ = try bench.ingest([source], workers: 2) }
    #expect(error?.code == .badInput && error?.reason.contains("line 3: ") == true)
  }

  @Test func `that the period holds is counted again but not stored`() throws {
    let bench = try PackBench()
    let content = Content.text(1_000_000, seed: 3)
    let source = try bench.source(content, population: true)
    let (first, pack) = try bench.ingest([source])
    let placed = try bench.place(try #require(pack))
    let (again, none) = try bench.ingest([source], bench.context([placed]), workers: 2)
    #expect(none == nil && again[0].wasKnown && again[0].records?.root == first[0].records?.root)
    // As a plain document it is known too, and the other way round its table is new.
    #expect(try bench.ingest([try bench.source(content)], bench.context([placed])).1 == nil)
    let (both, one) = try bench.ingest([source, source], workers: 2)
    #expect(both.map(\.wasKnown) == [false, true])
    #expect(try bench.place(try #require(one), as: 2).objectCount == 2)
  }
}
