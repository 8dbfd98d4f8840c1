import CLibCrypto

/// A key in OpenSSL, public or private; never changed once it is made, so threads may share it.
final class EVPKey: @unchecked Sendable {
  let pointer: OpaquePointer

  /// Takes over a key that OpenSSL allocated.
  init(owning made: OpaquePointer) { pointer = made }

  deinit { EVP_PKEY_free(pointer) }

  /// A pure EdDSA signature (RFC 8032 §5.1), or ECDSA in DER or RSASSA-PKCS1-v1_5 over `hash`.
  func sign(_ message: [UInt8], _ hash: MessageHash?) throws(SigningError) -> [UInt8] {
    guard let context = EVP_MD_CTX_new() else { throw outOfMemory() }
    defer { EVP_MD_CTX_free(context) }
    let capacity = Int(EVP_PKEY_get_size(pointer))
    var written = capacity
    guard capacity > 0, EVP_DigestSignInit_ex(context, nil, hash?.name, nil, nil, pointer, nil) == 1 else {
      throw refused()
    }
    var out = [UInt8](repeating: 0, count: capacity)
    guard EVP_DigestSign(context, &out, &written, message, message.count) == 1, written <= capacity else {
      throw refused()
    }
    out.removeLast(capacity - written)
    return out
  }

  /// True where `signature` is what `sign` could have made with the private half.
  func verifies(_ signature: [UInt8], of message: [UInt8], _ hash: MessageHash?) -> Bool {
    guard let context = EVP_MD_CTX_new() else { return false }
    defer { EVP_MD_CTX_free(context) }
    guard EVP_DigestVerifyInit_ex(context, nil, hash?.name, nil, nil, pointer, nil) == 1,
      EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    else {
      ERR_clear_error()
      return false
    }
    return true
  }

  private func refused() -> SigningError {
    ERR_clear_error()
    return SigningError(.cryptographyFailed, "the cryptographic library refused to sign")
  }
}
