import VaultCore
import VaultSigning

/// Keys of the cast, the same in every run: a name's hash is the private number.
enum Key {
  /// An Ed25519 key; its signatures never vary.
  static func of(_ name: String) throws -> SSHPrivateKey {
    try pem("302e020100300506032b657004220420", name)
  }

  /// A P-256 key; no two of its signatures are alike.
  static func varying(_ name: String) throws -> SSHPrivateKey {
    try pem("3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420", name)
  }

  private static func pem(_ prefix: String, _ name: String) throws -> SSHPrivateKey {
    let number = ObjectID(of: bytes(name)).hex
    let der = Hex.decode((prefix + number).utf8) ?? []
    var body = Base64.encode(der)[...]
    var lines: [Substring] = []
    while !body.isEmpty {
      lines.append(body.prefix(64))
      body = body.dropFirst(64)
    }
    let text = lines.joined(separator: "\n")
    return try SSHPrivateKey(file: bytes("-----BEGIN PRIVATE KEY-----\n\(text)\n-----END PRIVATE KEY-----\n"))
  }
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// A day of 2026 at midnight, `03-01`, or an instant of it, `03-01T12:00:00.000Z`.
func on(_ day: String) -> Timestamp {
  let text = "2026-" + day + (day.contains("T") ? "" : "T00:00:00.000Z")
  guard let time = Timestamp(canonical: text) else { preconditionFailure("\(text) is no time") }
  return time
}
