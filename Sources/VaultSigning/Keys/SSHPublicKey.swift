import VaultCore

/// An SSH public key that was checked: its type is accepted, its encoding canonical, its strength
/// sufficient, its point on the curve.
public struct SSHPublicKey: Hashable, Sendable {
  /// The type of the key.
  public let algorithm: KeyAlgorithm
  /// The key as SSH transports it (RFC 4253 §6.6): the type's name, then its fields.
  public let blob: [UInt8]

  let key: EVPKey
  /// What a security key signs along (`ssh:` as a rule); empty for other keys.
  let application: [UInt8]
  /// The length of an RSA modulus in bytes; 0 for other keys.
  let modulusLength: Int

  /// The longest blob that is read, in bytes.
  public static let maximumBlobLength = 8192

  /// Reads a key from exactly these bytes.
  ///
  /// Throws `malformed`, `trailingBytes`, `unsupportedAlgorithm`, `weakKey` or `invalidKey`.
  public init(blob: [UInt8]) throws(SigningError) {
    let fields = try blob.withBytes { (bytes) throws(SigningError) in try PublicKeyFields(bytes) }
    algorithm = fields.algorithm
    key = fields.key
    application = fields.application
    modulusLength = fields.modulusLength
    self.blob = blob
  }

  /// The name that `ssh-keygen -l` prints: `SHA256:` and the unpadded base64 of the blob's SHA-256.
  public var fingerprint: String {
    "SHA256:" + Base64.encode(Digest.of(blob).bytes, padding: false)
  }

  /// Equal keys have equal blobs, since every key has one encoding only.
  public static func == (a: SSHPublicKey, b: SSHPublicKey) -> Bool { a.blob == b.blob }

  /// Hashes the blob.
  public func hash(into hasher: inout Hasher) { hasher.combine(blob) }
}

extension SSHPublicKey {
  /// The type and the base64 of the blob, one space between, no comment, no line end.
  public var openSSHLine: String { algorithm.rawValue + " " + Base64.encode(blob) }

  /// Reads one line of a `.pub` file, `type base64 [comment]`, with or without its line end.
  ///
  /// Throws what `init(blob:)` throws; `malformed` where options precede the type, the base64 is not
  /// canonical, the comment holds control characters or the type is not the blob's.
  public init(openSSHLine line: String) throws(SigningError) {
    var bytes = Array(line.utf8)
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    let words = bytes.split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
    guard words.count >= 2, bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
      throw SigningError(.malformed, "a public key is one line: its type, its base64, a comment")
    }
    guard KeyAlgorithm(rawValue: String(decoding: words[0], as: UTF8.self)) != nil else {
      throw SigningError(.unsupportedAlgorithm, "keys of this type are not accepted")
    }
    guard words[1].count <= Self.maximumBlobLength * 4 / 3 + 4, let blob = Base64.decode(words[1]) else {
      throw SigningError(.malformed, "the public key's base64 is not canonical")
    }
    try self.init(blob: blob)
    guard words[0].elementsEqual(algorithm.rawValue.utf8) else {
      throw SigningError(.malformed, "the line names another type than the key inside it")
    }
  }
}
