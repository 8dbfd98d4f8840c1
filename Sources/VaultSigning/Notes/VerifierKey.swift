import VaultCore

/// The public key of who signs notes, in the one spelling of C2SP signed-note, "Verifier keys":
/// `NAME+HASH+BASE64`, where the base64 is of the signature type and the key and the hash tells keys apart.
///
/// Only Ed25519 (signature type 1) is accepted.
public struct VerifierKey: Hashable, Sendable {
  /// Who signs; of a log its origin. 1 to 255 characters from `!` to `~`, none of them `+`.
  public let name: String
  /// The key, 32 bytes (RFC 8032 §5.1.5).
  public let publicKey: [UInt8]

  /// The most bytes of a name.
  public static let maximumNameLength = 255

  /// The signature type of Ed25519.
  private static let type: UInt8 = 1

  /// The key `publicKey`, 32 bytes, of who is called `name`.
  ///
  /// Throws `malformed` or `invalidKey`.
  public init(name: String, publicKey: [UInt8]) throws(SigningError) {
    guard Self.isName(name) else {
      throw SigningError(
        .malformed, "the name of a log has 1 to 255 printable ASCII characters without spaces and '+'")
    }
    try Ed25519Point.validate(publicKey)
    self.name = name
    self.publicKey = publicKey
  }

  /// Reads exactly the text that ``text`` gives.
  ///
  /// Throws `malformed`, `unsupportedAlgorithm` or `invalidKey`.
  public init(_ text: String) throws(SigningError) {
    // The base64 may hold '+' too.
    let parts = Array(text.utf8).split(
      separator: UInt8(ascii: "+"), maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let encoded = Base64.decode(parts[2]), let type = encoded.first else {
      throw SigningError(.malformed, "a verifier key is NAME+HASH+BASE64")
    }
    guard type == Self.type else {
      throw SigningError(.unsupportedAlgorithm, "only verifier keys of Ed25519 are accepted")
    }
    try self.init(name: String(decoding: parts[0], as: UTF8.self), publicKey: Array(encoded.dropFirst()))
    guard parts[1].elementsEqual(Hex.encode(hash).utf8) else {
      throw SigningError(.malformed, "the hash in the verifier key is not that of its name and key")
    }
  }

  /// The key of a log whose key file holds `key`.
  ///
  /// Throws `malformed`, or `unsupportedAlgorithm` where the key is not Ed25519.
  public init(name: String, _ key: SSHPublicKey) throws(SigningError) {
    guard key.algorithm == .ed25519 else {
      throw SigningError(.unsupportedAlgorithm, "the key of a log is an Ed25519 key")
    }
    try self.init(name: name, publicKey: try key.key.rawPublicKey())
  }

  /// The first four bytes of SHA-256(name, LF, signature type, key).
  public var hash: [UInt8] {
    Array(Digest.of(Array(name.utf8) + [0x0A, Self.type] + publicKey).bytes.prefix(4))
  }

  /// `NAME+HASH+BASE64`.
  public var text: String {
    name + "+" + Hex.encode(hash) + "+" + Base64.encode([Self.type] + publicKey)
  }

  /// Whether `name` can be the name in a verifier key.
  public static func isName(_ name: String) -> Bool {
    (1...maximumNameLength).contains(name.utf8.count) && printableASCII(name.utf8) != nil
      && !name.utf8.contains(UInt8(ascii: "+"))
  }
}
