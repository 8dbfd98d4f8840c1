import VaultCore

/// Finds what a new piece of evidence is likely to resemble: the same export of another day.
public enum DeltaKeys {
  /// The keys of a path, the most telling first: the path with its dates and the numbers of its folders taken
  /// out, then its last segment alone. Keys only suggest a base; a wrong one costs space, never bytes.
  public static func of(path: String, system: String, series: String?) -> [UInt64] {
    let scope = Array((system + "\u{0}" + (series ?? "") + "\u{0}").utf8)
    let patterns = patterns(of: path)
    return [
      Digest.of(scope + patterns.path).prefix64, Digest.of(scope + [0] + patterns.name).prefix64,
    ]
  }

  /// The path and its last segment as they are likely to come again: every number in a folder's name (`day-01`,
  /// `2026/06/30`, `2026-W27`) and every date in the last segment is `#`, while the other numbers there tell
  /// one item from the next and stay.
  static func patterns(of path: String) -> (path: [UInt8], name: [UInt8]) {
    let bytes = Array(path.utf8)
    let cut = bytes.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
    let name = replacing(bytes[cut...]) { isDate($0) }
    return (replacing(bytes[..<cut]) { _ in true } + name, name)
  }

  /// The text with each run of digits, and of `-`, `_`, `.`, `:`, `T`, `W`, `Q` between them, as `#` where
  /// `isLeftOut` says so.
  private static func replacing(_ text: ArraySlice<UInt8>, _ isLeftOut: (ArraySlice<UInt8>) -> Bool)
    -> [UInt8]
  {
    var out: [UInt8] = []
    var index = text.startIndex
    while index < text.endIndex {
      guard isDigit(text[index]) else {
        out.append(text[index])
        index += 1
        continue
      }
      let end = runEnd(text, from: index)
      if isLeftOut(text[index..<end]) {
        out.append(UInt8(ascii: "#"))
      } else {
        out.append(contentsOf: text[index..<end])
      }
      index = end
    }
    return out
  }

  /// One past the last digit of the run that begins at `start`; at most two characters join two digits.
  private static func runEnd(_ text: ArraySlice<UInt8>, from start: Int) -> Int {
    var end = start + 1
    while end < text.endIndex {
      if isDigit(text[end]) {
        end += 1
        continue
      }
      var next = end
      while next < text.endIndex, next < end + 2, "-_.:TWQ".utf8.contains(text[next]) { next += 1 }
      guard next > end, next < text.endIndex, isDigit(text[next]) else { break }
      end = next + 1
    }
    return end
  }

  /// Whether a run is a date or time: eight digits or more, or a year and a month, week or quarter.
  private static func isDate(_ run: ArraySlice<UInt8>) -> Bool {
    let digits = run.filter(isDigit)
    guard digits.count < 8 else { return true }
    let isYear = digits.starts(with: "19".utf8) || digits.starts(with: "20".utf8)
    return isYear && (5...7).contains(digits.count) && run.dropFirst(4).first.map { !isDigit($0) } == true
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
}
