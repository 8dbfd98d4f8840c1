/// A JSON Pointer to a part of a record (RFC 6901), at least one token long.
public struct JSONPointer: Hashable, Sendable {
  /// The tokens, `~0` and `~1` decoded.
  public let tokens: [[UInt8]]

  /// Reads a pointer; nil where ``Population/isPointer(_:)`` says that it is none.
  public init?(_ text: String) {
    guard Population.isPointer(text) else { return nil }
    tokens = text.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .map(Self.decode)
  }

  private static func decode(_ token: Substring.UTF8View.SubSequence) -> [UInt8] {
    var out: [UInt8] = []
    var isEscaped = false
    for byte in token {
      if isEscaped {
        out.append(byte == UInt8(ascii: "1") ? UInt8(ascii: "/") : UInt8(ascii: "~"))
        isEscaped = false
      } else if byte == UInt8(ascii: "~") {
        isEscaped = true
      } else {
        out.append(byte)
      }
    }
    return out
  }

  /// The token as an index into an array: digits without leading zero (RFC 6901 §4); nil for another.
  static func index(_ token: [UInt8]) -> Int? {
    guard !token.isEmpty, token.count <= 9, token.count == 1 || token[0] != 0x30 else { return nil }
    var value = 0
    for byte in token {
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      value = value * 10 + Int(byte - 0x30)
    }
    return value
  }
}
