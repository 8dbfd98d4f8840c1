import CLibCrypto

/// An RSA key's numbers as key files hold them (RFC 8017 §3); the caller has checked their sizes.
struct RSANumbers {
  let modulus: BigNumber
  let publicExponent: BigNumber
  let privateExponent: BigNumber
  let coefficient: BigNumber
  let prime1: BigNumber
  let prime2: BigNumber
}

extension EVPKey {
  /// The Ed25519 public key whose 32 bytes are a point that `Ed25519Point` accepts.
  static func ed25519(publicKey: [UInt8]) throws(SigningError) -> EVPKey {
    try Ed25519Point.validate(publicKey)
    let made = EVP_PKEY_new_raw_public_key_ex(nil, "ED25519", nil, publicKey, publicKey.count)
    return try owned(made)
  }

  /// The Ed25519 key pair of a 32-byte seed (RFC 8032 §5.1.5).
  static func ed25519(seed: UnsafeRawBufferPointer) throws(SigningError) -> EVPKey {
    try owned(EVP_PKEY_new_raw_private_key_ex(nil, "ED25519", nil, seed.octets, seed.count))
  }

  /// The public key, or the key pair where `scalar` is given, whose uncompressed point is on the curve.
  static func ec(_ curve: Curve, point: [UInt8], scalar: BigNumber? = nil) throws(SigningError) -> EVPKey {
    guard point.count == curve.pointLength, point[0] == 4 else {
      throw SigningError(.invalidKey, "the key's point is not in the uncompressed form")
    }
    let parameters = try Parameters()
    parameters.add(OSSL_PKEY_PARAM_GROUP_NAME, text: curve.group)
    parameters.add(OSSL_PKEY_PARAM_PUB_KEY, octets: point)
    guard let scalar else {
      return EVPKey(owning: try parameters.makeKey(type: "EC", .publicOnly))
    }
    parameters.add(OSSL_PKEY_PARAM_PRIV_KEY, scalar)
    let key = EVPKey(owning: try parameters.makeKey(type: "EC", .both))
    try key.checkPair()
    return key
  }

  /// The RSA public key of these numbers.
  static func rsa(modulus: BigNumber, exponent: BigNumber) throws(SigningError) -> EVPKey {
    let parameters = try Parameters()
    parameters.add(OSSL_PKEY_PARAM_RSA_N, modulus)
    parameters.add(OSSL_PKEY_PARAM_RSA_E, exponent)
    return EVPKey(owning: try parameters.makeKey(type: "RSA", .publicOnly))
  }

  /// The RSA key pair of these numbers, which must belong together.
  static func rsa(_ numbers: RSANumbers) throws(SigningError) -> EVPKey {
    let less1 = try numbers.prime1.minusOne()
    let less2 = try numbers.prime2.minusOne()
    try numbers.check(less1, less2)
    let parameters = try Parameters()
    parameters.add(OSSL_PKEY_PARAM_RSA_N, numbers.modulus)
    parameters.add(OSSL_PKEY_PARAM_RSA_E, numbers.publicExponent)
    parameters.add(OSSL_PKEY_PARAM_RSA_D, numbers.privateExponent)
    parameters.add(OSSL_PKEY_PARAM_RSA_FACTOR + "1", numbers.prime1)
    parameters.add(OSSL_PKEY_PARAM_RSA_FACTOR + "2", numbers.prime2)
    parameters.add(OSSL_PKEY_PARAM_RSA_EXPONENT + "1", try numbers.privateExponent.modulo(less1))
    parameters.add(OSSL_PKEY_PARAM_RSA_EXPONENT + "2", try numbers.privateExponent.modulo(less2))
    parameters.add(OSSL_PKEY_PARAM_RSA_COEFFICIENT + "1", numbers.coefficient)
    return EVPKey(owning: try parameters.makeKey(type: "RSA", .both))
  }

  /// The 32 bytes of an Ed25519 public key.
  func rawPublicKey() throws(SigningError) -> [UInt8] {
    var out = [UInt8](repeating: 0, count: 32)
    var count = out.count
    guard EVP_PKEY_get_raw_public_key(pointer, &out, &count) == 1, count == 32 else {
      ERR_clear_error()
      throw SigningError(.invalidKey, "the key has no Ed25519 public half")
    }
    return out
  }

  /// Refuses a private scalar that is not the point's.
  private func checkPair() throws(SigningError) {
    guard let context = EVP_PKEY_CTX_new_from_pkey(nil, pointer, nil) else { throw outOfMemory() }
    defer { EVP_PKEY_CTX_free(context) }
    guard EVP_PKEY_private_check(context) == 1, EVP_PKEY_pairwise_check(context) == 1 else {
      ERR_clear_error()
      throw SigningError(.invalidKey, "the private half of the key does not belong to the public half")
    }
  }

  private static func owned(_ made: OpaquePointer?) throws(SigningError) -> EVPKey {
    guard let made else {
      ERR_clear_error()
      throw SigningError(.invalidKey, "the bytes do not make a valid Ed25519 key")
    }
    return EVPKey(owning: made)
  }
}

extension RSANumbers {
  /// n = p·q, d·e ≡ 1 by both p-1 and q-1, and the coefficient inverts q by p (RFC 8017 §3.2).
  fileprivate func check(_ less1: BigNumber, _ less2: BigNumber) throws(SigningError) {
    let product = try prime1.times(prime2)
    guard product.equals(modulus), prime1.isOdd, prime2.isOdd, prime1.bitCount > 1, prime2.bitCount > 1,
      try privateExponent.times(publicExponent, modulo: less1).isOne,
      try privateExponent.times(publicExponent, modulo: less2).isOne,
      try coefficient.times(prime2, modulo: prime1).isOne
    else { throw SigningError(.invalidKey, "the numbers of the RSA key do not belong together") }
  }
}
