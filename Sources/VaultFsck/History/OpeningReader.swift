import VaultCore
import VaultStore

/// Reads a period's opening ahead of everything else: every entry is held against it.
enum OpeningReader {
  private struct Enough: Error {}

  /// The opening of the ref at a place of its area; nil where the period's first line cannot be relied on, which is
  /// a finding once its commit is checked. Throws where the system fails to read: no entry may pass unheld then.
  static func read(_ place: UInt8, _ set: PackSet, _ context: CheckContext) throws -> PeriodOpening? {
    let table = set.tables[Int(place)]
    guard case .ref(.period) = table.source, let first = table.entries.first, first.sequence == 1 else {
      return nil
    }
    let lookup = ObjectLookup(set, context)
    lookup.scope = RefScope(ref: place, line: 0)
    do {
      var used: [Int] = []
      let (commit, _) = try lookup.document(
        Commit.self, first.document, name: .commitMalformed, &used)
      let line = try firstLine(of: try lookup.find(commit.lines, own: true), lookup)
      guard case .open(let opening)? = try? Line(decoding: line) else { return nil }
      return opening
    } catch is BlockFlaw {
      return nil
    }
  }

  /// An object's bytes before its first LF, as far as a line may reach.
  private static func firstLine(of index: Int, _ lookup: ObjectLookup) throws -> [UInt8] {
    var line: [UInt8] = []
    do {
      try lookup.source.stream(lookup.table.record(index)) { piece in
        line.append(contentsOf: piece.prefix(Limits.lineBytes + 1))
        if line.contains(0x0A) || line.count > Limits.lineBytes { throw Enough() }
      }
    } catch is Enough {}
    return Array(line.prefix { $0 != 0x0A })
  }
}
