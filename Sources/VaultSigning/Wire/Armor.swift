/// Base64 between a BEGIN and an END line, as PEM and OpenSSH write it.
enum Armor {
  /// `-----BEGIN label-----`, the base64 of `bytes` in lines of `width`, `-----END label-----`, each with a
  /// line end.
  static func encode(_ bytes: [UInt8], label: String, width: Int) -> String {
    let digits = Array(Base64.encode(bytes).utf8)
    var text = "-----BEGIN \(label)-----\n"
    for start in stride(from: 0, to: digits.count, by: width) {
      text += String(decoding: digits[start..<min(start + width, digits.count)], as: UTF8.self) + "\n"
    }
    return text + "-----END \(label)-----\n"
  }

  /// The bytes of one armored block and nothing else; nil unless every line has the form that `encode`
  /// gives, at a width of `width`, or of any up to 76 where it is nil. The last line end may be missing.
  static func decode(
    _ text: UnsafeRawBufferPointer, label: String, width: Int?
  ) throws(SigningError) -> SecretBytes {
    let begin = Array("-----BEGIN \(label)-----\n".utf8)
    let end = Array("-----END \(label)-----".utf8)
    var length = text.count
    if length > 0, text[length - 1] == UInt8(ascii: "\n") { length -= 1 }
    guard length >= begin.count + end.count, text.starts(with: begin),
      text.view(length - end.count, end.count).elementsEqual(end)
    else { throw SigningError(.malformed, "the text is not exactly one block of \(label)") }
    let body = text.view(begin.count, length - end.count - begin.count)
    let digits = try SecretBytes(capacity: body.count) { (out) throws(SigningError) in
      try unwrap(body, into: out, width: width)
    }
    return try digits.withBytes { (digits) throws(SigningError) in
      try SecretBytes(capacity: digits.count / 4 * 3) { (out) throws(SigningError) in
        guard let count = Base64.decode(digits, into: out), count > 0 else {
          throw SigningError(.malformed, "the base64 of the \(label) is not canonical")
        }
        return count
      }
    }
  }

  /// Copies the lines without their ends; all but the last have one width, the last has not more.
  private static func unwrap(
    _ body: UnsafeRawBufferPointer, into out: UnsafeMutableRawBufferPointer, width: Int?
  ) throws(SigningError) -> Int {
    let newline = UInt8(ascii: "\n")
    var position = 0
    var end = 0
    var column = width ?? (body.firstIndex(of: newline) ?? 0)
    if column > 76 { column = 0 }
    while position < body.count {
      let here = min(column, body.count - position)
      var length = 0
      while length < here, body[position + length] != newline { length += 1 }
      let isLast = position + length + 1 == body.count
      guard length > 0, length == column || isLast, position + length < body.count,
        body[position + length] == newline
      else { throw SigningError(.malformed, "the lines of the block are not of one width") }
      for index in 0..<length { out[end + index] = body[position + index] }
      end += length
      position += length + 1
    }
    return end
  }
}
