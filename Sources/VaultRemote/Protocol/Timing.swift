/// How long each side of a channel waits, in milliseconds (docs/protocol.md, §2.1).
public struct Timing: Hashable, Sendable {
  /// After so long without sending anything a keep-alive is sent.
  public var keepAlive = 15_000
  /// After so long without getting anything the peer counts as dead.
  public var silence = 60_000
  /// So long the peer may take to begin, which may mean that somebody types a passphrase.
  public var preface = 120_000

  /// The protocol's own times.
  public init() {}
}
