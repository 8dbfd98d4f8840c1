import VaultCore

/// The key that verifies one signer's lines in notes: a name, an algorithm and a public key, written
/// `NAME+HASH+BASE64` (C2SP signed-note, "Verifier keys").
public struct NoteVerifier: Hashable, Sendable, CustomStringConvertible {
  /// What a key's signatures say; the raw values are the bytes of C2SP signed-note, "Signature types".
  public enum Algorithm: UInt8, Hashable, Sendable, CaseIterable {
    /// Ed25519 over the note's text.
    case ed25519 = 0x01
    /// A witness's Ed25519 over the text and a time (C2SP tlog-cosignature).
    case cosignature = 0x04
  }

  /// The signer's name; a log's is its origin.
  public let name: String
  public let algorithm: Algorithm
  /// The 32 bytes of RFC 8032.
  public let publicKey: [UInt8]
  /// The first four bytes of SHA-256(name ‖ LF ‖ algorithm ‖ key), the first one the most significant.
  public let keyHash: UInt32

  private let key: EVPKey

  /// The longest text of a verifier key that is read, in bytes.
  public static let maximumLength = NoteName.maximumLength + 64

  /// A verifier of this key.
  ///
  /// Throws `invalidPrincipal` for a name that a note cannot hold, `malformed` for a key that is not 32 bytes,
  /// `invalidKey` for one that is no usable point.
  public init(name: String, algorithm: Algorithm = .ed25519, publicKey: [UInt8]) throws(SigningError) {
    guard NoteName.isValid(name) else {
      throw SigningError(
        .invalidPrincipal, "a log's name has 1 to 255 bytes, without white space and without +")
    }
    self.name = name
    self.algorithm = algorithm
    self.publicKey = publicKey
    key = try EVPKey.ed25519(publicKey: publicKey)
    keyHash = Self.keyHash(name, [algorithm.rawValue] + publicKey)
  }

  /// Reads exactly `NAME+HASH+BASE64`, whose hash must be the key's.
  ///
  /// Throws `malformed`, `unsupportedAlgorithm` or `invalidKey`.
  public init(_ text: String) throws(SigningError) {
    let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
    guard text.utf8.count <= Self.maximumLength, parts.count == 3, NoteName.isValid(String(parts[0])),
      let hash = Hex.decode(parts[1].utf8), hash.count == 4, let key = Base64.decode(parts[2].utf8),
      let type = key.first
    else { throw SigningError(.malformed, "a verifier key is NAME+HASH+BASE64") }
    guard let algorithm = Algorithm(rawValue: type) else {
      throw SigningError(.unsupportedAlgorithm, "verifier keys of this type are not accepted")
    }
    try self.init(name: String(parts[0]), algorithm: algorithm, publicKey: Array(key.dropFirst()))
    guard hash == keyHash.bytes else {
      throw SigningError(.malformed, "the hash in the verifier key is not the key's")
    }
  }

  /// The one spelling, `NAME+HASH+BASE64`.
  public var description: String {
    "\(name)+\(Hex.encode(keyHash.bytes))+\(Base64.encode([algorithm.rawValue] + publicKey))"
  }

  /// The key ID of C2SP signed-note, "Signatures".
  private static func keyHash(_ name: String, _ key: [UInt8]) -> UInt32 {
    let hash = Digest.of(Array(name.utf8) + [0x0A] + key).bytes
    return hash.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// Whether `line` names this key.
  func made(_ line: NoteSignature) -> Bool { line.name == name && line.keyHash == keyHash }

  /// Whether `line`, which names this key, is its signature over `text`.
  func verifies(_ line: NoteSignature, of text: [UInt8]) -> Bool {
    switch algorithm {
    case .ed25519:
      return line.signature.count == 64 && key.verifies(line.signature, of: text, nil)
    case .cosignature:
      guard let time = line.cosigned, line.signature.count == 72 else { return false }
      let statement = Array("cosignature/v1\ntime \(time)\n".utf8) + text
      return key.verifies(Array(line.signature.dropFirst(8)), of: statement, nil)
    }
  }

  public static func == (a: NoteVerifier, b: NoteVerifier) -> Bool {
    a.name == b.name && a.algorithm == b.algorithm && a.publicKey == b.publicKey
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(publicKey)
  }
}

extension UInt32 {
  /// The four bytes, the most significant first.
  var bytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}
