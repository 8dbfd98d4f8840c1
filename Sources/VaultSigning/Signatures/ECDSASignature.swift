/// The two spellings of an ECDSA signature: two mpints for SSH (RFC 5656 §3.1.2), DER for OpenSSL
/// (RFC 3279 §2.2.3). An mpint and a DER INTEGER have the same content bytes.
enum ECDSASignature {
  /// DER for the two mpints in `ssh`, which are above zero and canonical.
  static func der(fromSSH ssh: UnsafeRawBufferPointer, _ curve: Curve) throws(SigningError) -> [UInt8] {
    var reader = SSHWire.Reader(ssh)
    let r = try reader.positiveMPInt(atMost: curve.fieldLength)
    let s = try reader.positiveMPInt(atMost: curve.fieldLength)
    try reader.finish()
    let body = integer(r) + integer(s)
    return [0x30, UInt8(body.count)] + body  // at most 2·(2+1+48) = 102 bytes: the short form
  }

  /// The two mpints of `der`, which must be exactly DER.
  static func ssh(fromDER der: [UInt8], _ curve: Curve) throws(SigningError) -> [UInt8] {
    try der.withBytes { (bytes) throws(SigningError) in
      var reader = SSHWire.Reader(bytes)
      guard try reader.byte() == 0x30, Int(try reader.byte()) == reader.remaining else {
        throw SigningError(.malformed, "the ECDSA signature is not DER")
      }
      var writer = SSHWire.Writer()
      writer.string(try integerContent(&reader))
      writer.string(try integerContent(&reader))
      try reader.finish()
      _ = try writer.bytes.withBytes { (made) throws(SigningError) in try Self.der(fromSSH: made, curve) }
      return writer.bytes
    }
  }

  private static func integer(_ magnitude: UnsafeRawBufferPointer) -> [UInt8] {
    let sign: [UInt8] = magnitude[0] >= 0x80 ? [0] : []
    return [0x02, UInt8(sign.count + magnitude.count)] + sign + magnitude
  }

  private static func integerContent(
    _ reader: inout SSHWire.Reader
  ) throws(SigningError) -> UnsafeRawBufferPointer {
    guard try reader.byte() == 0x02 else {
      throw SigningError(.malformed, "the ECDSA signature is not DER")
    }
    return try reader.bytes(Int(try reader.byte()))
  }
}
