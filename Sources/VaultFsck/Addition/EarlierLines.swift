import VaultCore
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
    // A commit after the first adds either entries or repudiations.
    return RepudiationLedger.Known(
      id: record.id, entries: repudiates ? 0 : Int(record.added), repudiates: repudiates,
      subject: "\(index.ref)@\(sequence)",
      repudiatedBy: index.repudiations(ofLeaf: record.firstLeaf).first?.by)
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
