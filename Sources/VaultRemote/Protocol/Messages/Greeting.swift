import VaultCore

/// What a key may do at a remote.
public enum Right: String, Hashable, Sendable, CaseIterable {
  /// To bring commits and trust documents, and to read what that needs.
  case push
  case fetch
}

/// The first question (docs/protocol.md, §3.1).
public struct Hello: Message {
  public static let documentType = "hello"

  /// The vault, below the server's root.
  public let path: String
  /// The id that the client pins.
  public let vault: ObjectID?
  /// The client's program and version.
  public let client: String

  public init(path: String, vault: ObjectID?, client: String) {
    self.path = path
    self.vault = vault
    self.client = client
  }

  public init(members m: inout Members) throws(FormatError) {
    client = try m.text("client", limit: WireLimits.nameBytes)
    path = try m.text("path", limit: WireLimits.pathBytes)
    _ = try m.integer("protocol", 1...1)
    vault = try m.optionalObjectID("vault")
  }

  public var documentMembers: [(String, CanonicalValue?)] {
    [
      ("client", .string(client)), ("path", .string(path)), ("protocol", .integer(1)),
      ("vault", vault.map { .id($0) }),
    ]
  }
}

/// The answer to `hello`.
public struct Welcome: Message {
  public static let documentType = "welcome"

  public let vault: ObjectID
  /// Who the server takes the client for.
  public let identity: String
  public let allow: [Right]
  /// The log's name.
  public let log: String
  /// The log's verifier key.
  public let logKey: String
  /// The newest signed checkpoint.
  public let checkpoint: String
  /// The server's time.
  public let now: Timestamp
  /// The most that one push may bring, in bytes.
  public let bytesPerPush: Int
  /// The most that one pack may have, in bytes.
  public let packBytes: Int

  public init(
    vault: ObjectID, identity: String, allow: [Right], log: String, logKey: String, checkpoint: String,
    now: Timestamp, bytesPerPush: Int, packBytes: Int
  ) {
    self.vault = vault
    self.identity = identity
    self.allow = allow
    self.log = log
    self.logKey = logKey
    self.checkpoint = checkpoint
    self.now = now
    self.bytesPerPush = bytesPerPush
    self.packBytes = packBytes
  }

  public init(members m: inout Members) throws(FormatError) {
    var allow: [Right] = []
    for name in try m.texts("allow", limit: Right.allCases.count) {
      guard let right = Right(rawValue: name) else { throw m.bad("allow", "names an unknown right") }
      allow.append(right)
    }
    self.allow = allow
    identity = try m.text("as", limit: WireLimits.nameBytes)
    checkpoint = try m.text("checkpoint", limit: WireLimits.checkpointBytes)
    var limits = try m.members("limits")
    bytesPerPush = try limits.integer("bytesPerPush")
    packBytes = try limits.integer("packBytes")
    try limits.finish()
    log = try m.text("log", limit: WireLimits.nameBytes)
    logKey = try m.text("logKey", limit: 2 * WireLimits.nameBytes)
    now = try m.time("now")
    _ = try m.integer("protocol", 1...1)
    vault = try m.objectID("vault")
  }

  public var documentMembers: [(String, CanonicalValue?)] {
    let limits: [(String, CanonicalValue?)] = [
      ("bytesPerPush", .integer(bytesPerPush)), ("packBytes", .integer(packBytes)),
    ]
    return [
      ("allow", .list(allow.map(\.rawValue))), ("as", .string(identity)), ("checkpoint", .string(checkpoint)),
      ("limits", .make(limits)), ("log", .string(log)), ("logKey", .string(logKey)), ("now", .time(now)),
      ("protocol", .integer(1)), ("vault", .id(vault)),
    ]
  }
}

/// The last message of a client that has asked everything; nothing answers it.
public struct Bye: Message {
  public static let documentType = "bye"

  public init() {}
  public init(members m: inout Members) throws(FormatError) {}
  public var documentMembers: [(String, CanonicalValue?)] { [] }
}
