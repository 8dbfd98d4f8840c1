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

  /// Puts the push into the vault and the log, and gives its receipt.
  func place(_ accepted: Accepted) throws -> Receipt {
    let signer = try served.keys.signer()
    // The log stays locked until the ref line is durable.
    var writer: RemoteLogWriter?
    var receipt: Receipt?
    try accepted.place { pending in
      let log = try RemoteLogWriter(folder, signer)
      writer = log
      if let next = try LogNext.load(folder), next.isAccepted(by: log) {
        throw Refusal(.busy, "an earlier push is unfinished", hint: "try again")
      }
      let leaf = leaf(accepted, received: max(accepted.received, log.earliest ?? accepted.received))
      try LogNext(leaf: leaf, line: try pending.line()).store(folder)
      receipt = try log.append(leaf)
    }
    try LogNext.clear(folder)
    return try withExtendedLifetime(writer) {
      guard let receipt else { throw Refusal(.failed, "the push has no receipt") }
      return receipt
    }
  }

  private func leaf(_ accepted: Accepted, received: Timestamp) -> LogLeaf {
    let push = accepted.push
    guard let commit = accepted.commit else {
      return LogLeaf(
        acceptingTrust: push.document, number: push.sequence, vault: folder.id, signatures: push.signatures,
        received: received)
    }
    return LogLeaf(
      accepting: push.document, commit, signatures: push.signatures, trust: accepted.trust,
      received: received)
  }

  /// Writes the ref line of a leaf that stands, where its server died before it did.
  func finishPending() throws {
    guard let next = try LogNext.load(folder) else { return }
    let signer = try served.keys.signer()
    var writer: RemoteLogWriter?
    try PendingLine(ref: next.subject, bytes: next.line).finish(folder) {
      // Under the ref's lock: whoever was placing this is done by now, or dead.
      let log = try RemoteLogWriter(folder, signer)
      writer = log
      guard try LogNext.load(folder) == next else { return false }
      if next.isAccepted(by: log) { return true }
      try LogNext.clear(folder)
      return false
    }
    try withExtendedLifetime(writer) {
      if try LogNext.load(folder) == next { try LogNext.clear(folder) }
    }
  }
}
