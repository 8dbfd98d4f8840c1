/// The fields of a public key's blob, read once and checked.
struct PublicKeyFields {
  let algorithm: KeyAlgorithm
  let key: EVPKey
  private(set) var application: [UInt8] = []
  private(set) var modulusLength = 0

  init(_ blob: UnsafeRawBufferPointer) throws(SigningError) {
    guard blob.count <= SSHPublicKey.maximumBlobLength else {
      throw SigningError(.malformed, "the public key is longer than any accepted key")
    }
    var reader = SSHWire.Reader(blob)
    guard let algorithm = KeyAlgorithm(rawValue: try reader.word(atMost: 64)) else {
      throw SigningError(.unsupportedAlgorithm, "keys of this type are not accepted")
    }
    self.algorithm = algorithm
    switch algorithm {
    case .ed25519, .securityKeyEd25519: key = try Self.ed25519(&reader)
    case .ecdsaP256, .securityKeyECDSA: key = try Self.ecdsa(.p256, &reader)
    case .ecdsaP384: key = try Self.ecdsa(.p384, &reader)
    case .rsa: (key, modulusLength) = try Self.rsa(&reader)
    }
    if algorithm.isSecurityKey {
      application = Array(try reader.word(atMost: 256).utf8)
    }
    try reader.finish()
  }

  /// RFC 8709 §4.
  private static func ed25519(_ reader: inout SSHWire.Reader) throws(SigningError) -> EVPKey {
    try EVPKey.ed25519(publicKey: Array(try reader.string(atMost: 32)))
  }

  /// RFC 5656 §3.1.
  private static func ecdsa(_ curve: Curve, _ reader: inout SSHWire.Reader) throws(SigningError) -> EVPKey {
    guard try reader.word(atMost: 16) == curve.rawValue else {
      throw SigningError(.malformed, "the key's curve is not the one that its type names")
    }
    return try EVPKey.ec(curve, point: Array(try reader.string(atMost: curve.pointLength)))
  }

  /// RFC 4253 §6.6.
  private static func rsa(_ reader: inout SSHWire.Reader) throws(SigningError) -> (EVPKey, Int) {
    let exponent = try BigNumber(try reader.positiveMPInt(atMost: RSALimits.maximumLength))
    let modulus = try BigNumber(try reader.positiveMPInt(atMost: RSALimits.maximumLength))
    try RSALimits.check(modulus: modulus, exponent: exponent)
    return (try EVPKey.rsa(modulus: modulus, exponent: exponent), (modulus.bitCount + 7) / 8)
  }
}

/// The sizes of RSA keys that the vault accepts.
enum RSALimits {
  /// The longest modulus, in bytes: OpenSSL's own limit of 16384 bits.
  static let maximumLength = 2048

  /// Refuses a modulus below 3072 bits, and exponents outside FIPS 186-5 §A.1.1 or above 64 bits, OpenSSL's
  /// own limit for large moduli.
  static func check(modulus: BigNumber, exponent: BigNumber) throws(SigningError) {
    guard modulus.bitCount >= 3072 else {
      throw SigningError(.weakKey, "the RSA key has \(modulus.bitCount) bits, at least 3072 are needed")
    }
    guard exponent.bitCount >= 17 else {
      throw SigningError(.weakKey, "the RSA key's public exponent is below 65537")
    }
    guard exponent.isOdd, modulus.isOdd, exponent.bitCount <= 64 else {
      throw SigningError(.invalidKey, "the numbers of the RSA key are not usable")
    }
  }
}
