extension [UInt8] {
  /// Gives the bytes to `body`, keeping its typed error.
  @inline(__always)
  func withBytes<R>(
    _ body: (UnsafeRawBufferPointer) throws(SigningError) -> R
  ) throws(SigningError) -> R {
    try withUnsafeBufferPointer { (buffer) throws(SigningError) in
      try body(UnsafeRawBufferPointer(buffer))
    }
  }
}

extension UnsafeRawBufferPointer {
  /// The bytes as OpenSSL takes them.
  var octets: UnsafePointer<UInt8>? { baseAddress?.assumingMemoryBound(to: UInt8.self) }

  /// A view of `count` bytes from `start`; the caller has checked both.
  func view(_ start: Int, _ count: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: self[start..<start + count])
  }

  /// True where the bytes are exactly `text`.
  func equals(_ text: StaticString) -> Bool {
    let expected = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    return elementsEqual(expected)
  }
}

/// Text of printable ASCII without the space (0x21 to 0x7e); nil for anything else.
func printableASCII(_ bytes: some Collection<UInt8>) -> String? {
  guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return nil }
  return String(decoding: bytes, as: UTF8.self)
}
