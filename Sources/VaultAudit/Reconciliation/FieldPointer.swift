import VaultCore

/// A JSON Pointer (RFC 6901) into records that are JSON. It finds a value without parsing what stands beside it, and
/// finds nothing in what is no JSON.
struct FieldPointer: Sendable {
  private let tokens: [[UInt8]]

  /// Throws `FormatError` for a text that is no pointer to a member.
  init(_ text: String) throws(FormatError) {
    guard Population.isPointer(text) else {
      throw FormatError(.malformed, "\"\(text)\" is no JSON Pointer, which begins with /")
    }
    tokens = text.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .map { token in
        var out: [UInt8] = []
        var isEscaped = false
        for byte in token {
          if isEscaped {
            out.append(byte == UInt8(ascii: "0") ? UInt8(ascii: "~") : UInt8(ascii: "/"))
          } else if byte != UInt8(ascii: "~") {
            out.append(byte)
          }
          isEscaped = byte == UInt8(ascii: "~")
        }
        return out
      }
  }

  /// The value in a record; nil where there is none. It lies in the record's own bytes.
  func find(_ record: UnsafeRawBufferPointer) -> FieldValue? {
    var cursor = FieldCursor(record)
    for token in tokens where !cursor.enter(token) { return nil }
    return cursor.value()
  }
}

/// A place in a record.
private struct FieldCursor {
  private let bytes: UnsafeRawBufferPointer
  private var at = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  private mutating func skipSpace() {
    while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += 1 }
  }

  /// Passes a byte, if it is the next one.
  private mutating func pass(_ byte: Unicode.Scalar) -> Bool {
    skipSpace()
    guard at < bytes.count, bytes[at] == UInt8(ascii: byte) else { return false }
    at += 1
    return true
  }

  /// Moves to a member of the object, or element of the array, that begins here.
  mutating func enter(_ token: [UInt8]) -> Bool {
    if pass("{") { return enterMember(token) }
    guard pass("["), let wanted = Self.index(token) else { return false }
    for _ in 0..<wanted { guard skipValue(), pass(",") else { return false } }
    skipSpace()
    return at < bytes.count && bytes[at] != UInt8(ascii: "]")
  }

  private mutating func enterMember(_ name: [UInt8]) -> Bool {
    while true {
      skipSpace()
      let start = at
      guard skipString() else { return false }
      let found = UnsafeRawBufferPointer(rebasing: bytes[start + 1..<at - 1])
      guard pass(":") else { return false }
      let isNamed =
        found.contains(UInt8(ascii: "\\"))
        ? FieldValue.unescaped(found).map { Array($0.utf8) == name } ?? false : found.elementsEqual(name)
      if isNamed { return true }
      guard skipValue(), pass(",") else { return false }
    }
  }

  private static func index(_ token: [UInt8]) -> Int? {
    guard !token.isEmpty, token.count <= 9, token.count == 1 || token[0] != UInt8(ascii: "0"),
      token.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return token.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  /// Passes a string with its quotes.
  private mutating func skipString() -> Bool {
    guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { return false }
    at += 1
    while at < bytes.count {
      let byte = bytes[at]
      at += byte == UInt8(ascii: "\\") ? 2 : 1
      if byte == UInt8(ascii: "\"") { return true }
    }
    at = min(at, bytes.count)
    return false
  }

  private mutating func skipValue() -> Bool {
    skipSpace()
    var depth = 0
    repeat {
      guard at < bytes.count else { return false }
      switch bytes[at] {
      case UInt8(ascii: "\""): guard skipString() else { return false }
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        at += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard depth > 0 else { return false }
        depth -= 1
        at += 1
      case UInt8(ascii: ","), UInt8(ascii: ":"), 0x20, 0x09, 0x0A, 0x0D:
        guard depth > 0 else { return false }
        at += 1
      default: skipWord()
      }
    } while depth > 0
    return true
  }

  /// Passes a number or a literal.
  private mutating func skipWord() {
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ":"), UInt8(ascii: "\""),
        0x20, 0x09, 0x0A, 0x0D:
        return
      default: at += 1
      }
    }
  }

  /// The value that begins here.
  mutating func value() -> FieldValue? {
    skipSpace()
    let start = at
    guard skipValue(), at > start else { return nil }
    return FieldValue(UnsafeRawBufferPointer(rebasing: bytes[start..<at]))
  }
}
