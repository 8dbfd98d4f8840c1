import VaultCore
import VaultFiles
import VaultStore

/// What a ref's lines say before an addition, looked up in its index.
struct EarlierLines: Sendable {
  let index: RefIndex
  let opening: PeriodOpening?
  /// The number of the trust document that the tip names.
  let trustNumber: Int

  init(_ index: RefIndex, opening: PeriodOpening?, trustNumber: Int) {
    self.index = index
    self.opening = opening
    self.trustNumber = trustNumber
  }

  /// The commit with a sequence as far as repudiations need it; nil where the ref has none.
  func known(_ sequence: Int) -> RepudiationLedger.Known? {
    guard let record = index.commit(sequence) else { return nil }
    let repudiates = index.repudiated.contains { $0.by == sequence }
    // What a commit after the first adds is all entries, unless it repudiates or governs the period.
    let governs = index.governing.contains(sequence)
    let entries = repudiates ? 0 : governs ? entries(of: sequence) : Int(record.added)
    return RepudiationLedger.Known(
      id: record.id, entries: entries, repudiates: repudiates,
      subject: "\(index.ref)@\(sequence)",
      repudiatedBy: index.repudiations(ofLeaf: record.firstLeaf).first?.by)
  }

  /// The entries that a commit adds beside other lines; 0 where it cannot be read, so that nothing is repudiated.
  private func entries(of sequence: Int) -> Int {
    var count = 0
    try? RefReader(index).walk([sequence], workers: 1) { run in
      var entries = 0
      try run.forEachLine { line, _, _ in if case .entry = line { entries += 1 } }
      return entries
    } take: {
      count += $1
    }
    return count
  }

  /// The sums of all lines: what the one commit that seals is held against.
  func tally() throws -> PeriodTally {
    try RefReader(index).tally(through: index.sequence, workers: Parallel.coreCount)
  }

  /// The commits that do not count.
  var repudiatedCommits: Set<Int> { Set(index.repudiated.map(\.sequence)) }

  /// The series of which something is or was expected.
  func expectedSeries() throws -> Set<[UInt8]> {
    var tally = PeriodTally()
    // The opening's commit may say what is expected too.
    try RefReader(index).walk(index.governing, workers: 1, RefReader.part) {
      tally.append($1, sequence: $0.sequence, firstLeaf: $0.firstLeaf)
    }
    return Set(tally.expectations.keys)
  }
}

/// Looks up the paths of new lines among those of the earlier ones; belongs to one thread.
final class EarlierPaths {
  /// What stands at a path, or in its way.
  struct Found {
    /// The path that the new one cannot stand beside.
    let conflict: String?
    /// The path's newest entry.
    let latest: PathRecord?
  }

  private let index: RefIndex
  private let reader: RefReader
  private let hasher = PathHasher()
  private let merkle = MerkleHasher()
  private var folders = RefIndex.Folders()

  init(_ earlier: EarlierLines) {
    index = earlier.index
    reader = RefReader(index)
  }

  /// What the ref has at the path of an entry.
  func find(_ entry: Entry) throws -> Found {
    let standing = index.standing(entry.path, &folders)
    return Found(
      conflict: standing.conflict,
      latest: try standing.latest.map { try record($0, isNamed: entry.revision > 1) })
  }

  /// The ledger's record of an entry; what a revision must share is read only where one `isNamed`.
  private func record(_ place: VaultStore.PathRecord, isNamed: Bool) throws -> PathRecord {
    let entry = try reader.entry(place)
    let (key, exact) = hasher.path(entry.path, folded: entry.path.foldedKey)
    let leaf = isNamed ? merkle.leaf(try reader.lineBytes(place)) : .zero
    return PathRecord(
      key: key, identity: hasher.identity(leaf, kind: entry.kind, series: entry.series), exact: exact,
      leaf: UInt32(clamping: place.leaf), revision: UInt32(clamping: entry.revision))
  }
}
