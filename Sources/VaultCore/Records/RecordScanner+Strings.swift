extension RecordScanner {
  /// A string (RFC 8259 §7) from its first quote to behind its last.
  mutating func string() -> Bool {
    at += 1
    while true {
      skipPlain()
      guard at < end else { return false }
      let byte = at.load(as: UInt8.self)
      if byte == UInt8(ascii: "\"") {
        at += 1
        return true
      }
      if byte == UInt8(ascii: "\\") {
        guard escape() else { return false }
      } else {
        guard byte >= 0x80, let length = UTF8Check.length(at: at, end) else { return false }
        at += length
      }
    }
  }

  /// Passes over bytes that stand for themselves.
  @inline(__always) private mutating func skipPlain() { at = Self.plainEnd(at, end) }

  /// The first byte from `start` on that does not stand for itself in a string: a quote, a backslash, a control or one
  /// that is no ASCII; `end` where there is none.
  @inline(__always)
  static func plainEnd(_ start: UnsafeRawPointer, _ end: UnsafeRawPointer) -> UnsafeRawPointer {
    var p = start
    while end - p >= 16 {
      let raw = p.loadUnaligned(as: SIMD2<UInt64>.self)
      let words = SIMD2(UInt64(littleEndian: raw[0]), UInt64(littleEndian: raw[1]))
      let quote = words ^ SIMD2(repeating: 0x2222_2222_2222_2222)
      let slash = words ^ SIMD2(repeating: 0x5C5C_5C5C_5C5C_5C5C)
      // The lowest top bit that is set is exact: borrows only reach bytes above a hit.
      let isQuote = (quote &- SIMD2(repeating: Self.ones)) & ~quote
      let isSlash = (slash &- SIMD2(repeating: Self.ones)) & ~slash
      let isControl = (words &- SIMD2(repeating: Self.spaces)) & ~words
      let hits = (isQuote | isSlash | isControl | words) & SIMD2(repeating: Self.topBits)
      if hits[0] != 0 { return p + hits[0].trailingZeroBitCount / 8 }
      if hits[1] != 0 { return p + (8 + hits[1].trailingZeroBitCount / 8) }
      p += 16
    }
    while p < end {
      let byte = p.load(as: UInt8.self)
      if byte < 0x20 || byte >= 0x80 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
      p += 1
    }
    return p
  }

  @inline(__always) private static var ones: UInt64 { 0x0101_0101_0101_0101 }
  @inline(__always) private static var spaces: UInt64 { 0x2020_2020_2020_2020 }
  @inline(__always) private static var topBits: UInt64 { 0x8080_8080_8080_8080 }

  private mutating func escape() -> Bool {
    hasEscape = true
    guard end - at >= 2 else { return false }
    switch at.load(fromByteOffset: 1, as: UInt8.self) {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      at += 2
      return true
    case UInt8(ascii: "u"):
      guard let unit = JSONText.unit(at: at, end) else { return false }
      at += 6
      guard unit & 0xF800 == 0xD800 else { return true }
      if unit < 0xDC00, let low = JSONText.unit(at: at, end), low & 0xFC00 == 0xDC00 {
        at += 6
      } else {
        flaws.insert(.unpairedSurrogate)
      }
      return true
    default: return false
    }
  }
}
