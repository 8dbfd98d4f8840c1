/// The data types of RFC 4251 §5, read and written exactly.
package enum SSHWire {
  /// Reads fields one after another; nothing is read past the end, nothing is copied.
  ///
  /// The buffers it returns live as long as the one it was made from.
  package struct Reader {
    private var rest: UnsafeRawBufferPointer

    /// Reads from the first of `bytes`.
    package init(_ bytes: UnsafeRawBufferPointer) { rest = bytes }

    /// How many bytes are left.
    package var remaining: Int { rest.count }

    /// The next `count` bytes.
    package mutating func bytes(_ count: Int) throws(SigningError) -> UnsafeRawBufferPointer {
      guard count >= 0, count <= rest.count else {
        throw SigningError(.malformed, "a field runs past the end of its data")
      }
      defer { rest = rest.view(count, rest.count - count) }
      return rest.view(0, count)
    }

    /// One byte.
    package mutating func byte() throws(SigningError) -> UInt8 { try bytes(1)[0] }

    /// Four bytes, most significant first.
    package mutating func uint32() throws(SigningError) -> UInt32 {
      UInt32(bigEndian: try bytes(4).loadUnaligned(as: UInt32.self))
    }

    /// A `string`: a length and as many bytes, at most `limit`.
    package mutating func string(atMost limit: Int) throws(SigningError) -> UnsafeRawBufferPointer {
      let count = try uint32()
      guard count <= limit else { throw SigningError(.malformed, "a field is longer than it may be") }
      return try bytes(Int(count))
    }

    /// A `string` of printable ASCII without spaces, 1 to `limit` bytes.
    package mutating func word(atMost limit: Int) throws(SigningError) -> String {
      let bytes = try string(atMost: limit)
      guard !bytes.isEmpty, let text = printableASCII(bytes) else {
        throw SigningError(.malformed, "a name is empty or not printable")
      }
      return text
    }

    /// An `mpint` above zero in its one canonical form: the magnitude, without the sign byte.
    package mutating func positiveMPInt(atMost limit: Int) throws(SigningError) -> UnsafeRawBufferPointer {
      let bytes = try string(atMost: limit + 1)
      guard let first = bytes.first, first < 0x80 else {
        throw SigningError(.malformed, "a number is zero or negative")
      }
      guard first == 0 else {
        guard bytes.count <= limit else { throw SigningError(.malformed, "a number is too large") }
        return bytes
      }
      guard bytes.count > 1, bytes[1] >= 0x80 else {
        throw SigningError(.malformed, "a number has needless leading zeros")
      }
      return bytes.view(1, bytes.count - 1)
    }

    /// Refuses bytes after the last field.
    package func finish() throws(SigningError) {
      guard rest.isEmpty else { throw SigningError(.trailingBytes, "bytes follow after the last field") }
    }
  }

  /// Writes fields one after another; not for secrets, whose copies it would leave in memory.
  package struct Writer {
    /// What was written.
    package private(set) var bytes: [UInt8] = []

    /// Starts with nothing.
    package init() {}

    /// Bytes without a length.
    package mutating func raw(_ new: some Collection<UInt8>) { bytes.append(contentsOf: new) }

    /// Four bytes, most significant first.
    package mutating func uint32(_ value: UInt32) {
      withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// A `string`; longer than 2^32-1 bytes is a mistake of the caller.
    package mutating func string(_ new: some Collection<UInt8>) {
      uint32(UInt32(new.count))
      bytes.append(contentsOf: new)
    }

    /// A `string` of the text's UTF-8 bytes.
    package mutating func string(_ text: String) { string(text.utf8) }

    /// A number that is not negative, from its magnitude; leading zeros are dropped.
    package mutating func mpint(_ magnitude: some Collection<UInt8>) {
      let digits = magnitude.drop { $0 == 0 }
      let needsSign = (digits.first ?? 0) >= 0x80
      uint32(UInt32(digits.count + (needsSign ? 1 : 0)))
      if needsSign { bytes.append(0) }
      bytes.append(contentsOf: digits)
    }
  }
}
