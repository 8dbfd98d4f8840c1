import CLibCrypto

/// Builds the parameter list that makes a key in OpenSSL; copies of secrets are overwritten.
final class Parameters {
  private let builder: OpaquePointer
  /// The builder keeps pointers into what it is given, so this keeps it alive.
  private var numbers: [BigNumber] = []
  private var copies: [UnsafeMutableRawPointer] = []
  private var isComplete = true

  init() throws(SigningError) {
    guard let made = OSSL_PARAM_BLD_new() else { throw outOfMemory() }
    builder = made
  }

  deinit {
    OSSL_PARAM_BLD_free(builder)
    for copy in copies { copy.deallocate() }
  }

  /// Adds a text, such as a group's name.
  func add(_ name: String, text: String) {
    let copy = keep(text.utf8).assumingMemoryBound(to: CChar.self)
    check(OSSL_PARAM_BLD_push_utf8_string(builder, keep(name: name), copy, text.utf8.count))
  }

  /// Adds a byte string that is no secret, such as a point.
  func add(_ name: String, octets: [UInt8]) {
    check(OSSL_PARAM_BLD_push_octet_string(builder, keep(name: name), keep(octets), octets.count))
  }

  /// Adds a number.
  func add(_ name: String, _ number: BigNumber) {
    numbers.append(number)
    check(OSSL_PARAM_BLD_push_BN(builder, keep(name: name), number.pointer))
  }

  /// Which halves a key has: OpenSSL's `EVP_PKEY_PUBLIC_KEY` and `EVP_PKEY_KEYPAIR`, macros that do not
  /// reach Swift.
  enum Halves: Int32 {
    case publicOnly = 0x86
    case both = 0x87
  }

  /// The key of the OpenSSL type `type` with these parameters.
  func makeKey(type: String, _ halves: Halves) throws(SigningError) -> OpaquePointer {
    guard isComplete, let list = OSSL_PARAM_BLD_to_param(builder) else { throw outOfMemory() }
    defer { Self.wipeAndFree(list) }
    guard let context = EVP_PKEY_CTX_new_from_name(nil, type, nil) else { throw outOfMemory() }
    defer { EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    guard EVP_PKEY_fromdata_init(context) == 1,
      EVP_PKEY_fromdata(context, &key, halves.rawValue, list) == 1, let key
    else {
      ERR_clear_error()
      throw SigningError(.invalidKey, "the key's numbers do not make a valid \(type) key")
    }
    return key
  }

  private func check(_ result: Int32) {
    if result != 1 { isComplete = false }
  }

  private func keep(name: String) -> UnsafePointer<CChar> {
    UnsafePointer(keep(name.utf8).assumingMemoryBound(to: CChar.self))
  }

  /// A copy with a zero byte after it, alive until the builder is gone.
  private func keep(_ bytes: some Collection<UInt8>) -> UnsafeMutableRawPointer {
    let copy = UnsafeMutableRawPointer.allocate(byteCount: bytes.count + 1, alignment: 1)
    copies.append(copy)
    for (offset, byte) in bytes.enumerated() {
      copy.storeBytes(of: byte, toByteOffset: offset, as: UInt8.self)
    }
    copy.storeBytes(of: 0, toByteOffset: bytes.count, as: UInt8.self)
    return copy
  }

  private static func wipeAndFree(_ list: UnsafeMutablePointer<OSSL_PARAM>) {
    var entry = list
    while entry.pointee.key != nil {
      if let data = entry.pointee.data { OPENSSL_cleanse(data, entry.pointee.data_size) }
      entry += 1
    }
    OSSL_PARAM_free(list)
  }
}
