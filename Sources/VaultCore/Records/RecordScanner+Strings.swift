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

  /// Passes over bytes that stand for themselves, eight at a time.
  @inline(__always) private mutating func skipPlain() {
    var p = at
    while end - p >= 8 {
      let word = UInt64(littleEndian: p.loadUnaligned(as: UInt64.self))
      // The lowest top bit that is set is exact: borrows only reach bytes above a hit.
      let quote = word ^ 0x2222_2222_2222_2222
      let slash = word ^ 0x5C5C_5C5C_5C5C_5C5C
      let isQuote = (quote &- Self.ones) & ~quote
      let isSlash = (slash &- Self.ones) & ~slash
      let isControl = (word &- Self.spaces) & ~word
      let hits = (isQuote | isSlash | isControl | word) & Self.topBits
      if hits != 0 {
        at = p + hits.trailingZeroBitCount / 8
        return
      }
      p += 8
    }
    while p < end {
      let byte = p.load(as: UInt8.self)
      if byte < 0x20 || byte >= 0x80 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
      p += 1
    }
    at = p
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
