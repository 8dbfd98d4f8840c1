extension RecordScanner {
  /// A number (RFC 8259 §6).
  mutating func number() -> Bool {
    let start = at
    if byte == UInt8(ascii: "-") { at += 1 }
    if byte == UInt8(ascii: "0") {
      at += 1
    } else {
      guard byte >= 0x31, byte <= 0x39 else { return false }
      skipDigits()
    }
    let digits = at - start
    var isInteger = true
    var hasExponent = false
    if byte == UInt8(ascii: ".") {
      isInteger = false
      at += 1
      guard skipDigits() else { return false }
    }
    if byte | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      hasExponent = true
      at += 1
      if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { at += 1 }
      guard skipDigits() else { return false }
    }
    // Up to 18 digits fit everywhere.
    if digits > 18 || hasExponent {
      let text = UnsafeRawBufferPointer(start: start, count: at - start)
      if !RecordNumber.fits(text, isInteger: isInteger) { flaws.insert(.numberOutOfRange) }
    }
    return true
  }

  /// Passes over digits; false where there are none.
  @discardableResult
  @inline(__always) private mutating func skipDigits() -> Bool {
    let start = at
    while byte >= 0x30, byte <= 0x39 { at += 1 }
    return at > start
  }
}
