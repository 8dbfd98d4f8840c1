import CLibCrypto

/// Private keys in PEM (RFC 7468): PKCS#8, SEC 1 and PKCS#1, unencrypted.
enum PEMKeyFile {
  private static let labels = ["PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"]

  static func read(_ text: UnsafeRawBufferPointer) throws(SigningError) -> PrivateKeyParts {
    try refuseEncrypted(text)
    guard let label = labels.first(where: { text.starts(with: "-----BEGIN \($0)-----".utf8) }) else {
      throw SigningError(.malformed, "the file is not a private key")
    }
    let der = try Armor.decode(text, label: label, width: nil)
    let parsed = try der.withBytes { (der) throws(SigningError) in try parse(der) }
    return try rebuild(parsed)
  }

  private static func refuseEncrypted(_ text: UnsafeRawBufferPointer) throws(SigningError) {
    let lines = text.prefix(256).split(separator: UInt8(ascii: "\n"), maxSplits: 2)
    guard let first = lines.first else { throw SigningError(.malformed, "the file is empty") }
    let isPKCS8 = first.elementsEqual("-----BEGIN ENCRYPTED PRIVATE KEY-----".utf8)
    let isOld = lines.count > 1 && lines[1].starts(with: "Proc-Type: 4,ENCRYPTED".utf8)
    guard !isPKCS8, !isOld else {
      throw SigningError(.needsPassphrase, "the private key is encrypted with a passphrase")
    }
  }

  private static func parse(_ der: UnsafeRawBufferPointer) throws(SigningError) -> EVPKey {
    var position = der.octets
    let made = d2i_AutoPrivateKey_ex(nil, &position, der.count, nil, nil)
    ERR_clear_error()
    guard let made else { throw SigningError(.malformed, "the private key's DER is not valid") }
    let key = EVPKey(owning: made)
    guard let start = der.octets, position == start + der.count else {
      throw SigningError(.trailingBytes, "bytes follow after the private key")
    }
    return key
  }

  /// Makes the key anew from its numbers, so that it passes the same checks as any other.
  private static func rebuild(_ parsed: EVPKey) throws(SigningError) -> PrivateKeyParts {
    switch EVP_PKEY_get_base_id(parsed.pointer) {
    case EVP_PKEY_ED25519: try ed25519(parsed)
    case EVP_PKEY_EC: try ec(parsed)
    case EVP_PKEY_RSA: try PrivateKeyParts(try rsa(parsed))
    default: throw SigningError(.unsupportedAlgorithm, "keys of this type are not accepted")
    }
  }

  private static func ed25519(_ parsed: EVPKey) throws(SigningError) -> PrivateKeyParts {
    let seed = try SecretBytes(capacity: 32) { (out) throws(SigningError) in
      var count = out.count
      let octets = out.baseAddress?.assumingMemoryBound(to: UInt8.self)
      guard EVP_PKEY_get_raw_private_key(parsed.pointer, octets, &count) == 1, count == 32 else {
        throw unreadable()
      }
      return count
    }
    return try seed.withBytes { (seed) throws(SigningError) in try PrivateKeyParts(ed25519Seed: seed) }
  }

  private static func ec(_ parsed: EVPKey) throws(SigningError) -> PrivateKeyParts {
    var name = [CChar](repeating: 0, count: 64)
    var length = 0
    guard EVP_PKEY_get_group_name(parsed.pointer, &name, name.count, &length) == 1, length < name.count
    else { throw unreadable() }
    let group = String(decoding: name.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard let curve = Curve(group: group) else {
      throw SigningError(.unsupportedAlgorithm, "keys on this curve are not accepted")
    }
    var point = [UInt8](repeating: 0, count: 133)
    var count = 0
    guard
      EVP_PKEY_get_octet_string_param(
        parsed.pointer, OSSL_PKEY_PARAM_PUB_KEY, &point, point.count, &count) == 1
    else { throw unreadable() }
    return try PrivateKeyParts(
      curve, point: Array(point.prefix(count)), scalar: try number(parsed, OSSL_PKEY_PARAM_PRIV_KEY))
  }

  private static func rsa(_ parsed: EVPKey) throws(SigningError) -> RSANumbers {
    RSANumbers(
      modulus: try number(parsed, OSSL_PKEY_PARAM_RSA_N),
      publicExponent: try number(parsed, OSSL_PKEY_PARAM_RSA_E),
      privateExponent: try number(parsed, OSSL_PKEY_PARAM_RSA_D),
      coefficient: try number(parsed, OSSL_PKEY_PARAM_RSA_COEFFICIENT + "1"),
      prime1: try number(parsed, OSSL_PKEY_PARAM_RSA_FACTOR + "1"),
      prime2: try number(parsed, OSSL_PKEY_PARAM_RSA_FACTOR + "2"))
  }

  private static func number(_ key: EVPKey, _ name: String) throws(SigningError) -> BigNumber {
    var made: OpaquePointer?
    guard EVP_PKEY_get_bn_param(key.pointer, name, &made) == 1, let made else { throw unreadable() }
    return BigNumber(owning: made)
  }

  private static func unreadable() -> SigningError {
    ERR_clear_error()
    return SigningError(.invalidKey, "the numbers of the private key cannot be read")
  }
}
