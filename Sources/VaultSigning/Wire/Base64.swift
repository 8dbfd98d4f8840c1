/// Base64 (RFC 4648 §4), strict: canonical padding, unused bits zero, no line ends, no other characters.
package enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// 0 to 63 for a digit, 255 for anything else.
  private static let values: [UInt8] = {
    var table = [UInt8](repeating: 255, count: 256)
    for (value, character) in alphabet.enumerated() { table[Int(character)] = UInt8(value) }
    return table
  }()

  /// The canonical spelling of `bytes`; without `=` where `padding` is false.
  package static func encode(_ bytes: UnsafeRawBufferPointer, padding: Bool = true) -> String {
    let capacity = (bytes.count + 2) / 3 * 4
    return String(unsafeUninitializedCapacity: capacity) { out in
      var end = 0
      for start in stride(from: 0, to: bytes.count, by: 3) {
        let have = min(3, bytes.count - start)
        var group = UInt32(bytes[start]) << 16
        if have > 1 { group |= UInt32(bytes[start + 1]) << 8 }
        if have > 2 { group |= UInt32(bytes[start + 2]) }
        for digit in 0...have {
          out[end] = alphabet[Int(group >> UInt32(18 - 6 * digit)) & 63]
          end += 1
        }
        for _ in have..<3 where padding {
          out[end] = UInt8(ascii: "=")
          end += 1
        }
      }
      return end
    }
  }

  /// The canonical spelling of `bytes`; without `=` where `padding` is false.
  package static func encode(_ bytes: [UInt8], padding: Bool = true) -> String {
    bytes.withUnsafeBytes { encode($0, padding: padding) }
  }

  /// The bytes that `text` spells; nil unless it is exactly what `encode` gives for them.
  package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    let digits = Array(text)
    let made = [UInt8](unsafeUninitializedCapacity: digits.count / 4 * 3) { out, count in
      count = digits.withUnsafeBytes { decode($0, into: UnsafeMutableRawBufferPointer(out)) } ?? 0
    }
    return made.isEmpty && !digits.isEmpty ? nil : made
  }

  /// The bytes that `text` spells; nil unless it is exactly what `encode` gives for them.
  package static func decode(_ text: String) -> [UInt8]? { decode(Array(text.utf8)) }

  /// Decodes into `out`, which holds at least three bytes for four digits; nil where `decode` gives nil.
  static func decode(_ text: UnsafeRawBufferPointer, into out: UnsafeMutableRawBufferPointer) -> Int? {
    guard text.count % 4 == 0, out.count >= text.count / 4 * 3 else { return nil }
    var end = 0
    for start in stride(from: 0, to: text.count, by: 4) {
      let isLast = start + 4 == text.count
      guard let (group, have) = decodeGroup(text.view(start, 4)), have == 3 || isLast else { return nil }
      for index in 0..<have {
        out[end] = UInt8(truncatingIfNeeded: group >> UInt32(16 - 8 * index))
        end += 1
      }
    }
    return end
  }

  /// Four digits, of which the last one or two may be padding: 24 bits and how many bytes of them count.
  private static func decodeGroup(_ four: UnsafeRawBufferPointer) -> (UInt32, Int)? {
    let pad = UInt8(ascii: "=")
    let have = four[3] != pad ? 3 : four[2] != pad ? 2 : 1
    var group: UInt32 = 0
    for index in 0...have {
      let value = values[Int(four[index])]
      guard value != 255 else { return nil }
      group |= UInt32(value) << UInt32(18 - 6 * index)
    }
    let unused: UInt32 = have == 3 ? 0 : have == 2 ? 0xff : 0xffff
    return group & unused == 0 ? (group, have) : nil
  }
}
