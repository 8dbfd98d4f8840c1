import VaultSigning

/// The key types that `ssh-keygen` can make without hardware.
enum KeyKind: String, CaseIterable, Sendable {
  case ed25519, p256, p384, rsa3072, rsa4096

  var arguments: [String] {
    switch self {
    case .ed25519: ["-t", "ed25519"]
    case .p256: ["-t", "ecdsa", "-b", "256"]
    case .p384: ["-t", "ecdsa", "-b", "384"]
    case .rsa3072: ["-t", "rsa", "-b", "3072"]
    case .rsa4096: ["-t", "rsa", "-b", "4096"]
    }
  }

  var algorithm: KeyAlgorithm {
    switch self {
    case .ed25519: .ed25519
    case .p256: .ecdsaP256
    case .p384: .ecdsaP384
    case .rsa3072, .rsa4096: .rsa
    }
  }
}

/// A key pair that the real `ssh-keygen` made.
struct MadeKey: Sendable {
  let folder: Folder
  let path: String

  init(_ arguments: [String], passphrase: String = "") throws {
    folder = try Folder()
    path = folder.file("key")
    _ = try Tool.mustRun("ssh-keygen", ["-q", "-N", passphrase, "-C", "a comment", "-f", path] + arguments)
  }

  func file() throws -> [UInt8] { try folder.read("key") }
  func publicLine() throws -> String { String(decoding: try folder.read("key.pub"), as: UTF8.self) }
  func publicKey() throws -> SSHPublicKey { try SSHPublicKey(openSSHLine: try publicLine()) }
  func privateKey() throws -> SSHPrivateKey { try SSHPrivateKey(file: try file()) }

  private static let shared: [KeyKind: Result<MadeKey, any Error>] = Dictionary(
    uniqueKeysWithValues: KeyKind.allCases.map { kind in (kind, Result { try MadeKey(kind.arguments) }) })

  /// One key of each kind for all tests: RSA keys take long to make.
  static func of(_ kind: KeyKind) throws -> MadeKey {
    guard let made = shared[kind] else { throw ToolFailure(text: "no key of this kind") }
    return try made.get()
  }
}

let namespace = "commit@vault.test"
let message = Array("evidence, byte for byte\r\n\0".utf8)
