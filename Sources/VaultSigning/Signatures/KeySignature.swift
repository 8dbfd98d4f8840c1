/// The signature field of an SSHSIG: the algorithm's name and the signature in the algorithm's form.
struct KeySignature: Sendable {
  /// As OpenSSL takes it: 64 bytes for Ed25519, DER for ECDSA, the modulus' length for RSA.
  let raw: [UInt8]
  /// What is hashed before the signature; none for Ed25519.
  let hash: MessageHash?
  /// What a security key signed along (PROTOCOL.u2f): flags and counter, five bytes; empty for other keys.
  let presence: [UInt8]

  private static let maximumLength = RSALimits.maximumLength

  /// Reads the field; the algorithm must be one of `key`'s, and SHA-1 is none of them.
  init(_ field: UnsafeRawBufferPointer, _ key: SSHPublicKey) throws(SigningError) {
    var reader = SSHWire.Reader(field)
    hash = try Self.readAlgorithm(&reader, key)
    let bytes = try reader.string(atMost: Self.maximumLength)
    if let curve = key.algorithm.curve {
      raw = try ECDSASignature.der(fromSSH: bytes, curve)
    } else {
      try Self.checkLength(bytes.count, key)
      raw = Array(bytes)
    }
    presence = key.algorithm.isSecurityKey ? Array(try reader.bytes(5)) : []
    try reader.finish()
  }

  /// The field that holds `raw`, a signature in OpenSSL's form by a key that is no security key.
  static func encode(raw: [UInt8], _ key: SSHPublicKey) throws(SigningError) -> [UInt8] {
    var writer = SSHWire.Writer()
    writer.string(key.algorithm.signatureAlgorithm)
    if let curve = key.algorithm.curve {
      writer.string(try ECDSASignature.ssh(fromDER: raw, curve))
    } else {
      try checkLength(raw.count, key)
      writer.string(raw)
    }
    return writer.bytes
  }

  /// The hash that the algorithm names (RFC 8332 §3 for RSA).
  private static func readAlgorithm(
    _ reader: inout SSHWire.Reader, _ key: SSHPublicKey
  ) throws(SigningError) -> MessageHash? {
    let name = try reader.word(atMost: 64)
    switch (key.algorithm, name) {
    case (.rsa, "rsa-sha2-512"): return .sha512
    case (.rsa, "rsa-sha2-256"): return .sha256
    case (.rsa, _): break
    case (let algorithm, name) where algorithm.rawValue == name: return algorithm.signingHash
    default: break
    }
    throw SigningError(.unsupportedAlgorithm, "signatures of this algorithm are not accepted from this key")
  }

  private static func checkLength(_ count: Int, _ key: SSHPublicKey) throws(SigningError) {
    guard count == (key.algorithm == .rsa ? key.modulusLength : 64) else {
      throw SigningError(.malformed, "the signature has not the length that its algorithm gives")
    }
  }

  /// True where the signature is `key`'s, over `statement`.
  func verifies(_ statement: [UInt8], _ key: SSHPublicKey) -> Bool {
    guard key.algorithm.isSecurityKey else { return key.key.verifies(raw, of: statement, hash) }
    return wasTouched && key.key.verifies(raw, of: securityKeyMessage(statement, key), hash)
  }

  /// The flag that a person was present; later flags may join it.
  private var wasTouched: Bool { presence.first.map { $0 & 1 == 1 } ?? false }

  /// What the security key signed (PROTOCOL.u2f, "SSH U2F signatures").
  private func securityKeyMessage(_ statement: [UInt8], _ key: SSHPublicKey) -> [UInt8] {
    MessageHash.sha256.digest(of: key.application) + presence + MessageHash.sha256.digest(of: statement)
  }
}

extension KeyAlgorithm {
  /// The hash of a new signature; none for Ed25519, which hashes inside.
  var signingHash: MessageHash? {
    switch self {
    case .ed25519, .securityKeyEd25519: nil
    case .rsa: .sha512
    case .ecdsaP256, .ecdsaP384, .securityKeyECDSA: curve?.hash
    }
  }
}
