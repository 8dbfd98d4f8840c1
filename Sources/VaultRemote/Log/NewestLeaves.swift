import VaultCore
import VaultFiles
import VaultStore

/// The newest leaf of each chain of a log, found by way of what `index/` keeps of them.
struct NewestLeaves {
  private let files: any FileLayer
  private let path: String
  /// The log's file; nil for a log without leaves.
  private let lines: LeafLines?
  private let end: Int64
  private let count: Int
  private let kept: ChainTips

  /// Of the first `count` leaves in the file `log`, which end at `end`; `path` is where their tips are kept.
  init(_ files: any FileLayer, kept path: String, log: String, to end: Int64, count: Int) throws {
    self.files = files
    self.path = path
    self.end = end
    self.count = count
    let lines = count > 0 ? try LeafLines(files, path: log) : nil
    self.lines = lines
    kept = lines.map { ChainTips.load(files, path, $0, to: end, count: count) } ?? ChainTips()
  }

  /// The newest leaf of each of `subjects` that has one.
  func of(_ subjects: Set<ChainName>) throws -> [ChainName: PlacedLeaf] {
    guard let lines else { return [:] }
    do {
      return try lines.newest(of: subjects, before: end, count: count, kept: kept)
    } catch is LogError where kept.size > 0 {
      return try lines.newest(of: subjects, before: end, count: count, kept: ChainTips())
    }
  }

  /// The newest leaf of each chain that has one.
  func all() throws -> [ChainName: PlacedLeaf] {
    guard let lines else { return [:] }
    return try of(advanced(lines, to: end, count: count).chains)
  }

  /// What is kept, brought up to `count` leaves, which end at `end`; from nothing where what is kept is of other leaves.
  private func advanced(_ lines: LeafLines, to end: Int64, count: Int) throws -> ChainTips {
    var tips = kept
    do {
      try tips.advance(lines, to: end, count: count)
    } catch is LogError where kept.size > 0 {
      tips = ChainTips()
      try tips.advance(lines, to: end, count: count)
    }
    return tips
  }

  /// Keeps the tips of a log that has grown meanwhile to `count` leaves, which end at `end`. The caller holds its lock. A
  /// failure costs time alone.
  func keep(_ log: String, to end: Int64, count: Int) {
    guard kept.size < count, let lines = try? LeafLines(files, path: log),
      let tips = try? advanced(lines, to: end, count: count)
    else { return }
    tips.keep(files, path)
  }
}
