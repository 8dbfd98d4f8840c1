import VaultCore
import VaultSigning

@testable import VaultStore

extension Samples {
  /// A few kilobytes with one of everything: a solid block, a run of three blocks, a raw block, two deltas, a
  /// population, a superseded entry, three trust documents, and a period with its predecessor.
  static let compact: [String: [UInt8]] = try! makeCompact()

  private static func makeCompact() throws -> [String: [UInt8]] {
    let vault = try TestVault()
    let first = try vault.open(TestVault.soc)
    let before = PeriodOpening.Predecessor(period: TestVault.soc.period, commit: first)
    try vault.open(
      TestVault.iso,
      PeriodOpening(
        period: TestVault.iso.period, framework: "iso", from: TestVault.from, to: TestVault.to,
        predecessor: before))
    try vault.appendTrust(
      TestVault.secondTrust(
        vault.folder.id, number: 3, previous: try vault.trust(),
        revocations: [
          .init(key: Keys.stranger.publicKey.fingerprint, at: TestVault.from, reason: "lost")
        ]))
    var insider = Insider(try vault.contents().filter { !$0.key.contains("/index/") })
    try insider.commit(.init(lines: try compactLines(vault), evidence: [try compactPack(vault)]))
    return insider.contents
  }

  private static let solid = [Array("one\n".utf8), Array("two\n".utf8), []]
  private static let pieces = (0..<3).map { text(120 + $0) }
  private static let versions = (0..<3).map { Array(Hex.encode(noise(90)).utf8) + [UInt8($0)] }

  private static func compactPack(_ vault: TestVault) throws -> [UInt8] {
    try Insider.pack { assembler, coder in
      func add(_ block: EncodedBlock, _ objects: [UInt8]...) throws {
        try assembler.append(block, ending: objects.map { (ObjectID(of: $0), UInt64($0.count)) })
      }
      try assembler.append(objects: solid, coder)
      for (number, piece) in pieces.enumerated() {
        let block = piece.withBytes {
          coder.encode($0, parts: [piece.count], continues: number > 0, unfinished: number < 2)
        }
        if number < 2 { try add(block) } else { try add(block, pieces.flatMap { $0 }) }
      }
      let raw = noise(40)
      try add(raw.withBytes { coder.encode($0, parts: [raw.count], codec: .raw) }, raw)
      try add(versions[0].withBytes { coder.encode($0, parts: [versions[0].count]) }, versions[0])
      for number in 1...2 {
        try add(Insider.delta(versions[number], of: [versions[0]], coder), versions[number])
      }
      try assembler.append(objects: [records(3), try table().encoded()], coder)
    }
  }

  private static func range() -> CompactRange {
    let merkle = MerkleHasher()
    var range = CompactRange()
    for record in records(3).split(separator: 0x0A) { range.append(merkle.leaf(Array(record)), merkle) }
    return range
  }

  private static func table() throws -> RecordTable {
    RecordTable(
      records: 3, bytes: UInt64(records(3).count),
      frames: [.init(firstRecord: 0, offset: 0, hashes: range().hashes)])
  }

  private static func compactLines(_ vault: TestVault) throws -> [[UInt8]] {
    let objects = solid + [pieces.flatMap { $0 }, noise(40)] + versions
    var lines = try objects.enumerated().map { number, bytes in
      try TestVault.entry("\(number).txt", ObjectID(of: bytes), UInt64(bytes.count)).encoded()
    }
    let population = Population(
      count: 3, root: range().root(MerkleHasher()), table: ObjectID(of: try table().encoded()))
    lines.append(
      try TestVault.entry(
        "p.ndjson", ObjectID(of: records(3)), UInt64(records(3).count), population: population
      ).encoded())
    // Leaf 0 is the opening.
    let standing = Entry.Supersession(
      leaf: 1, hash: MerkleHash(MerkleHasher().leaf(lines[0])), reason: "the second is right")
    lines.append(
      try TestVault.entry("0.txt", ObjectID(of: solid[1]), 4, revision: 2, supersedes: standing).encoded())
    return lines
  }
}
