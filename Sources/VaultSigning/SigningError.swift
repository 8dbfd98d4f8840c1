/// Why a key, a signature or a signer was refused.
///
/// Tests and callers match the `code`; the reason is for people.
public struct SigningError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A stable name for the kind of refusal.
  public enum Code: String, Hashable, Sendable, CaseIterable {
    /// The bytes or text do not have the layout that their format demands.
    case malformed
    /// Bytes follow where the format ends.
    case trailingBytes = "trailing-bytes"
    /// A key type, cipher, hash or signature algorithm that is not accepted, SHA-1 among them.
    case unsupportedAlgorithm = "unsupported-algorithm"
    /// A format version that is newer than this program.
    case unsupportedVersion = "unsupported-version"
    /// An RSA key of fewer than 3072 bits or with a small public exponent.
    case weakKey = "weak-key"
    /// A point that is not on its curve, or key numbers that do not belong together.
    case invalidKey = "invalid-key"
    /// The private key is encrypted; `SSHKeygenSigner` can use it.
    case needsPassphrase = "needs-passphrase"
    /// A namespace that is empty, too long or not printable ASCII without spaces.
    case invalidNamespace = "invalid-namespace"
    /// The signature was made for another namespace.
    case wrongNamespace = "wrong-namespace"
    /// The signature was made by another key than the one asked for.
    case wrongKey = "wrong-key"
    /// The signature does not belong to this message and key.
    case badSignature = "bad-signature"
    /// A principal's name that an allowed-signers file cannot hold safely.
    case invalidPrincipal = "invalid-principal"
    /// The cryptographic library refused an operation that should succeed.
    case cryptographyFailed = "cryptography-failed"
    /// A program could not be started or watched.
    case spawnFailed = "spawn-failed"
    /// A signer program ended with a failure.
    case signerFailed = "signer-failed"
    /// A signer program did not end in time.
    case timedOut = "timed-out"
    /// A signer program wrote more than a signature can be.
    case outputTooLarge = "output-too-large"
  }

  /// The kind of refusal.
  public let code: Code
  /// What was wrong, lower case, without a full stop.
  public let reason: String

  /// Names a refusal.
  public init(_ code: Code, _ reason: String) {
    self.code = code
    self.reason = reason
  }

  public var description: String { reason }
}
