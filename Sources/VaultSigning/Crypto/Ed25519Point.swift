import CLibCrypto

/// What makes 32 bytes an acceptable Ed25519 public key; OpenSSL takes any 32 bytes.
///
/// A point of small order would verify signatures that nobody made, so it is refused as well.
enum Ed25519Point {
  /// Refuses bytes that RFC 8032 §5.1.3 cannot decode, and points of order 1, 2, 4 and 8.
  static func validate(_ bytes: [UInt8]) throws(SigningError) {
    guard bytes.count == 32 else {
      throw SigningError(.malformed, "an Ed25519 public key has 32 bytes")
    }
    var bigEndian = Array(bytes.reversed())
    let sign = bigEndian[0] >> 7
    bigEndian[0] &= 0x7f
    let field = try Field()
    let y = try bigEndian.withBytes { (view) throws(SigningError) in try BigNumber(view) }
    guard BN_cmp(y.pointer, field.prime.pointer) < 0, try field.isOnCurve(y, sign: sign),
      try !field.hasSmallOrder(y)
    else { throw SigningError(.invalidKey, "the Ed25519 public key is not a usable point of the curve") }
  }

  /// The field of 2^255-19 elements and the curve's constant d (RFC 8032 §5.1).
  private struct Field {
    let prime: BigNumber
    let d: BigNumber
    let one: BigNumber

    init() throws(SigningError) {
      prime = try Self.number("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed")
      d = try Self.number("52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3")
      one = try Self.number("1")
    }

    private static func number(_ hex: String) throws(SigningError) -> BigNumber {
      var made: OpaquePointer?
      guard BN_hex2bn(&made, hex) > 0, let made else { throw outOfMemory() }
      return BigNumber(owning: made)
    }

    private func combine(
      _ a: BigNumber, _ b: BigNumber,
      _ operation: (OpaquePointer?, OpaquePointer?, OpaquePointer?, OpaquePointer?, OpaquePointer?) -> Int32
    ) throws(SigningError) -> BigNumber {
      try BigNumber { out, context in
        operation(out, a.pointer, b.pointer, prime.pointer, context.pointer)
      }
    }

    /// True where x² = (y²-1)/(d·y²+1) has a solution of that sign.
    func isOnCurve(_ y: BigNumber, sign: UInt8) throws(SigningError) -> Bool {
      let square = try combine(y, y, BN_mod_mul)
      let numerator = try combine(square, one, BN_mod_sub)
      let denominator = try combine(try combine(d, square, BN_mod_mul), one, BN_mod_add)
      if BN_is_zero(numerator.pointer) == 1 { return sign == 0 }
      let product = try combine(numerator, denominator, BN_mod_mul)
      let context = try BigNumber.Context()
      return BN_kronecker(product.pointer, prime.pointer, context.pointer) == 1
    }

    /// True for y of the eight points of order 1, 2, 4 and 8: y = 1, y = -1, y = 0, and d·y⁴ + 2·y² = 1.
    func hasSmallOrder(_ y: BigNumber) throws(SigningError) -> Bool {
      let square = try combine(y, y, BN_mod_mul)
      if BN_is_zero(square.pointer) == 1 || square.isOne { return true }
      let quartic = try combine(d, try combine(square, square, BN_mod_mul), BN_mod_mul)
      let twice = try combine(square, square, BN_mod_add)
      return try combine(quartic, twice, BN_mod_add).isOne
    }
  }
}
