/// Why a remote could not be reached.
///
/// Tests and callers match the `code`; the reason is for people.
public struct TransportError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A stable name for the way that it failed.
  public enum Code: String, Hashable, Sendable, CaseIterable {
    /// The text is no address of a remote that is accepted.
    case badAddress = "bad-address"
    /// The program that leads to the remote could not be started or watched.
    case notStarted = "not-started"
    /// The program ended, or was given up, before the remote spoke.
    case notConnected = "not-connected"
  }

  /// The way that it failed.
  public let code: Code
  /// What happened, lower case, without a full stop.
  public let reason: String
  /// What may help.
  public let hint: String?

  /// Names a failure.
  public init(_ code: Code, _ reason: String, hint: String? = nil) {
    self.code = code
    self.reason = reason
    self.hint = hint
  }

  public var description: String { reason }
}
