import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

/// Places what was accepted together with its leaf (docs/protocol.md, §5.1 and §6, rule 8), and ends what a server
/// that died left between the leaf and the ref line.
///
/// Locks are taken in one order: a ref's, then the log's.
struct LogPlacing {
  private let served: ServedVault
  private var folder: VaultFolder { served.folder }

  init(_ served: ServedVault) { self.served = served }

  /// Puts the push into the vault and the log, and gives its receipt; of a run, that of the last line.
  ///
  /// The checkpoint is signed when the ref lines are durable: readers do not learn of a leaf before they find what it accepts.
  func place(_ accepted: Accepted) throws -> Receipt {
    let signer = try served.keys.signer()
    // The log stays locked until the ref line is durable and the checkpoint is signed.
    var writer: RemoteLogWriter?
    var receipt: Receipt?
    try accepted.place(
      checking: { try checkEarly(accepted, signer) },
      { pending in
        let log = try RemoteLogWriter(folder, signer, settling: false)
        writer = log
        if let next = try LogNext.load(folder), next.accepted(by: log) > 0 {
          throw Refusal(.busy, "an earlier push is unfinished", hint: "try again")
        }
        try log.settle()
        let received = max(accepted.received, log.earliest ?? accepted.received)
        try accepted.checkStillHolds(at: received)
        if accepted.commits.isEmpty { try checkFollows(accepted, signer) }
        let leaves = leaves(accepted, received: received)
        try LogNext(leaves: leaves, lines: try pending.decoded()).store(folder)
        try log.add(leaves)
      },
      placed: {
        receipt = try writer?.receipt()
        try LogNext.clear(folder)
      })
    return try withExtendedLifetime(writer) {
      guard let receipt else { throw Refusal(.failed, "the push has no receipt") }
      return receipt
    }
  }

  /// As ``checkFollows(_:_:)``, under the ref's lock and before packs are written: nobody adds a leaf of the period's chains
  /// without that lock, and what is kept for one of them is what a server that died owes.
  private func checkEarly(_ accepted: Accepted, _ signer: NoteSigner) throws {
    guard try LogNext.load(folder)?.subject.period != accepted.push.ref.period else {
      throw Refusal(.busy, "an earlier push is unfinished", hint: "try again")
    }
    try checkFollows(accepted, signer)
  }

  /// The log must end, for the chain, with what stands before the push. Where it does not, the vault or its log is not what
  /// it was, and a leaf more would contradict one that was signed.
  private func checkFollows(_ accepted: Accepted, _ signer: NoteSigner) throws {
    let chain = accepted.push.ref
    let log = try RemoteLog(folder, signer.verifier)
    let stands = accepted.pushes[0].sequence - 1
    let found = try log.newest(of: [chain, .trust]).mapValues(\.leaf.number)
    try checkTrust(accepted, found[.trust] ?? 0)
    if found[chain] ?? 0 == stands { return }
    // An index that was tampered with must not stop anybody.
    let newest = try log.newestRead(of: chain)?.leaf.number ?? 0
    guard newest == stands else {
      throw Refusal(
        .failed, "the remote's log ends with \(newest) of \(chain), and the remote holds \(stands)",
        hint: "the remote lost a part, or was restored from an older copy: its operator must look at it")
    }
  }

  /// A log that accepted a newer trust document than the vault has shows that the vault lost it, and a revocation with it.
  private func checkTrust(_ accepted: Accepted, _ newest: Int) throws {
    guard !accepted.commits.isEmpty, case let number = try accepted.trustNumber(), newest > number else {
      return
    }
    // Somebody's may have come since.
    try accepted.checkTrust()
    throw Refusal(
      .failed, "the remote's log ends with trust document \(newest), and the remote holds \(number)",
      hint: "the remote lost a part, or was restored from an older copy: its operator must look at it")
  }

  private func leaves(_ accepted: Accepted, received: Timestamp) -> [LogLeaf] {
    guard !accepted.commits.isEmpty else {
      let push = accepted.push
      return [
        LogLeaf(
          acceptingTrust: push.document, number: push.sequence, vault: folder.id, signatures: push.signatures,
          received: received)
      ]
    }
    return zip(accepted.pushes, accepted.commits).map { push, commit in
      LogLeaf(
        accepting: push.document, commit, signatures: push.signatures, trust: accepted.trust,
        received: received)
    }
  }

  /// Writes the ref lines of leaves that stand, where their server died before it did.
  func finishPending() throws {
    guard let next = try LogNext.load(folder) else { return }
    let signer = try served.keys.signer()
    var writer: RemoteLogWriter?
    try PendingLines(ref: next.subject, lines: next.lines).finish(folder) {
      // Under the ref's lock: whoever was placing this is done by now, or dead.
      let log = try RemoteLogWriter(folder, signer, settling: false)
      writer = log
      guard try LogNext.load(folder) == next else { return 0 }
      let due = next.accepted(by: log)
      if due == 0 { try LogNext.clear(folder) }
      return due
    }
    try withExtendedLifetime(writer) {
      try writer?.settle()
      if try LogNext.load(folder) == next { try LogNext.clear(folder) }
    }
  }
}
