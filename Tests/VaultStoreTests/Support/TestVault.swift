import Testing
import VaultCore
import VaultFiles

@testable import VaultStore

/// A vault in memory whose signatures say nothing: the store does not look at them.
struct TestVault {
  let files: any FileLayer
  let folder: VaultFolder
  static let root = "/vault"
  static let period = RefName.period("2026")
  static let start = Timestamp(canonical: "2026-01-01T00:00:00.000Z")!

  init(_ files: any FileLayer = MemoryFiles()) throws {
    self.files = files
    let trust = Trust(
      number: 1, vault: nil, previous: nil, nonce: String(repeating: "ab", count: 32), rootKeys: [Self.key],
      threshold: 1, signers: [], revocations: [], time: Self.start)
    folder = try VaultFolder.create(
      files, root: Self.root, first: trust, signatures: [Self.signature(of: trust.encoded())])
  }

  /// The vault as another process finds it.
  init(reopening files: any FileLayer) throws {
    self.files = files
    folder = try VaultFolder.open(files, root: Self.root)
  }

  private static let key =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g"

  static func signature(of bytes: [UInt8]) -> SignatureDocument {
    SignatureDocument(object: ObjectID(of: bytes), namespace: Commit.signatureNamespace, signature: "AAAA")
  }

  /// Opens the period: commit 1.
  func openPeriod() throws {
    let opening = PeriodOpening(
      period: "2026", framework: "soc2", from: Self.start,
      to: Timestamp(canonical: "2027-01-01T00:00:00.000Z")!)
    try commit(RefWriter.Addition(lines: [opening.encoded()]), creating: true)
  }

  @discardableResult
  func commit(_ addition: RefWriter.Addition, creating: Bool = false) throws -> ObjectID {
    try Self.commit(addition, with: RefWriter(folder, Self.period, creating: creating))
  }

  @discardableResult
  static func commit(_ addition: RefWriter.Addition, with writer: RefWriter) throws -> ObjectID {
    try writer.commit(addition) { plan in
      Commit(
        vault: plan.vault, ref: plan.ref, sequence: plan.sequence, parent: plan.parent, lines: plan.lines,
        added: plan.added, count: plan.count, root: plan.root, trust: plan.vault, signer: "SHA256:nobody",
        time: start, message: "")
    } sign: {
      [signature(of: $0)]
    }.0
  }

  static func entry(_ path: String, _ object: [UInt8], revision: Int = 1) throws -> Entry {
    try entry(path, ObjectID(of: object), size: object.count, revision: revision)
  }

  static func entry(_ path: String, _ object: ObjectID, size: Int, revision: Int = 1) throws -> Entry {
    Entry(
      path: try EvidencePath(path), revision: revision, object: object, size: UInt64(size),
      mediaType: "text/plain",
      controls: [], series: nil, source: Entry.Source(system: "test"),
      effective: Entry.Window(from: start, to: start), collected: start, context: [], late: nil,
      supersedes: revision > 1
        ? Entry.Supersession(leaf: 0, hash: MerkleHash(.zero), reason: "a test") : nil,
      population: nil)
  }

  /// Takes files in and commits them, as the command does.
  @discardableResult
  func add(_ contents: [(path: String, bytes: [UInt8])], workers: Int = 1, revision: Int = 1) throws
    -> ObjectID
  {
    let index = try self.index()
    try files.makeDirectories("/in")
    let sources = try contents.enumerated().map { number, item in
      try files.writeNewFile("/in/\(number)", item.bytes, durable: false, replace: true)
      let base = index.base(DeltaKeys.of(path: item.path, system: "test", series: nil))
      return IngestSource(.file("/in/\(number)"), base: base)
    }
    let (results, pack) = try Ingest.run(
      sources, Ingest.Context(index), files: files, staging: folder.staging, workers: workers)
    let lines = try zip(contents, results).map { item, result in
      try Self.entry(item.path, result.object, size: Int(result.size), revision: revision).encoded()
    }
    return try commit(RefWriter.Addition(lines: lines, evidence: pack.map { [$0] } ?? []))
  }

  func index() throws -> RefIndex { try RefIndex.open(folder, Self.period) }

  func reader() throws -> RefReader { RefReader(try index()) }
}
