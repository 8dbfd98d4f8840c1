/// What ``Members`` reads straight from canonical bytes, without a value for each member.
extension CanonicalParser {
  /// Says that the bytes are not what they would be read as here; another reader says what is wrong.
  static let unread = FormatError(.notCanonical, "not read in passing")

  /// Enters the object at the position.
  mutating func enterObject() throws(FormatError) {
    guard position < bytes.count, bytes[position] == UInt8(ascii: "{") else { throw Self.unread }
    position += 1
  }

  /// Leaves the object at the position, which has no more members.
  mutating func leaveObject() throws(FormatError) {
    guard position < bytes.count, bytes[position] == UInt8(ascii: "}") else { throw Self.unread }
    position += 1
  }

  /// Goes to the value of the next member if it is called `name`. `last` is where the name of the one before stands,
  /// which must come before this one's.
  mutating func take(_ name: String, after last: inout Range<Int>?) throws(FormatError) -> Bool {
    var place = position
    if last != nil {
      guard place < bytes.count, bytes[place] == UInt8(ascii: ",") else { return false }
      place += 1
    }
    let start = place + 1
    let end = start + name.utf8.count
    guard end + 2 <= bytes.count, bytes[place] == UInt8(ascii: "\""), bytes[end] == UInt8(ascii: "\""),
      bytes[end + 1] == UInt8(ascii: ":"), bytes[start..<end].elementsEqual(name.utf8)
    else { return false }
    if let last, !bytes[last].lexicographicallyPrecedes(bytes[start..<end]) { throw Self.unread }
    last = start..<end
    position = end + 2
    return true
  }

  /// A string of exactly `count` bytes without escapes, given to `read`.
  private mutating func fixed<R>(
    _ count: Int, _ read: (UnsafeRawBufferPointer) -> R?
  ) throws(FormatError) -> R {
    let start = position + 1
    let end = start + count
    guard end < bytes.count, bytes[position] == UInt8(ascii: "\""), bytes[end] == UInt8(ascii: "\""),
      let found = read(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
    else { throw Self.unread }
    position = end + 1
    return found
  }

  /// The digest of a string that is `prefix` and 64 lower-case hexadecimal digits.
  mutating func digest(_ prefix: String) throws(FormatError) -> Digest {
    let length = prefix.utf8.count
    return try fixed(length + 64) { text in
      text[..<length].elementsEqual(prefix.utf8)
        ? Digest(hex: UnsafeRawBufferPointer(rebasing: text[length...])) : nil
    }
  }

  /// A time in the one form of the format.
  mutating func time() throws(FormatError) -> Timestamp {
    try fixed(Timestamp.byteCount) { Timestamp(canonical: $0) }
  }
}
