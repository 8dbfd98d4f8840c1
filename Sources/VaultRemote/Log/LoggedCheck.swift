import VaultAudit
import VaultCore
import VaultFiles
import VaultFsck
import VaultSigning
import VaultStore

/// Holds what remotes countersigned against a vault that was checked (docs/protocol.md, §5.4): which commits they
/// received and when, and whether their authors' keys counted then. Reads only.
public struct LoggedCheck {
  let vault: OpenVault
  /// The periods that were checked; all where nil.
  let only: [String]?
  var findings: [Finding] = []
  private var disclosures: [Disclosure] = []
  /// For each ref, whether a log has its newest commit.
  private var covered: [RefName: Bool] = [:]

  /// The outcome of a full check with what the logs add to it. Its level becomes `logged` where a log that the vault's
  /// trust names has the newest commit of every ref that was checked.
  ///
  /// - Parameter periods: those that were checked; all where nil.
  public static func run(
    _ outcome: Outcome, _ files: any FileLayer, root: String, periods: [String]?
  ) throws -> Outcome {
    // What does not open is told by the outcome's own findings. A write that was broken off hides nothing of the log.
    guard outcome.mode == .full, outcome.findings.allSatisfy({ $0.name == .unfinishedWrite }),
      let folder = try? VaultFolder.open(files, root: root), let vault = try? OpenVault(folder)
    else { return outcome }
    var check = LoggedCheck(vault, periods)
    do {
      try check.run()
    } catch let error as StoreError {
      if outcome.isClean { throw error }
    }
    let isLogged = !check.covered.isEmpty && check.covered.values.allSatisfy { $0 } && check.findings.isEmpty
    return outcome.adding(
      check.findings, disclosing: check.disclosures,
      level: isLogged && outcome.isClean ? "logged" : outcome.level)
  }

  /// What is wrong with what these remotes are known to have received, held against the vault as its index has it.
  public static func findings(_ vault: OpenVault, remotes: [String]) throws -> [Finding] {
    var check = LoggedCheck(vault, nil)
    try check.findRefs()
    try check.checkCopies(remotes)
    return check.findings
  }

  private init(_ vault: OpenVault, _ periods: [String]?) {
    self.vault = vault
    only = periods
  }

  private mutating func findRefs() throws {
    let folder = vault.folder
    for name in try only ?? folder.periods() {
      for ref in [RefName.period(name), .reviews(name)] where try folder.files.exists(folder.refFile(ref)) {
        covered[ref] = false
      }
    }
  }

  private mutating func checkCopies(_ remotes: [String]) throws {
    let keys = try vault.newestTrust().logKeys
    for remote in remotes {
      try checkCopy("receipts/\(remote).log") { [vault] in
        try FollowedLog(vault.folder, remote: remote).verify(by: keys)
      }
    }
  }

  private mutating func run() throws {
    try findRefs()
    // Before the log is read: what is pushed meanwhile has its leaf before its line.
    let lengths = try covered.keys.reduce(into: [:]) { lengths, ref in
      lengths[ref] = try RefIndex.open(vault.folder, ref).sequence
    }
    try checkCopies(FollowedLog.remotes(vault.folder))
    try checkOwn(lengths)
  }

  /// Checks one copy of a log. One that the newest trust does not name says nothing, for or against.
  private mutating func checkCopy(_ place: String, _ read: () throws -> Acceptances) throws {
    let log: Acceptances
    do {
      log = try read()
    } catch let error as LogError {
      if error.code != .notSigned { find(place, error.reason) }
      return
    }
    for placed in log[.trust] where !has(placed.leaf, vault.trust) { findTrust(placed.leaf, place) }
    for ref in covered.keys.sorted(by: { $0.description < $1.description }) {
      let reader = RefReader(try RefIndex.open(vault.folder, ref))
      // A copy of the vault may be behind the remote.
      for placed in log[.ref(ref)] where placed.leaf.number <= reader.index.sequence {
        try check(placed.leaf, reader, place)
      }
      discloseLag(ref, reader.index.sequence, log, place)
      try count(ref, reader, log)
    }
  }

  /// Says where a log accepted more of a ref than this copy has: it is merely behind, or was cut back.
  private mutating func discloseLag(_ ref: RefName, _ count: Int, _ log: Acceptances, _ place: String) {
    guard let newest = log[.ref(ref)].last?.leaf, newest.number > count else { return }
    disclosures.append(
      Disclosure(
        .behindLog, "\(ref)@\(count)",
        "it ends here, and \(place) accepted up to commit \(newest.number), received \(newest.received)"))
  }

  mutating func find(_ subject: String, _ detail: String) {
    findings.append(Finding(.logMismatch, subject, detail))
  }

  func has(_ leaf: LogLeaf, _ trust: TrustChain) -> Bool {
    leaf.number <= trust.documents.count && trust.documents[leaf.number - 1].id == leaf.document
  }

  mutating func findTrust(_ leaf: LogLeaf, _ place: String) {
    find(place, "trust document \(leaf.number), received \(leaf.received), is not the vault's")
  }

  /// Holds a leaf against the commit of its sequence, which the ref has.
  mutating func check(_ leaf: LogLeaf, _ reader: RefReader, _ place: String) throws {
    guard let record = reader.index.commit(leaf.number), record.id == leaf.document,
      LogLeaf.hash(ofSignatures: try reader.refLine(leaf.number).signatures) == leaf.signatures
    else {
      return find(
        "\(reader.index.ref)@\(leaf.number)",
        "\(place) has another commit, or other signatures, received \(leaf.received)")
    }
  }

  /// Counts a ref as covered where a log that the trust names has its newest commit.
  mutating func count(_ ref: RefName, _ reader: RefReader, _ log: Acceptances) throws {
    guard log.bound(.ref(ref), reader.index.sequence) != nil else { return }
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
