extension Array where Element == UInt8 {
  /// The array's bytes with the closure's own error type kept, which `withUnsafeBytes` would erase.
  @inlinable package func withBytes<R, E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    try withUnsafeBufferPointer { (buffer) throws(E) -> R in try body(UnsafeRawBufferPointer(buffer)) }
  }
}

extension ArraySlice where Element == UInt8 {
  /// The slice's bytes with the closure's own error type kept.
  @inlinable package func withBytes<R, E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    try withUnsafeBufferPointer { (buffer) throws(E) -> R in try body(UnsafeRawBufferPointer(buffer)) }
  }
}

extension Array where Element == UInt8 {
  /// Appends a number in little-endian order.
  @inlinable package mutating func appendLittle(_ number: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
  }

  /// Appends an unsigned number in the shortest LEB128 form.
  @inlinable package mutating func appendVarint(_ number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(rest))
  }
}

extension UnsafeRawBufferPointer {
  /// The little-endian number at `offset`; the caller has checked the bounds, and a wrong one traps.
  @inlinable package func little<T: FixedWidthInteger>(_ type: T.Type, at offset: Int) -> T {
    T(littleEndian: loadUnaligned(fromByteOffset: offset, as: T.self))
  }
}

/// A bounded cursor over hostile bytes: every read is checked, a short one is an error.
public struct ByteReader {
  private let bytes: UnsafeRawBufferPointer
  /// The next byte to read.
  public private(set) var position: Int

  /// Reads from the start of `bytes`, which must outlive the reader.
  public init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0) {
    self.bytes = bytes
    self.position = position
  }

  /// The number of bytes that are left.
  public var left: Int { bytes.count - position }

  /// The next `count` bytes.
  public mutating func take(_ count: Int) throws(FormatError) -> UnsafeRawBufferPointer {
    guard count >= 0, count <= left else {
      throw FormatError(.truncated, "\(count) bytes wanted, \(left) left")
    }
    defer { position += count }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
  }

  /// The next 32 bytes.
  public mutating func digest() throws(FormatError) -> Digest {
    guard let digest = Digest(try take(32)) else { throw FormatError(.truncated, "no digest") }
    return digest
  }

  /// The next LEB128 number: at most 63 bits, in its shortest form.
  public mutating func varint() throws(FormatError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 63, by: 7) {
      guard position < bytes.count else { throw FormatError(.truncated, "a number ends early") }
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 {
        guard byte != 0 || shift == 0 else {
          throw FormatError(.malformed, "a number is not in its shortest form")
        }
        return value
      }
    }
    throw FormatError(.malformed, "a number has over 63 bits")
  }

  /// The next LEB128 number, at most `limit`.
  public mutating func varint(max limit: Int, _ what: String) throws(FormatError) -> Int {
    let value = try varint()
    guard value <= UInt64(limit) else { throw FormatError(.overLimit, "\(what) \(value) is over \(limit)") }
    return Int(value)
  }
}
