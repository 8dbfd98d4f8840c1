import VaultCore

/// The name under which a vault knows a remote; it is part of the names of files.
public struct RemoteName: Hashable, Sendable, CustomStringConvertible {
  /// The name as it was given.
  public let text: String

  /// Reads `[a-z0-9][a-z0-9.-]{0,63}`, the rule of periods' names; nil for anything else.
  public init?(_ text: String) {
    guard RefName.isPeriodName(text) else { return nil }
    self.text = text
  }

  public var description: String { text }
}
