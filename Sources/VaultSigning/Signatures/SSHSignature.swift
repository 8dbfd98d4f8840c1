/// A detached signature by an SSH key (OpenSSH PROTOCOL.sshsig), as `ssh-keygen -Y sign` makes it.
///
/// It was parsed, not verified: only `verify` says whether it belongs to a message.
public struct SSHSignature: Hashable, Sendable {
  /// The signature's exact bytes.
  public let blob: [UInt8]
  /// The key that the signature names as its maker. Whether that key is trusted is another question.
  public let publicKey: SSHPublicKey
  /// What the signature was made for.
  public let namespace: String

  /// The hash that was taken of the message.
  let hash: MessageHash
  let keySignature: KeySignature

  /// The longest blob that is read, in bytes.
  public static let maximumBlobLength = 16384

  /// Reads a signature from exactly these bytes; there is no second encoding of the same fields.
  ///
  /// Throws `malformed`, `trailingBytes`, `unsupportedVersion`, `unsupportedAlgorithm`, `invalidNamespace`,
  /// or what `SSHPublicKey.init(blob:)` throws.
  public init(blob: [UInt8]) throws(SigningError) {
    guard blob.count <= Self.maximumBlobLength else {
      throw SigningError(.malformed, "the signature is longer than any signature can be")
    }
    let fields = try blob.withBytes { (bytes) throws(SigningError) in try SignatureFields(bytes) }
    self.blob = blob
    publicKey = fields.publicKey
    namespace = fields.namespace
    hash = fields.hash
    keySignature = fields.keySignature
  }

  /// Packs a signature in OpenSSL's form.
  init(raw: [UInt8], publicKey: SSHPublicKey, statement: SignedStatement) throws(SigningError) {
    let field = try KeySignature.encode(raw: raw, publicKey)
    var writer = SSHWire.Writer()
    writer.raw(SignedStatement.magic)
    writer.uint32(SignatureFields.version)
    writer.string(publicKey.blob)
    writer.string(statement.namespace)
    writer.string("")
    writer.string(statement.hash.rawValue)
    writer.string(field)
    blob = writer.bytes
    self.publicKey = publicKey
    namespace = statement.namespace
    hash = statement.hash
    keySignature = try field.withBytes { (field) throws(SigningError) in
      try KeySignature(field, publicKey)
    }
  }

  /// Checks that the signature is its key's, over exactly these bytes, for exactly this namespace.
  ///
  /// Throws `wrongNamespace` or `badSignature`. A security key's signature also needs the flag that a
  /// person was present.
  public func verify(message: [UInt8], namespace: String) throws(SigningError) {
    guard namespace == self.namespace else {
      throw SigningError(.wrongNamespace, "the signature was made for another namespace")
    }
    let statement = try SignedStatement(namespace: namespace, hash: hash, message: message)
    guard keySignature.verifies(statement.bytes, publicKey) else {
      throw SigningError(.badSignature, "the signature does not belong to this message")
    }
  }

  /// Signatures are the same where their bytes are.
  public static func == (a: SSHSignature, b: SSHSignature) -> Bool { a.blob == b.blob }

  /// Hashes the blob.
  public func hash(into hasher: inout Hasher) { hasher.combine(blob) }
}

extension SSHSignature {
  private static let label = "SSH SIGNATURE"
  private static let width = 70

  /// The text that `ssh-keygen -Y sign` writes: base64 in lines of 70 between two marks.
  public var armored: String { Armor.encode(blob, label: Self.label, width: Self.width) }

  /// Reads exactly the text that `armored` gives; the last line end may be missing.
  ///
  /// Throws `malformed` for any other text, else what `init(blob:)` throws.
  public init(armored: String) throws(SigningError) { try self.init(armored: Array(armored.utf8)) }

  /// Reads exactly the text that `armored` gives; the last line end may be missing.
  ///
  /// Throws `malformed` for any other text, else what `init(blob:)` throws.
  public init(armored: [UInt8]) throws(SigningError) {
    guard armored.count <= 2 * Self.maximumBlobLength else {
      throw SigningError(.malformed, "the text is longer than any signature can be")
    }
    let bytes = try armored.withBytes { (text) throws(SigningError) in
      try Armor.decode(text, label: Self.label, width: Self.width)
        .withBytes { (bytes) throws(SigningError) in Array(bytes) }
    }
    try self.init(blob: bytes)
  }
}
