/// Lower-case hexadecimal, the only spelling that documents of the vault accept.
public enum Hex {
  private static func digit(_ value: UInt8) -> UInt8 {
    value + (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)
  }

  private static func write(_ bytes: UnsafeRawBufferPointer, to out: UnsafeMutableBufferPointer<UInt8>) {
    for (index, byte) in bytes.enumerated() {
      out[2 * index] = digit(byte >> 4)
      out[2 * index + 1] = digit(byte & 15)
    }
  }

  /// Two digits a byte, lower case.
  public static func encode(_ bytes: UnsafeRawBufferPointer) -> String {
    String(unsafeUninitializedCapacity: bytes.count * 2) {
      write(bytes, to: $0)
      return bytes.count * 2
    }
  }

  /// Appends a digest's digits.
  static func append(_ digest: Digest, to out: inout [UInt8]) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2 * Digest.byteCount) { digits in
      digest.withUnsafeBytes { write($0, to: digits) }
      out.append(contentsOf: digits)
    }
  }

  /// Reads `out.count` bytes that lower-case digits spell; false for other characters.
  static func read(_ text: UnsafeRawBufferPointer, into out: UnsafeMutableRawBufferPointer) -> Bool {
    guard text.count == 2 * out.count else { return false }
    var isHex = true
    for place in 0..<out.count {
      guard let high = nibble(text[2 * place]), let low = nibble(text[2 * place + 1]) else {
        isHex = false
        break
      }
      out[place] = high << 4 | low
    }
    return isHex
  }

  /// Two digits a byte, lower case.
  public static func encode(_ bytes: [UInt8]) -> String { bytes.withUnsafeBytes { encode($0) } }

  /// The bytes that lower-case digits spell; nil for odd lengths and other characters.
  public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    guard text.count % 2 == 0 else { return nil }
    var out: [UInt8] = []
    out.reserveCapacity(text.count / 2)
    var high: UInt8?
    for character in text {
      guard let value = nibble(character) else { return nil }
      if let top = high {
        out.append(top << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    return out
  }

  private static func nibble(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
