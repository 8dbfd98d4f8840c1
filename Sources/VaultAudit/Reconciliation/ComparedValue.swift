import VaultCore

/// A value of a record, in the record's own valid JSON.
struct ComparedValue {
  private let bytes: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Whether it is `null`, which names nothing.
  var isNull: Bool { bytes.first == UInt8(ascii: "n") }

  private var isString: Bool { bytes.first == UInt8(ascii: "\"") }
  private var isNumber: Bool {
    bytes.first.map { $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0) } ?? false
  }

  /// Appends the value as it is compared: strings by their characters, numbers that are whole by their value, all else
  /// by its exact text; each kind apart from the others, so that `"1"` is not `1`.
  func append(to out: inout [UInt8]) {
    let start = out.count
    out.append(contentsOf: [0, 0, 0, 0, 0])
    out[start] = appendContent(to: &out)
    let length = UInt32(truncatingIfNeeded: out.count - start - 5)
    for index in 0..<4 { out[start + 1 + index] = UInt8(truncatingIfNeeded: length >> UInt32(8 * index)) }
  }

  /// Appends what is compared, and returns its kind.
  private func appendContent(to out: inout [UInt8]) -> UInt8 {
    if isString {
      RecordString(quoted: bytes).withBytes { out.append(contentsOf: $0) }
      return UInt8(ascii: "s")
    }
    if isNumber, bytes.last != 0x30, RecordNumber.integer(bytes) != nil {
      // It is its own normal form.
      out.append(contentsOf: bytes)
      out.append(contentsOf: "e0".utf8)
      return UInt8(ascii: "i")
    }
    guard isNumber, RecordNumber.hasShortExponent(bytes), case let number = RecordNumber.Normal(bytes),
      number.exponent >= 0
    else {
      out.append(contentsOf: bytes)
      return UInt8(ascii: "x")
    }
    if number.isNegative { out.append(UInt8(ascii: "-")) }
    out.append(contentsOf: number.digits)
    out.append(contentsOf: "e\(number.exponent)".utf8)
    return UInt8(ascii: "i")
  }

  /// The value for people: a string's characters, else its text; at most 256 of them.
  var text: String {
    let whole = isString ? RecordString(quoted: bytes).withBytes { Array($0) } : Array(bytes)
    return String(String(decoding: whole, as: UTF8.self).prefix(256))
  }
}
