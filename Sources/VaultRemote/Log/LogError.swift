import VaultCore
import VaultSigning

/// Why a log, or something that a log said, is refused.
///
/// Tests and callers match the `code`; the reason is for people.
public struct LogError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A stable name for the kind of refusal.
  public enum Code: String, Hashable, Sendable, CaseIterable {
    /// Files of a log are not what they say of each other.
    case damaged
    /// A leaf is not canonical, or follows the one before in no way that it may.
    case malformedLeaf = "malformed-leaf"
    /// A checkpoint is no note of a log.
    case malformedCheckpoint = "malformed-checkpoint"
    /// A receipt has not the form of one.
    case malformedReceipt = "malformed-receipt"
    /// A leaf is about another vault.
    case otherVault = "other-vault"
    /// A checkpoint is of a log with another name.
    case otherLog = "other-log"
    /// A checkpoint is not signed by the log's key.
    case notSigned = "not-signed"
    /// A received time lies before an earlier one.
    case receivedWentBack = "received-went-back"
    /// A ref's sequence, or the number of a trust document, does not rise.
    case sequenceWentBack = "sequence-went-back"
    /// A checkpoint has fewer leaves than one that was seen before.
    case rolledBack = "rolled-back"
    /// Two checkpoints of one size have two roots.
    case forked
    /// The leaves do not lead from what was seen to the checkpoint's root.
    case rewritten
    /// The remote does not show what its log has accepted.
    case hidden
    /// An inclusion proof does not lead to the checkpoint's root.
    case wrongProof = "wrong-proof"
    /// A receipt is for something else than was expected.
    case wrongReceipt = "wrong-receipt"
    /// The answer has more or fewer leaves than were asked for.
    case wrongAnswer = "wrong-answer"
    /// The log has no such leaf.
    case noSuchLeaf = "no-such-leaf"
  }

  /// Two signed checkpoints that contradict each other: what anybody needs to see that the log did wrong.
  public struct Conflict: Hashable, Sendable {
    /// The note that was seen before.
    public let seen: [UInt8]
    /// The note that is shown now.
    public let shown: [UInt8]
  }

  /// The kind of refusal.
  public let code: Code
  /// What was wrong, lower case, without a full stop.
  public let reason: String
  /// The checkpoints that contradict each other, where that is what is wrong.
  public let conflict: Conflict?

  /// Names a refusal.
  public init(_ code: Code, _ reason: String, conflict: Conflict? = nil) {
    self.code = code
    self.reason = reason
    self.conflict = conflict
  }

  public var description: String { reason }

  /// Why a checkpoint's note does not count.
  init(checkpoint error: SigningError) {
    switch error.code {
    case .wrongKey, .badSignature: self.init(.notSigned, error.reason)
    default: self.init(.malformedCheckpoint, error.reason)
    }
  }
}
