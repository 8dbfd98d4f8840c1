/// A private key held in this process, for signing. Security keys cannot be: their secret never leaves them.
public struct SSHPrivateKey: Signer {
  /// The public half.
  public let publicKey: SSHPublicKey

  private let key: EVPKey

  /// The longest key file that is read, in bytes.
  public static let maximumFileLength = 65536

  /// Reads the text of a key file: one `OPENSSH PRIVATE KEY` (PROTOCOL.key), or one PEM block of PKCS#8
  /// (RFC 5958), SEC 1 (RFC 5915) or PKCS#1 (RFC 8017). Copies that are made are wiped; the caller's is not.
  ///
  /// Throws `needsPassphrase` for an encrypted key; else what `SSHPublicKey.init(blob:)` throws.
  public init(file: [UInt8]) throws(SigningError) {
    let parts = try file.withBytes { (text) throws(SigningError) in try PrivateKeyParts(file: text) }
    publicKey = parts.publicKey
    key = parts.key
  }

  /// Signs in this process; takes tens of microseconds with Ed25519.
  public func sign(_ message: [UInt8], namespace: String) throws(SigningError) -> SSHSignature {
    let statement = try SignedStatement(namespace: namespace, hash: .sha512, message: message)
    let raw = try key.sign(statement.bytes, publicKey.algorithm.signingHash)
    return try SSHSignature(raw: raw, publicKey: publicKey, statement: statement)
  }
}

/// Both halves of a key, found to belong together.
struct PrivateKeyParts {
  let publicKey: SSHPublicKey
  let key: EVPKey

  init(publicKey: SSHPublicKey, key: EVPKey) {
    self.publicKey = publicKey
    self.key = key
  }

  init(file: UnsafeRawBufferPointer) throws(SigningError) {
    guard file.count <= SSHPrivateKey.maximumFileLength else {
      throw SigningError(.malformed, "the file is longer than any private key")
    }
    if file.starts(with: "-----BEGIN \(OpenSSHKeyFile.label)-----".utf8) {
      self = try OpenSSHKeyFile.read(file)
    } else {
      self = try PEMKeyFile.read(file)
    }
  }
}
