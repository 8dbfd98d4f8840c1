/// Makes signatures: a key in this process, an agent, a program.
public protocol Signer: Sendable {
  /// The key that the signatures will name.
  var publicKey: SSHPublicKey { get }

  /// Signs the exact bytes of `message` for `namespace`, with SHA-512 as the message's hash.
  ///
  /// Throws `invalidNamespace` for a namespace that is empty or not printable.
  func sign(_ message: [UInt8], namespace: String) throws(SigningError) -> SSHSignature
}
