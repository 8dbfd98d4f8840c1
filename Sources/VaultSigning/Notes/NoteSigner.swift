/// Signs notes with an Ed25519 key held in this process.
public struct NoteSigner: Sendable {
  /// The key that verifies the signatures.
  public let verifier: NoteVerifier

  private let key: EVPKey

  /// Reads a private key file as `SSHPrivateKey(file:)` does; the key must be Ed25519.
  ///
  /// Throws what that throws, `unsupportedAlgorithm` for another type of key, and what `NoteVerifier` throws.
  public init(name: String, file: [UInt8]) throws(SigningError) {
    let parts = try file.withBytes { (text) throws(SigningError) in try PrivateKeyParts(file: text) }
    guard parts.publicKey.algorithm == .ed25519 else {
      throw SigningError(.unsupportedAlgorithm, "a log's key is an Ed25519 key")
    }
    key = parts.key
    verifier = try NoteVerifier(name: name, publicKey: try parts.key.rawPublicKey())
  }

  /// The signature line over `text`.
  public func sign(_ text: [UInt8]) throws(SigningError) -> NoteSignature {
    NoteSignature(name: verifier.name, keyHash: verifier.keyHash, signature: try key.sign(text, nil))
  }
}

extension NoteSigner {
  /// The text of a new key file for a seed of 32 random bytes (RFC 8032 §5.1.5): an unencrypted OpenSSH private
  /// key (PROTOCOL.key) that `ssh-keygen` reads.
  public static func keyFile(seed: [UInt8], comment: String) throws(SigningError) -> [UInt8] {
    guard seed.count == 32 else { throw SigningError(.malformed, "an Ed25519 seed has 32 bytes") }
    let parts = try seed.withBytes { (seed) throws(SigningError) in try PrivateKeyParts(ed25519Seed: seed) }
    return OpenSSHKeyFile.write(parts.publicKey, point: try parts.key.rawPublicKey(), seed: seed, comment)
  }
}
