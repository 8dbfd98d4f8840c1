import VaultCore

/// Finds what a new piece of evidence is likely to resemble: the same export of another day.
public enum DeltaKeys {
  /// The keys of a path, the most telling first: the whole path with its dates taken out, then its last
  /// segment alone. Keys only suggest a base; a wrong one costs space, never bytes.
  public static func of(path: String, system: String, series: String?) -> [UInt64] {
    let scope = system + "\u{0}" + (series ?? "") + "\u{0}"
    let dateless = withoutDates(Array(path.utf8))
    let name = dateless.lastIndex(of: UInt8(ascii: "/")).map { Array(dateless[($0 + 1)...]) } ?? dateless
    let whole = Digest.of(Array(scope.utf8) + dateless).prefix64
    let last = Digest.of(Array(scope.utf8) + [0] + name).prefix64
    return [whole, last]
  }

  /// The path with each date or time-stamp as `#`: a run of digits, and `-`, `_`, `:`, `.`, `T`, `Z` between or
  /// after digits, that holds eight digits or more.
  static func withoutDates(_ path: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    var index = 0
    while index < path.count {
      guard isDigit(path[index]) else {
        out.append(path[index])
        index += 1
        continue
      }
      var end = index
      var digits = 0
      var scan = index
      while scan < path.count, isDigit(path[scan]) || joins(path, scan) {
        if isDigit(path[scan]) {
          digits += 1
          end = scan + 1
        }
        scan += 1
      }
      if digits >= 8 { out.append(UInt8(ascii: "#")) } else { out.append(contentsOf: path[index..<end]) }
      index = end
    }
    return out
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  private static func joins(_ path: [UInt8], _ index: Int) -> Bool {
    "-_:.T".utf8.contains(path[index]) && index + 1 < path.count && isDigit(path[index + 1])
  }
}
