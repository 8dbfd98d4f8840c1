import VaultCore

/// A source's own answer to how many records there are, kept as evidence beside the population.
public enum SourceResponse {
  /// What a population's path has behind it in its response's path, before the ending of the response's file.
  public static let mark = ".source"

  /// Whether `text` has the digits of `count` as a number of its own: with no letter, digit, `.`, `-`, `+` or `_`
  /// beside them. So an answer counts in whatever form it comes.
  public static func names(_ count: Int, in text: [UInt8]) -> Bool {
    let digits = Array(String(count).utf8)
    var start = 0
    while start + digits.count <= text.count {
      if text[start] == digits[0], text[start..<start + digits.count].elementsEqual(digits),
        start == 0 || !isOfNumber(text[start - 1]),
        start + digits.count == text.count || !isOfNumber(text[start + digits.count])
      {
        return true
      }
      start += 1
    }
    return false
  }

  private static func isOfNumber(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"),
      UInt8(ascii: "_"), 0x80...:
      true
    default: false
    }
  }
}

/// The ending of a file's name.
enum FileEnding {
  /// From the last dot of the last segment on, where that is neither its first character nor its last; else nothing.
  static func of(_ name: String) -> String {
    let last = name.split(separator: "/").last ?? ""
    guard let dot = last.lastIndex(of: "."), dot != last.startIndex, last.index(after: dot) != last.endIndex
    else { return "" }
    return String(last[dot...])
  }
}
