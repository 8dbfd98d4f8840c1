import CLibCrypto

/// An OpenSSL big number, overwritten before it is freed. Never changed once it is made.
final class BigNumber {
  let pointer: OpaquePointer

  /// The number whose magnitude is `bigEndian`.
  init(_ bigEndian: UnsafeRawBufferPointer) throws(SigningError) {
    guard bigEndian.count <= Int(Int32.max),
      let made = BN_bin2bn(bigEndian.octets, Int32(bigEndian.count), nil)
    else { throw outOfMemory() }
    pointer = made
  }

  /// Takes over a number that OpenSSL allocated.
  init(owning made: OpaquePointer) { pointer = made }

  /// The number that `compute` writes into a new one; it returns 1 for success, as OpenSSL does.
  init(_ compute: (OpaquePointer, Context) -> Int32) throws(SigningError) {
    guard let made = BN_new() else { throw outOfMemory() }
    let context = try Context()
    guard compute(made, context) == 1 else {
      BN_clear_free(made)
      ERR_clear_error()
      throw SigningError(.invalidKey, "the key's numbers cannot be computed with")
    }
    pointer = made
  }

  deinit { BN_clear_free(pointer) }

  /// Scratch memory for a computation.
  final class Context {
    let pointer: OpaquePointer

    init() throws(SigningError) {
      guard let made = BN_CTX_new() else { throw outOfMemory() }
      pointer = made
    }

    deinit { BN_CTX_free(pointer) }
  }

  /// How many bits the number has.
  var bitCount: Int { Int(BN_num_bits(pointer)) }

  /// True for odd numbers.
  var isOdd: Bool { BN_is_odd(pointer) == 1 }

  /// True for 1.
  var isOne: Bool { BN_is_one(pointer) == 1 }

  /// The magnitude, most significant byte first, without leading zeros. Not for secrets.
  var bytes: [UInt8] {
    let length = (bitCount + 7) / 8
    return [UInt8](unsafeUninitializedCapacity: length) { out, count in
      count = Int(BN_bn2bin(pointer, out.baseAddress))
    }
  }

  /// The number less one.
  func minusOne() throws(SigningError) -> BigNumber {
    try BigNumber { out, _ in
      BN_copy(out, self.pointer) == nil ? 0 : BN_sub_word(out, 1)
    }
  }

  /// The remainder by `modulus`.
  func modulo(_ modulus: BigNumber) throws(SigningError) -> BigNumber {
    try BigNumber { out, context in
      BN_div(nil, out, self.pointer, modulus.pointer, context.pointer)
    }
  }

  /// The product, reduced by `modulus`.
  func times(_ other: BigNumber, modulo modulus: BigNumber) throws(SigningError) -> BigNumber {
    try BigNumber { out, context in
      BN_mod_mul(out, self.pointer, other.pointer, modulus.pointer, context.pointer)
    }
  }

  /// The product.
  func times(_ other: BigNumber) throws(SigningError) -> BigNumber {
    try BigNumber { out, context in BN_mul(out, self.pointer, other.pointer, context.pointer) }
  }

  /// True for the same number.
  func equals(_ other: BigNumber) -> Bool { BN_cmp(pointer, other.pointer) == 0 }
}

/// OpenSSL could not allocate.
func outOfMemory() -> SigningError {
  ERR_clear_error()
  return SigningError(.cryptographyFailed, "the cryptographic library is out of memory")
}
