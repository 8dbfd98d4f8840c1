import VaultCore

/// A value of a record, in the record's own bytes.
struct FieldValue {
  private let bytes: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Whether it is `null`, which names nothing.
  var isNull: Bool { bytes.elementsEqual("null".utf8) }

  /// Appends the value as it is compared: strings by their characters, numbers that are whole by their value, all else
  /// by its exact text; each kind apart from the others, so that `"1"` is not `1`.
  func append(to out: inout [UInt8]) {
    let start = out.count
    out.append(contentsOf: [0, 0, 0, 0, 0])
    var kind = UInt8(ascii: "x")
    if bytes.first == UInt8(ascii: "\"") {
      if let text = stringBytes() {
        kind = UInt8(ascii: "s")
        out.append(contentsOf: text)
      }
    } else if let number = WholeNumber(bytes) {
      kind = UInt8(ascii: "i")
      number.append(to: &out)
    }
    if kind == UInt8(ascii: "x") { out.append(contentsOf: bytes) }
    out[start] = kind
    let length = UInt32(truncatingIfNeeded: out.count - start - 5)
    for index in 0..<4 { out[start + 1 + index] = UInt8(truncatingIfNeeded: length >> UInt32(8 * index)) }
  }

  private func stringBytes() -> [UInt8]? {
    guard bytes.count >= 2 else { return nil }
    let inner = UnsafeRawBufferPointer(rebasing: bytes[1..<bytes.count - 1])
    guard inner.contains(UInt8(ascii: "\\")) else { return Array(inner) }
    return Self.unescaped(inner).map { Array($0.utf8) }
  }

  /// The value for people: a string's characters, else its text; at most 256 of them.
  var text: String {
    let whole = bytes.first == UInt8(ascii: "\"") ? stringBytes() ?? Array(bytes) : Array(bytes)
    return String(String(decoding: whole, as: UTF8.self).prefix(256))
  }

  /// The characters of a string's inside (RFC 8259 §7); nil where an escape is none.
  static func unescaped(_ inside: UnsafeRawBufferPointer) -> String? {
    var out: [UInt16] = []
    guard let text = String(validating: inside, as: UTF8.self) else { return nil }
    var rest = Substring(text).utf16
    while let unit = rest.popFirst() {
      guard unit == UInt16(UInt8(ascii: "\\")) else {
        out.append(unit)
        continue
      }
      guard let mark = rest.popFirst().flatMap({ Unicode.Scalar($0) }) else { return nil }
      if mark == "u" {
        let digits = rest.prefix(4)
        guard digits.count == 4, let value = UInt16(String(Substring(digits)), radix: 16) else { return nil }
        out.append(value)
        rest.removeFirst(4)
      } else {
        guard let plain = escapes[mark] else { return nil }
        out.append(plain)
      }
    }
    return String(validating: out, as: UTF16.self)
  }

  private static let escapes: [Unicode.Scalar: UInt16] = [
    "\"": 0x22, "\\": 0x5C, "/": 0x2F, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9,
  ]
}

/// A JSON number whose value is whole, however it is written: `10`, `10.0` and `1e1` are the same.
private struct WholeNumber {
  private var isNegative = false
  /// Its digits without zeros at either end; none for zero.
  private var digits: [UInt8] = []
  /// How many zeros follow the digits.
  private var zeros = 0

  init?(_ bytes: UnsafeRawBufferPointer) {
    var at = 0
    func digitsEnd(_ start: Int) -> Int {
      var end = start
      while end < bytes.count, (0x30...0x39).contains(bytes[end]) { end += 1 }
      return end
    }
    if bytes.first == UInt8(ascii: "-") {
      isNegative = true
      at = 1
    }
    let whole = at..<digitsEnd(at)
    guard !whole.isEmpty, whole.count == 1 || bytes[at] != 0x30 else { return nil }
    at = whole.upperBound
    var fraction = at..<at
    if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
      fraction = at + 1..<digitsEnd(at + 1)
      guard !fraction.isEmpty else { return nil }
      at = fraction.upperBound
    }
    var exponent = 0
    if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
      at += 1
      let isMinus = at < bytes.count && bytes[at] == UInt8(ascii: "-")
      if isMinus || at < bytes.count && bytes[at] == UInt8(ascii: "+") { at += 1 }
      let power = at..<digitsEnd(at)
      // An exponent of more digits is compared by its text.
      guard (1...9).contains(power.count) else { return nil }
      exponent = power.reduce(0) { $0 * 10 + Int(bytes[$1] - 0x30) } * (isMinus ? -1 : 1)
      at = power.upperBound
    }
    guard at == bytes.count else { return nil }
    digits = Array(bytes[whole]) + Array(bytes[fraction])
    zeros = exponent - fraction.count
    while digits.last == 0x30 {
      digits.removeLast()
      zeros += 1
    }
    digits = Array(digits.drop { $0 == 0x30 })
    if digits.isEmpty {
      isNegative = false
      zeros = 0
    }
    guard zeros >= 0 else { return nil }
  }

  func append(to out: inout [UInt8]) {
    if isNegative { out.append(UInt8(ascii: "-")) }
    out.append(contentsOf: digits)
    out.append(contentsOf: "e\(zeros)".utf8)
  }
}
