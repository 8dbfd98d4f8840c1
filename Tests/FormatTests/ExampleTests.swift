import Testing
import VaultCore
import VaultFsck
import VaultSigning
import VaultStore

/// What docs/format.md shows is what the code reads and writes, byte for byte.
struct ExampleTests {
  private static let period = "Fixtures/format-example/vault/refs/periods/soc2-2026-h1.log"
  private static let packfile = "Fixtures/format-example/vault/packs/soc2-2026-h1/000001.pack"
  private let page: FormatPage

  init() throws { page = try FormatPage() }

  @Test func `every document of the example decodes and encodes again to its bytes`() throws {
    let blocks = page.blocks("json")
    #expect(blocks.count == 9)
    for block in blocks {
      let bytes = block.bytes
      let again =
        switch block.info[1] {
        case "vault.json": try VaultFile(decoding: bytes).encoded()
        case "trust": try Trust(decoding: bytes).encoded()
        case "commit": try Commit(decoding: bytes).encoded()
        case "signature": try SignatureDocument(decoding: bytes).encoded()
        default: try Line(decoding: bytes).encoded()
        }
      #expect(again == bytes)
    }
  }

  @Test func `the example's ref lines are its files and decode`() throws {
    for (name, kind, file) in [
      ("trust", RefLine.Kind.trust, "Fixtures/format-example/vault/refs/trust.log"),
      ("commit", .commit, Self.period),
    ] {
      let block = try #require(page.blocks("reflines", name).first)
      #expect(try Repository.text(file) == block.lines.joined(separator: "\n") + "\n")
      for line in block.lines {
        let bytes = Array(line.utf8)
        #expect(try RefLine(decoding: bytes.span, kind: kind).encoded() == bytes)
      }
    }
  }

  @Test func `the example's ids and root are those of its bytes`() throws {
    let trust = page.blocks("json", "trust")
    let vault = try VaultFile(decoding: try #require(page.blocks("json", "vault.json").first).bytes).vault
    #expect(ObjectID(of: trust[0].bytes) == vault)
    #expect(try Trust(decoding: trust[1].bytes).previous == vault)

    let lines = page.blocks("json", "line").map(\.bytes)
    let commits = page.blocks("json", "commit").map(\.bytes)
    let hasher = MerkleHasher()
    var range = CompactRange()
    for line in lines { range.append(hasher.leaf(line), hasher) }
    let last = try Commit(decoding: commits[1])
    #expect(range.root(hasher) == last.root && range.end == UInt64(last.count))
    #expect(last.parent == ObjectID(of: commits[0]))
    #expect(ObjectID(of: lines[1] + [0x0A]) == (try Commit(decoding: commits[0]).lines))

    let document = try #require(page.blocks("json", "signature").first)
    let signature = try SignatureDocument(decoding: document.bytes)
    let key = try TrustChain.verify(
      signature, over: commits[0], id: ObjectID(of: commits[0]), namespace: Commit.signatureNamespace)
    #expect(key.fingerprint == (try Commit(decoding: commits[0]).signer))
  }

  @Test func `the annotated pack is in the packfile, and its parts decode`() throws {
    let dumps = try page.blocks("hexdump").map { try #require($0.dump) }
    try #require(dumps.count == 3)
    let file = try Repository.bytes(Self.packfile)
    for (offset, bytes) in dumps.prefix(2) { #expect(Array(file[offset..<offset + bytes.count]) == bytes) }

    let pack = dumps[0].bytes
    try pack.withUnsafeBytes { raw in
      #expect(try PackHeader.decode(raw) == .evidence)
      let header = try BlockHeader(decoding: UnsafeRawBufferPointer(rebasing: raw[16...]))
      #expect(header.codec == .raw && header.rawLength == 59 && header.totalLength == 85)
      let block = UnsafeRawBufferPointer(rebasing: raw[16..<16 + header.totalLength])
      #expect(BlockCheck.crcMatches(header, block))
      let (descriptor, payload) = try BlockCheck.split(header, block)
      #expect(descriptor.parts == [59] && descriptor.bases.isEmpty)
      let footer = try PackFooter(
        decoding: UnsafeRawBufferPointer(rebasing: raw[(16 + header.totalLength)...]),
        packLength: UInt64(raw.count))
      #expect(footer.objects == [PackFooter.Object(id: ObjectID(of: Array(payload)), length: 59)])
      #expect(footer.encoded() == Array(raw[(16 + header.totalLength)...]))
    }

    let table = try dumps[2].bytes.withUnsafeBytes { try RecordTable(decoding: $0) }
    #expect(table.encoded() == dumps[2].bytes && table.records == 3 && table.bytes == 105)
  }

  @Test func `every command of the example prints what the page says`() throws {
    let commands = page.blocks("console").flatMap(\.commands)
    #expect(commands.count == 11)
    for (command, output) in commands {
      let folder = Repository.path("Fixtures/format-example")
      let result = try Repository.run("/bin/bash", ["-ec", "set -o pipefail; cd '\(folder)'; " + command])
      #expect(result.status == 0 && result.output == output, "\(command)\n\(result.output)\(result.errors)")
    }
  }
}

extension RefLine {
  init(decoding bytes: Span<UInt8>, kind: Kind) throws {
    self = try bytes.withUnsafeBytes { try RefLine(decoding: $0, kind: kind) }
  }
}
