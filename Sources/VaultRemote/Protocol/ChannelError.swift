/// Why a session ended that neither side refused. What the peer *says* wrongly is a `Refusal` of code `protocol`.
///
/// Tests and callers match the `code`; the reason is for people.
public struct ChannelError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A stable name for the way that it ended.
  public enum Code: String, Hashable, Sendable, CaseIterable {
    /// The peer's bytes end where more were due: inside a frame, a message, announced data or a question.
    case cut
    /// The peer sent nothing, not even a keep-alive, or took nothing, for longer than a living one would.
    case silent
    /// The peer is alive, but did not ask or answer within the time that it was given.
    case idle
    /// The peer ended before it sent its preface.
    case noPreface = "no-preface"
    /// The peer no longer reads what is sent to it.
    case gone
    /// The channel was closed on this side, or has failed before.
    case closed
    /// The system refused a call that should succeed.
    case system
    /// A file that was announced has fewer bytes than that.
    case shortFile = "short-file"
  }

  /// The way that the session ended.
  public let code: Code
  /// What happened, lower case, without a full stop.
  public let reason: String

  /// Names an end.
  public init(_ code: Code, _ reason: String) {
    self.code = code
    self.reason = reason
  }

  public var description: String { reason }
}
