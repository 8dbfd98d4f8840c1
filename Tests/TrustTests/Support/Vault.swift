import VaultAudit
import VaultCore
import VaultFiles
import VaultFsck
import VaultSigning

@testable import VaultStore

/// A vault in memory with a cast of keys: what its owners do, and what an insider writes past every check.
///
/// Document 1 names the root keys; document 2, of 2 January, the signers `manager`, `approver` and `collector`,
/// who may write below `logs/` in periods that begin with `soc2`.
struct Vault {
  let files: MemoryFiles
  let folder: VaultFolder
  static let period = "soc2-2026"

  init(
    roots: [any Signer] = [try! Key.of("root")], threshold: Int = 1, nonce: UInt8 = 1,
    files: MemoryFiles = MemoryFiles(), named: Bool = true, root: String = "/vault"
  ) throws {
    self.files = files
    let made = try TrustEditing.createVault(
      files, root: root, signers: roots, threshold: threshold, nonce: Array(repeating: nonce, count: 32),
      time: on("01-01"))
    folder = made.folder
    guard named else { return }
    try edit(by: roots, on("01-02")) { draft in
      draft.signers = [
        try Self.signer("manager", [.manage]), try Self.signer("approver", [.approve]),
        try Self.signer("collector", [.collect], periods: "soc2*", paths: "logs/**"),
      ]
    }
  }

  static func signer(
    _ name: String, _ roles: [Role], periods: String = "*", paths: String = "**", from: Timestamp? = nil,
    until: Timestamp? = nil
  ) throws -> Trust.Signer {
    Trust.Signer(
      name: name, key: try Key.of(name).publicKey.openSSHLine, roles: roles, periods: [try Glob(periods)],
      paths: [try Glob(paths)], validFrom: from, validUntil: until)
  }

  // MARK: What the owners do

  func open() throws -> OpenVault { try OpenVault(try VaultFolder.open(files, root: folder.root)) }

  @discardableResult
  func edit(
    by signers: [any Signer] = [try! Key.of("root")], _ time: Timestamp,
    _ change: (inout TrustEditing.Draft) throws -> Void
  ) throws -> TrustEditing.Result {
    try TrustEditing.edit(try open(), signers: signers, time: time, change)
  }

  func revoke(_ name: String, at: Timestamp, in time: Timestamp) throws {
    let fingerprint = try Key.of(name).publicKey.fingerprint
    try edit(time) {
      $0.revocations.append(Trust.Revocation(key: fingerprint, at: at, reason: "the laptop was stolen"))
    }
  }

  func openPeriod(_ name: String = period, by author: String = "manager", on time: Timestamp = on("02-01"))
    throws
  {
    _ = try PeriodOpenings.open(
      try open(), Self.opening(name), predecessor: nil, signers: [try Key.of(author)], time: time, message: ""
    )
  }

  static func opening(_ name: String) -> PeriodOpening {
    PeriodOpening(period: name, framework: "soc2", from: on("01-01"), to: on("12-31"))
  }

  /// Commits one piece of evidence as the command does; the first of `signers` is the author.
  func commit(
    _ path: String, by signers: [String], on time: Timestamp, to period: String = period,
    content: [UInt8] = [], population: Bool = false, reason: String? = nil, vault: OpenVault? = nil
  ) throws {
    try files.makeDirectories("/in")
    try files.writeNewFile("/in/f", content, durable: false, replace: true)
    let found = try EvidenceWalk.walk(["/in/f"], base: path, followsLinks: false, files: files)
    _ = try EvidenceCommit(
      vault: try vault ?? open(), period: period, signers: try signers.map { try Key.of($0) }, message: "",
      time: time, supersedeReason: reason, workers: 1
    ).run(
      found,
      draft: EvidenceDraft(
        source: Entry.Source(system: "test"), population: population ? PopulationDraft() : nil))
  }

  // MARK: What an insider writes

  /// The document after the newest, with changes.
  func next(
    _ time: Timestamp, number: Int? = nil, features: [String] = [], roots: [any Signer]? = nil,
    revocations: [Trust.Revocation]? = nil
  ) throws -> Trust {
    let newest = try open().newestTrust()
    return Trust(
      number: number ?? newest.trust.number + 1, vault: folder.id, previous: newest.id, nonce: nil,
      features: features, rootKeys: roots?.map { $0.publicKey.openSSHLine } ?? newest.trust.rootKeys,
      threshold: newest.trust.threshold, signers: newest.trust.signers,
      revocations: revocations ?? newest.trust.revocations, time: time)
  }

  /// Appends a trust document that nobody checks.
  @discardableResult
  func plant(_ trust: Trust, _ signatures: [SignatureDocument]) throws -> ObjectID {
    try TrustStore(folder).append { _ in (trust, signatures) }
  }

  @discardableResult
  func plant(_ trust: Trust, by signers: [any Signer]) throws -> ObjectID {
    try plant(trust, try signers.map { try sign($0, trust.encoded(), Trust.signatureNamespace) })
  }

  /// Appends a commit that nobody checks; the first of `signers` is its author.
  @discardableResult
  func plant(
    _ lines: [[UInt8]], content: [UInt8]? = nil, by signers: [any Signer], trust: ObjectID? = nil,
    on time: Timestamp, to period: String = period, opening: Bool = false,
    namespace: String = Commit.signatureNamespace
  ) throws -> ObjectID {
    let trust = try trust ?? TrustStore(folder).all().last!.id
    let writer = try RefWriter(folder, .period(period), creating: opening)
    var addition = RefWriter.Addition(lines: lines)
    if let content {
      let pack = try PackAssembler(.evidence, files, staging: folder.staging)
      try pack.append(objects: [content], BlockCoder())
      addition.evidence = [try pack.finish()]
    }
    return try writer.commit(addition) { plan in
      Commit(
        vault: plan.vault, ref: plan.ref, sequence: plan.sequence, parent: plan.parent, lines: plan.lines,
        added: plan.added, count: plan.count, root: plan.root, trust: trust,
        signer: signers[0].publicKey.fingerprint, time: time, message: "")
    } sign: { bytes in
      try signers.map { try sign($0, bytes, namespace) }
    }.0
  }

  /// Plants one entry at `path` with evidence of its own.
  @discardableResult
  func plant(
    _ path: String, by signers: String..., trust: ObjectID? = nil, on time: Timestamp,
    to period: String = period, namespace: String = Commit.signatureNamespace
  ) throws -> ObjectID {
    let content = bytes("evidence at \(path)")
    let line = Line.entry(try Self.entry(path, content, on: time)).encoded()
    return try plant(
      [line], content: content, by: try signers.map { try Key.of($0) }, trust: trust, on: time, to: period,
      namespace: namespace)
  }

  static func entry(_ path: String, _ content: [UInt8], on time: Timestamp) throws -> Entry {
    Entry(
      path: try EvidencePath(path), revision: 1, object: ObjectID(of: content), size: UInt64(content.count),
      mediaType: "text/plain", controls: [], series: nil, source: Entry.Source(system: "test"),
      effective: Entry.Window(from: time, to: time), collected: time, context: [], late: nil,
      supersedes: nil, population: nil)
  }

  // MARK: What readers see

  /// The findings of a full check, each name once, in order.
  func findings() throws -> [Finding.Name] {
    let all = try Fsck.run(files, root: folder.root, Fsck.Options(workers: 1)).findings.map(\.name)
    return Set(all).sorted { $0.rawValue < $1.rawValue }
  }

  /// Verifies the newest commit of a period as `verify-commit` does.
  func verifyTip(_ period: String = period) throws {
    let vault = try open()
    let reader = try vault.period(period)
    _ = try VerifiedCommit(vault, reader, sequence: reader.index.sequence)
  }

  /// The files of a folder of the vault.
  func names(_ folder: String) -> [String] {
    files.allFiles().keys.filter { $0.hasPrefix(self.folder.root + "/" + folder) }.sorted()
  }
}

/// A signature document by `signer` over `bytes`.
func sign(
  _ signer: any Signer, _ bytes: [UInt8], _ namespace: String, stated: String? = nil
) throws -> SignatureDocument {
  SignatureDocument(
    object: ObjectID(of: bytes), namespace: stated ?? namespace,
    signature: Base64.encode(try signer.sign(bytes, namespace: namespace).blob))
}

/// The code with which trust refuses `body`; nil where it does not.
func refusal(_ body: () throws -> Void) throws -> TrustError.Code? {
  do {
    try body()
    return nil
  } catch let error as TrustError {
    return error.code
  }
}

/// The code with which the store refuses `body`; nil where it does not.
func storeRefusal(_ body: () throws -> Void) throws -> StoreError.Code? {
  do {
    try body()
    return nil
  } catch let error as StoreError {
    return error.code
  }
}

extension Vault {
  /// A vault with exactly these files.
  static func restored(_ all: [String: [UInt8]]) throws -> Vault {
    let files = MemoryFiles()
    for (path, content) in all {
      try files.makeDirectories(Paths.parent(path))
      try files.writeNewFile(path, content)
    }
    return Vault(files: files, folder: try VaultFolder.open(files, root: "/vault"))
  }

  private init(files: MemoryFiles, folder: VaultFolder) {
    self.files = files
    self.folder = folder
  }
}
