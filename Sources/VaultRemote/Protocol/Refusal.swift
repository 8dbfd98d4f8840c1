/// Why a remote did not do what it was asked; what `refused` carries (docs/protocol.md, §2.2 and §7).
public struct Refusal: Error, Hashable, Sendable {
  /// The stable codes of docs/protocol.md, §7.
  public enum Code: String, Hashable, Sendable, CaseIterable {
    /// Frames or messages that the protocol does not know; ends the session.
    case `protocol`
    /// No such vault, ref or pack that this key may see.
    case notFound = "not-found"
    /// The vault has another id than the client pins.
    case otherVault = "other-vault"
    /// The key may not do this here.
    case notAllowed = "not-allowed"
    /// Too large, too many, over quota.
    case limit
    /// A pack, object, document or line that breaks the format.
    case malformed
    /// The sequence is taken.
    case conflict
    /// A trust document, signature or permission that does not hold.
    case trust
    /// A path, revision, period or population that the rules do not admit.
    case scope
    /// The period takes no more of this.
    case closed
    /// Another session holds what is needed for longer than the client should wait.
    case busy
    /// The server's files or disk failed; nothing was accepted.
    case failed
  }

  public let code: Code
  /// What is wrong, for people.
  public let reason: String
  /// What may help, for people.
  public let hint: String?
  /// With `conflict`: the ref as it is now.
  public let tip: Tip?

  public init(_ code: Code, _ reason: String, hint: String? = nil, tip: Tip? = nil) {
    self.code = code
    self.reason = reason
    self.hint = hint
    self.tip = tip
  }
}
