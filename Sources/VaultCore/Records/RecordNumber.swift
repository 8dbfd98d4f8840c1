/// What the numbers of a JSON text are, beyond their grammar.
public enum RecordNumber {
  /// Whether a valid number is kept by common readers: an integer from -2^63 to 2^64 - 1, or one with a fraction or
  /// exponent that is finite as IEEE 754 binary64 and whose exponent has at most nine digits.
  static func fits(_ text: UnsafeRawBufferPointer, isInteger: Bool) -> Bool {
    let string = String(decoding: text, as: UTF8.self)
    if isInteger { return Int64(string) != nil || UInt64(string) != nil }
    guard let value = Double(string), value.isFinite else { return false }
    return hasShortExponent(text)
  }

  /// Whether a valid number has at most nine digits of exponent, or none.
  public static func hasShortExponent(_ text: UnsafeRawBufferPointer) -> Bool {
    guard let e = text.firstIndex(where: { $0 | 0x20 == UInt8(ascii: "e") }) else { return true }
    return text[(e + 1)...].drop { $0 < 0x31 || $0 > 0x39 }.count <= 9
  }

  /// The integer that digits spell: an optional `-`, then digits without a leading zero; nil for other text and for
  /// what does not fit.
  public static func integer(_ text: UnsafeRawBufferPointer) -> Int64? {
    let isNegative = text.first == UInt8(ascii: "-")
    let digits = isNegative ? text.dropFirst() : text[...]
    guard let first = digits.first, digits.count <= 19, first != 0x30 || digits.count == 1 else { return nil }
    var value: UInt64 = 0
    for byte in digits {
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      value = value * 10 + UInt64(byte - 0x30)
    }
    if isNegative { return value <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- value) : nil }
    return Int64(exactly: value)
  }

  /// A valid number without its spelling: whether it is below 0, its digits without zeros at either end, and the
  /// power of ten of the last. Numbers are equal exactly if these are.
  public struct Normal: Hashable, Sendable {
    public let isNegative: Bool
    public let digits: [UInt8]
    public let exponent: Int

    /// Of a number whose exponent has at most nine digits.
    public init(_ text: UnsafeRawBufferPointer) {
      var digits: [UInt8] = []
      var exponent = 0
      var isFraction = false
      var power: Substring = ""
      for (index, byte) in text.enumerated() {
        switch byte {
        case 0x30...0x39:
          digits.append(byte)
          if isFraction { exponent -= 1 }
        case UInt8(ascii: "."): isFraction = true
        case UInt8(ascii: "e"), UInt8(ascii: "E"):
          power = Substring(String(decoding: text[(index + 1)...], as: UTF8.self))
        default: break
        }
        if !power.isEmpty { break }
      }
      exponent += Int(power) ?? 0
      while digits.last == 0x30 {
        digits.removeLast()
        exponent += 1
      }
      self.digits = Array(digits.drop { $0 == 0x30 })
      self.exponent = self.digits.isEmpty ? 0 : exponent
      isNegative = !self.digits.isEmpty && text.first == UInt8(ascii: "-")
    }
  }
}
