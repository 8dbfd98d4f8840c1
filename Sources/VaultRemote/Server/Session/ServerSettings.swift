import VaultCore

/// What one session may do, by its forced command (docs/protocol.md, §2), and what it knows of the world.
public struct ServerSettings: Sendable {
  /// Vaults are looked for below this folder only; absolute, without links.
  public let root: String
  /// Who this is in the access log and for quotas, `[A-Za-z0-9][A-Za-z0-9._@-]{0,63}`.
  public let identity: String
  public let rights: Set<Right>
  /// The periods that may be seen and written; all where empty.
  public let periods: [Glob]
  /// The most bytes that one push may bring.
  public let bytesPerPush: Int
  /// The log's private key, where it does not lie in the vault.
  public let logKey: String?
  /// The peer's address, for the access log.
  public let peer: String?
  /// The server's clock.
  public let now: @Sendable () -> Timestamp
  /// Milliseconds that a client may take for its next question, or for the next data of a push.
  public let patience: Int

  public init(
    root: String, identity: String, rights: Set<Right>, periods: [Glob] = [], bytesPerPush: Int? = nil,
    logKey: String? = nil, peer: String? = nil, patience: Int = 600_000,
    now: @escaping @Sendable () -> Timestamp
  ) {
    self.root = root
    self.identity = identity
    self.rights = rights
    self.periods = periods
    self.bytesPerPush = min(bytesPerPush ?? Self.mostBytes, Self.mostBytes)
    self.logKey = logKey
    self.peer = peer
    self.patience = patience
    self.now = now
  }

  /// The format's own limit of a push, docs/protocol.md §8.
  static let mostBytes = 1 << 40

  /// Whether a text may name who comes.
  public static func isIdentity(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard (1...64).contains(bytes.count), let first = bytes.first, isLetterOrDigit(first) else {
      return false
    }
    return bytes.allSatisfy { isLetterOrDigit($0) || "._@-".utf8.contains($0) }
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }

  /// Whether the key may see a period and its reviews.
  func sees(_ period: String) -> Bool { periods.isEmpty || periods.contains { $0.matches(period) } }
}
