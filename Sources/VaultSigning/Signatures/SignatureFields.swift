/// The fields of an SSHSIG blob (PROTOCOL.sshsig §2), read once and checked.
struct SignatureFields {
  let publicKey: SSHPublicKey
  let namespace: String
  let hash: MessageHash
  let keySignature: KeySignature

  static let version: UInt32 = 1

  init(_ blob: UnsafeRawBufferPointer) throws(SigningError) {
    var reader = SSHWire.Reader(blob)
    guard try reader.bytes(SignedStatement.magic.count).elementsEqual(SignedStatement.magic) else {
      throw SigningError(.malformed, "the bytes are not an SSH signature")
    }
    guard try reader.uint32() == Self.version else {
      throw SigningError(.unsupportedVersion, "the SSH signature is not of version 1")
    }
    let key = try reader.string(atMost: SSHPublicKey.maximumBlobLength)
    namespace = try Self.readNamespace(&reader)
    guard try reader.string(atMost: 0).isEmpty else {
      throw SigningError(.malformed, "the reserved field of the signature is not empty")
    }
    hash = try Self.readHash(&reader)
    let field = try reader.string(atMost: blob.count)
    try reader.finish()
    publicKey = try SSHPublicKey(blob: Array(key))
    keySignature = try KeySignature(field, publicKey)
  }

  private static func readNamespace(_ reader: inout SSHWire.Reader) throws(SigningError) -> String {
    let bytes = try reader.string(atMost: SSHSignature.maximumBlobLength)
    let namespace = String(decoding: bytes, as: UTF8.self)
    try SignedStatement.check(namespace: namespace)
    return namespace
  }

  /// PROTOCOL.sshsig allows two hashes.
  private static func readHash(_ reader: inout SSHWire.Reader) throws(SigningError) -> MessageHash {
    switch try reader.word(atMost: 16) {
    case "sha256": return .sha256
    case "sha512": return .sha512
    default: throw SigningError(.unsupportedAlgorithm, "the message's hash is neither SHA-256 nor SHA-512")
    }
  }
}
