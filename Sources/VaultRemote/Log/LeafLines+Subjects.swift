import VaultCore
import VaultFiles

extension LeafLines {
  /// The newest leaf of each of `subjects` that has one, of the `count` leaves that end before `end`. Reads back only as
  /// far as it must, at most to those that `kept` covers, and decodes only leaves that are asked for.
  ///
  /// Throws `damaged` where `kept` is of other leaves.
  func newest(
    of subjects: Set<ChainName>, before end: Int64, count: Int, kept: ChainTips
  ) throws -> [ChainName: PlacedLeaf] {
    var missing = Dictionary(uniqueKeysWithValues: subjects.map { ($0.description, $0) })
    var found: [ChainName: PlacedLeaf] = [:]
    if missing.isEmpty { return found }
    var index = count
    try scanBack(from: kept.size == count ? 0 : end) { line, _ in
      guard index > kept.size else { return false }
      index -= 1
      guard let subject = missing[Self.subject(line)] else { return true }
      let leaf = try LogLeaf(leaf: line)
      guard leaf.subject == subject else { return true }
      found[subject] = PlacedLeaf(index: index, leaf: leaf)
      missing[subject.description] = nil
      return !missing.isEmpty
    }
    for subject in missing.values { found[subject] = try kept.newest(of: subject, self) }
    return found
  }

  private static let key = Array("\"ref\":\"".utf8)

  /// Whose leaf a line seems to be, without decoding it: a leaf of a ref names it, one of the trust names none.
  static func subject(_ line: UnsafeRawBufferPointer) -> String {
    var at = 0
    while at + key.count <= line.count {
      // Of all members' names this one alone has an F behind "RE.
      if line[at + 3] == key[3], line[at..<at + key.count].elementsEqual(key) {
        return String(decoding: line[(at + key.count)...].prefix { $0 != 0x22 }, as: UTF8.self)
      }
      at += 1
    }
    return ChainName.trust.description
  }
}
