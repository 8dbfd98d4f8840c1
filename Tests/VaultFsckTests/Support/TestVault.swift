import VaultCore
import VaultFiles
import VaultSigning

@testable import VaultStore

/// A vault in memory, made with the store's own writers, which write whatever they are told.
struct TestVault {
  static let root = "/v"
  static let soc = RefName.period("soc2-2026")
  static let iso = RefName.period("iso-2026")
  static let from = time("2026-01-01T00:00:00.000Z")
  static let to = time("2027-01-01T00:00:00.000Z")

  let files: MemoryFiles
  let folder: VaultFolder

  static func time(_ text: String) -> Timestamp { Timestamp(canonical: text)! }

  /// The vault that `contents` hold, to be written on.
  init(_ contents: [String: [UInt8]]) throws {
    files = MemoryFiles()
    for (path, bytes) in contents {
      try files.makeDirectories(Paths.parent(path), durable: false)
      try files.writeNewFile(path, bytes, durable: false)
    }
    folder = try VaultFolder.open(files, root: Self.root)
  }

  /// A new vault with two trust documents.
  init() throws {
    files = MemoryFiles()
    let first = Self.firstTrust
    let signature = try Keys.root.document(first.encoded(), Trust.signatureNamespace)
    folder = try VaultFolder.create(files, root: Self.root, first: first, signatures: [signature])
    try appendTrust(Self.secondTrust(folder.id))
  }

  static let firstTrust = Trust(
    number: 1, vault: nil, previous: nil, nonce: String(repeating: "5a", count: 32),
    rootKeys: [Keys.root.publicKey.openSSHLine], threshold: 1, signers: [], revocations: [], time: from)

  static func signer(_ name: String, _ key: SSHPrivateKey, _ roles: [Role]) -> Trust.Signer {
    Trust.Signer(
      name: name, key: key.publicKey.openSSHLine, roles: roles, periods: [try! Glob("*")],
      paths: [try! Glob("**")])
  }

  static func secondTrust(
    _ vault: ObjectID, number: Int = 2, previous: ObjectID? = nil, revocations: [Trust.Revocation] = []
  ) -> Trust {
    Trust(
      number: number, vault: vault, previous: previous ?? vault, nonce: nil,
      rootKeys: [Keys.root.publicKey.openSSHLine], threshold: 1,
      signers: [
        signer("manager", Keys.manager, [.manage]), signer("collector", Keys.collector, [.collect]),
        signer("approver", Keys.approver, [.approve]),
      ], revocations: revocations, time: from)
  }

  func appendTrust(_ trust: Trust, by keys: [SSHPrivateKey] = [Keys.root]) throws {
    try TrustStore(folder).append { _ in
      (trust, try keys.map { try $0.document(trust.encoded(), Trust.signatureNamespace) })
    }
  }

  /// The newest trust document.
  func trust() throws -> ObjectID { try TrustStore(folder).all().last!.id }

  /// All files by their paths.
  func contents() throws -> [String: [UInt8]] {
    var out: [String: [UInt8]] = [:]
    func walk(_ path: String) throws {
      guard try files.status(path: path, followLinks: false).kind == .directory else {
        out[path] = try files.readWholeFile(path, limit: 1 << 28)
        return
      }
      for name in try files.list(path) { try walk(Paths.join(path, name)) }
    }
    try walk(Self.root)
    return out
  }
}

// MARK: - Commits

extension TestVault {
  /// How a commit departs from what an honest writer makes.
  struct Twist {
    var key = Keys.collector
    /// The keys that sign; nil for the author's alone.
    var signers: [SSHPrivateKey]?
    var change: (Commit) -> Commit = { $0 }
    /// What is signed instead of the commit.
    var signing: ([UInt8]) -> [UInt8] = { $0 }
    var namespace = Commit.signatureNamespace
  }

  @discardableResult
  func commit(
    _ ref: RefName, _ lines: [[UInt8]], evidence: [FinishedPack] = [],
    creating: Bool = false, _ twist: Twist = Twist()
  ) throws -> ObjectID {
    let trust = try trust()
    let writer = try RefWriter(folder, ref, creating: creating)
    let addition = RefWriter.Addition(lines: lines, evidence: evidence)
    return try writer.commit(addition) { plan in
      twist.change(
        Commit(
          vault: plan.vault, ref: plan.ref, sequence: plan.sequence, parent: plan.parent, lines: plan.lines,
          added: plan.added, count: plan.count, root: plan.root, trust: trust,
          signer: twist.key.publicKey.fingerprint, time: Self.from, message: "m"))
    } sign: { bytes in
      try (twist.signers ?? [twist.key]).map { key in
        let made = try key.document(twist.signing(bytes), twist.namespace)
        return SignatureDocument(
          object: ObjectID(of: bytes), namespace: made.namespace, signature: made.signature)
      }
    }.0
  }

  @discardableResult
  func open(
    _ ref: RefName, _ opening: PeriodOpening? = nil, by key: SSHPrivateKey = Keys.manager
  ) throws -> ObjectID {
    let opening =
      opening ?? PeriodOpening(period: ref.period, framework: "soc2", from: Self.from, to: Self.to)
    return try commit(ref, [opening.encoded()], creating: true, Twist(key: key))
  }

  /// A piece of evidence on its way into a test's vault.
  struct Piece {
    var path: String
    var bytes: [UInt8]
    var isPopulation = false
    /// Whether it may be stored as a delta of an earlier one.
    var resembles = false
  }

  /// Takes evidence in and returns its entries with their pack.
  func ingest(_ ref: RefName, _ pieces: [Piece]) throws -> ([Entry], FinishedPack, [Ingested]) {
    let inbox = MemoryFiles()
    let index = try RefIndex.open(folder, ref)
    let sources = try pieces.enumerated().map { number, piece -> IngestSource in
      try inbox.writeNewFile("/\(number)", piece.bytes, durable: false)
      let keys = DeltaKeys.of(path: piece.path, system: "s", series: nil)
      let base = piece.resembles ? index.base(keys) : nil
      return IngestSource(.file("/\(number)"), isPopulation: piece.isPopulation, base: base)
    }
    let context = Ingest.Context(
      isKnown: { _ in false }, makeReader: { ObjectReader(index.folder, index) })
    let (done, pack) = try Ingest.run(sources, context, files: inbox, staging: "/staging", workers: 1)
    let entries = try zip(pieces, done).map { piece, one in
      try Self.entry(
        piece.path, one.object, one.size,
        population: one.records.map { Population(count: Int($0.count), root: $0.root, table: $0.table) })
    }
    return (entries, pack!, done)
  }

  /// Commits evidence.
  @discardableResult
  func add(_ ref: RefName, _ pieces: [Piece], _ twist: Twist = Twist()) throws -> [Ingested] {
    let (entries, pack, done) = try ingest(ref, pieces)
    try commit(ref, entries.map { $0.encoded() }, evidence: [pack], twist)
    return done
  }

  static func entry(
    _ path: String, _ object: ObjectID, _ size: UInt64, revision: Int = 1, series: String? = nil,
    window: Entry.Window? = nil, late: String? = nil, supersedes: Entry.Supersession? = nil,
    population: Population? = nil
  ) throws -> Entry {
    let instant = time("2026-03-01T06:00:00.000Z")
    return Entry(
      path: try EvidencePath(path), revision: revision, object: object, size: size, mediaType: "text/plain",
      controls: ["CC7.2"], series: series, source: Entry.Source(system: "s"),
      effective: window ?? Entry.Window(from: instant, to: instant), collected: instant, context: [],
      late: late,
      supersedes: supersedes, population: population)
  }
}
