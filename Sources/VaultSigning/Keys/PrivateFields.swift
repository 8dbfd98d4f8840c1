/// The fields of a private key as OpenSSH's files and agents hold them, after the type's name
/// (draft-miller-ssh-agent §3.2), each checked against the public half.
enum PrivateFields {
  static func read(
    _ reader: inout SSHWire.Reader, _ publicKey: SSHPublicKey
  ) throws(SigningError) -> PrivateKeyParts {
    switch publicKey.algorithm {
    case .ed25519: return try ed25519(&reader, publicKey)
    case .ecdsaP256: return try ecdsa(.p256, &reader, publicKey)
    case .ecdsaP384: return try ecdsa(.p384, &reader, publicKey)
    case .rsa: return try rsa(&reader, publicKey)
    case .securityKeyEd25519, .securityKeyECDSA:
      throw SigningError(.unsupportedAlgorithm, "a security key signs through ssh-keygen only")
    }
  }

  /// The public key, then the seed with the public key after it.
  private static func ed25519(
    _ reader: inout SSHWire.Reader, _ publicKey: SSHPublicKey
  ) throws(SigningError) -> PrivateKeyParts {
    let point = try reader.string(atMost: 32)
    let secret = try reader.string(atMost: 64)
    guard point.count == 32, secret.count == 64, secret.view(32, 32).elementsEqual(point) else {
      throw SigningError(.malformed, "an Ed25519 private key has a seed and its public key")
    }
    return try PrivateKeyParts(ed25519Seed: secret.view(0, 32)).belonging(to: publicKey)
  }

  /// The curve's name, the point, the scalar.
  private static func ecdsa(
    _ curve: Curve, _ reader: inout SSHWire.Reader, _ publicKey: SSHPublicKey
  ) throws(SigningError) -> PrivateKeyParts {
    guard try reader.word(atMost: 16) == curve.rawValue else {
      throw SigningError(.malformed, "the key's curve is not the one that its type names")
    }
    let point = Array(try reader.string(atMost: curve.pointLength))
    let scalar = try BigNumber(try reader.positiveMPInt(atMost: curve.fieldLength))
    return try PrivateKeyParts(curve, point: point, scalar: scalar).belonging(to: publicKey)
  }

  /// n, e, d, the coefficient, p, q.
  private static func rsa(
    _ reader: inout SSHWire.Reader, _ publicKey: SSHPublicKey
  ) throws(SigningError) -> PrivateKeyParts {
    let limit = RSALimits.maximumLength
    let numbers = RSANumbers(
      modulus: try BigNumber(try reader.positiveMPInt(atMost: limit)),
      publicExponent: try BigNumber(try reader.positiveMPInt(atMost: limit)),
      privateExponent: try BigNumber(try reader.positiveMPInt(atMost: limit)),
      coefficient: try BigNumber(try reader.positiveMPInt(atMost: limit)),
      prime1: try BigNumber(try reader.positiveMPInt(atMost: limit)),
      prime2: try BigNumber(try reader.positiveMPInt(atMost: limit)))
    return try PrivateKeyParts(numbers).belonging(to: publicKey)
  }
}

extension PrivateKeyParts {
  /// The Ed25519 key of a 32-byte seed.
  init(ed25519Seed seed: UnsafeRawBufferPointer) throws(SigningError) {
    key = try EVPKey.ed25519(seed: seed)
    var blob = SSHWire.Writer()
    blob.string(KeyAlgorithm.ed25519.rawValue)
    blob.string(try key.rawPublicKey())
    publicKey = try SSHPublicKey(blob: blob.bytes)
  }

  /// The ECDSA key of a scalar and its point.
  init(_ curve: Curve, point: [UInt8], scalar: BigNumber) throws(SigningError) {
    key = try EVPKey.ec(curve, point: point, scalar: scalar)
    var blob = SSHWire.Writer()
    blob.string("ecdsa-sha2-" + curve.rawValue)
    blob.string(curve.rawValue)
    blob.string(point)
    publicKey = try SSHPublicKey(blob: blob.bytes)
  }

  /// The RSA key of these numbers.
  init(_ numbers: RSANumbers) throws(SigningError) {
    var blob = SSHWire.Writer()
    blob.string(KeyAlgorithm.rsa.rawValue)
    blob.mpint(numbers.publicExponent.bytes)
    blob.mpint(numbers.modulus.bytes)
    publicKey = try SSHPublicKey(blob: blob.bytes)
    key = try EVPKey.rsa(numbers)
  }

  /// The same parts, refused where the file's public half is another.
  func belonging(to expected: SSHPublicKey) throws(SigningError) -> PrivateKeyParts {
    guard publicKey == expected else {
      throw SigningError(.invalidKey, "the private half of the key does not belong to the public half")
    }
    return self
  }
}
