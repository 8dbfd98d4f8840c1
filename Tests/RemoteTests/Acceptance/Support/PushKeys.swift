import VaultCore
import VaultSigning

/// The keys of those who push, the same in every run: a name's hash is the private number.
enum PushKeys {
  static let root = key("root")
  static let manager = key("manager")
  static let collector = key("collector")
  /// May write below `CC6` only.
  static let narrow = key("narrow")
  static let approver = key("approver")
  static let secondApprover = key("second approver")
  /// Was a collector; revoked from the first of March on.
  static let revoked = key("revoked")
  /// A collector until the first of March.
  static let expired = key("expired")
  static let auditor = key("auditor")
  static let stranger = key("stranger")

  private static func key(_ name: String) -> SSHPrivateKey {
    let number = ObjectID(of: Array(name.utf8)).hex
    let der = Hex.decode(("302e020100300506032b657004220420" + number).utf8)!
    let text = "-----BEGIN PRIVATE KEY-----\n\(Base64.encode(der))\n-----END PRIVATE KEY-----\n"
    return try! SSHPrivateKey(file: Array(text.utf8))
  }
}
