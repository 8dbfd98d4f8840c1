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

  /// Gives up a silent peer after so many seconds, 1 to 60, one that does not begin after twice as many, and sends
  /// keep-alives four times as often; nil for others.
  public init?(seconds: Int) {
    guard (1...60).contains(seconds) else { return nil }
    silence = seconds * 1000
    keepAlive = silence / 4
    preface = silence * 2
  }
}
