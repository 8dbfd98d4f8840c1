import VaultAudit
import VaultCore
import VaultFiles
import VaultFsck
import VaultSigning
import VaultStore

/// Holds what remotes countersigned against a vault that was checked (docs/protocol.md, §5.4): which commits they
/// received and when, and whether their authors' keys counted then. Reads only.
public struct LoggedCheck {
  private let vault: OpenVault
  private let periods: [String]
  private var findings: [Finding] = []
  /// For each ref, whether a log has its newest commit.
  private var covered: [RefName: Bool] = [:]

  /// The outcome of a full check with what the logs add to it. Its level becomes `logged` where a log that the vault's
  /// trust names has the newest commit of every ref that was checked.
  ///
  /// - Parameter periods: those that were checked; all where nil.
  public static func run(
    _ outcome: Outcome, _ files: any FileLayer, root: String, periods: [String]?
  ) throws -> Outcome {
    // What does not open is told by the outcome's own findings.
    guard outcome.mode == .full, outcome.isClean,
      let folder = try? VaultFolder.open(files, root: root), let vault = try? OpenVault(folder)
    else { return outcome }
    var check = LoggedCheck(vault, try periods ?? folder.periods())
    try check.run()
    let isLogged = !check.covered.isEmpty && check.covered.values.allSatisfy { $0 } && check.findings.isEmpty
    return outcome.adding(check.findings, level: isLogged ? "logged" : outcome.level)
  }

  /// What is wrong with what these remotes are known to have received, held against the vault as its index has it.
  public static func findings(_ vault: OpenVault, remotes: [String]) throws -> [Finding] {
    var check = LoggedCheck(vault, try vault.folder.periods())
    try check.findRefs()
    try check.checkCopies(remotes)
    return check.findings
  }

  private init(_ vault: OpenVault, _ periods: [String]) {
    self.vault = vault
    self.periods = periods
  }

  private mutating func findRefs() throws {
    let folder = vault.folder
    for name in periods {
      for ref in [RefName.period(name), .reviews(name)] where try folder.files.exists(folder.refFile(ref)) {
        covered[ref] = false
      }
    }
  }

  private mutating func checkCopies(_ remotes: [String]) throws {
    let keys = try vault.newestTrust().logKeys
    for remote in remotes {
      try check("receipts/\(remote).log", isOwn: false) { [vault] in
        try FollowedLog(vault.folder, remote: remote).verify(by: keys)
      }
    }
  }

  private mutating func run() throws {
    let folder = vault.folder
    try findRefs()
    try checkCopies(FollowedLog.remotes(folder))
    let keys = try vault.newestTrust().logKeys
    let own = LogKeyFiles(folder.files, root: folder.root)
    if try folder.files.exists(own.publicPath) {
      try check("log/leaves.log", isOwn: true) {
        let key = try own.verifier()
        guard keys.contains(key) else { throw LogError(.notSigned, "the trust does not name the log") }
        return try Self.acceptances(RemoteLog(folder, key))
      }
    }
  }

  private static func acceptances(_ log: RemoteLog) throws -> Acceptances {
    var out = Acceptances()
    for first in stride(from: 0, to: log.size, by: RemoteLog.leavesPerAnswer) {
      for (number, leaf) in try log.leaves(from: first, limit: RemoteLog.leavesPerAnswer).enumerated() {
        let read = try leaf.withBytes { raw throws(LogError) in try LogLeaf(leaf: raw) }
        try out.append(PlacedLeaf(index: first + number, leaf: read))
      }
    }
    return out
  }

  /// Checks one log. One that the newest trust does not name says nothing, for or against.
  private mutating func check(_ place: String, isOwn: Bool, _ read: () throws -> Acceptances) throws {
    let log: Acceptances
    do {
      log = try read()
    } catch let error as LogError {
      if error.code != .notSigned { findings.append(Finding(.logMismatch, place, error.reason)) }
      return
    }
    for placed in log[.trust] { checkTrust(placed.leaf, place) }
    for ref in covered.keys.sorted(by: { $0.description < $1.description }) {
      try check(ref, log, place, isOwn: isOwn)
    }
  }

  private mutating func checkTrust(_ leaf: LogLeaf, _ place: String) {
    let documents = vault.trust.documents
    guard leaf.number > documents.count || documents[leaf.number - 1].id != leaf.document else { return }
    findings.append(
      Finding(
        .logMismatch, place,
        "trust document \(leaf.number), received \(leaf.received), is not the vault's"))
  }

  private mutating func check(_ ref: RefName, _ log: Acceptances, _ place: String, isOwn: Bool) throws {
    let reader = RefReader(try RefIndex.open(vault.folder, ref))
    let last = reader.index.sequence
    for placed in log[.ref(ref)] {
      let leaf = placed.leaf
      guard leaf.number <= last else {
        // A copy may be behind its remote; a remote is never behind its own log.
        if isOwn {
          findings.append(
            Finding(.logMismatch, "\(ref)@\(leaf.number)", "\(place) accepted it, and the ref lacks it"))
        }
        continue
      }
      guard let record = reader.index.commit(leaf.number), record.id == leaf.document,
        LogLeaf.hash(ofSignatures: try reader.refLine(leaf.number).signatures) == leaf.signatures
      else {
        findings.append(
          Finding(
            .logMismatch, "\(ref)@\(leaf.number)",
            "\(place) has another commit, or other signatures, received \(leaf.received)"))
        continue
      }
    }
    guard log.bound(.ref(ref), last) != nil else { return }
    covered[ref] = true
    if mayKeysExpire { try checkKeys(ref, reader, log) }
  }

  /// Whether it can matter when a commit was received.
  private var mayKeysExpire: Bool {
    vault.trust.documents.contains { document in
      !document.trust.revocations.isEmpty
        || document.trust.signers.contains { $0.validFrom != nil || $0.validUntil != nil }
    }
  }

  /// The author's key must count at the received time, whatever time the commit claims (docs/format.md, §10).
  private mutating func checkKeys(_ ref: RefName, _ reader: RefReader, _ log: Acceptances) throws {
    let standing = Standing(vault, reader)
    for sequence in 1...max(1, reader.index.sequence) {
      guard let bound = log.bound(.ref(ref), sequence) else { return }
      do {
        let verified = try VerifiedCommit(vault, reader, sequence: sequence)
        let keys = try TrustChain.signers(
          verified.signatures, over: verified.bytes, id: verified.id, namespace: Commit.signatureNamespace)
        _ = try vault.trust.permit(
          trust: verified.commit.trust, period: ref.period, signers: keys, author: verified.commit.signer,
          at: bound.leaf.received)
      } catch let error as TrustError {
        if try standing.repudiation(ofCommit: sequence) != nil { continue }
        findings.append(
          Finding(
            .signerNotAuthorized, "\(ref)@\(sequence)",
            "received no later than \(bound.leaf.received), and then: \(error.reason)"))
      }
    }
  }
}
