import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

/// Evidence that is added in several steps and then committed in one.
public struct StagedEvidence {
  private let vault: OpenVault
  private let packs: StagedPacks

  public init(_ vault: OpenVault) {
    self.vault = vault
    packs = StagedPacks(vault.folder)
  }

  /// Takes files in; they are evidence only once they are committed.
  public func add(
    _ found: [EvidenceWalk.Found], draft: EvidenceDraft, time: Timestamp, workers: Int
  ) throws -> [Entry] {
    try draft.check(now: time)
    guard draft.population == nil else {
      throw StoreError(
        .refused, "a population is not staged: it is checked against its period on the way in",
        hint: "take it in with 'vault population add'")
    }
    let standing = Dictionary(
      try entries().map { ($0.path.foldedKey, $0) }, uniquingKeysWith: { first, _ in first })
    for file in found {
      if let other = standing[file.path.foldedKey] {
        throw StoreError(
          .refused, "\(other.path) is staged already",
          hint: "commit what is staged, or drop it with 'vault add --clear'")
      }
    }
    let sources = found.map { IngestSource($0.origin) }
    let (ingested, pack) = try Ingest.run(
      sources, .empty, files: vault.folder.files, staging: vault.folder.staging, workers: workers)
    let entries = zip(found, ingested).map { file, result in
      EvidenceItem(
        path: file.path, object: result.object, size: result.size, records: nil, draft: draft, takenIn: time
      ).entry(revision: 1, supersedes: nil)
    }
    var lines: [UInt8] = []
    for entry in entries { lines += Line.entry(entry).encoded() + [0x0A] }
    try packs.save(pack, lines: lines)
    return entries
  }

  /// What is staged, in the order in which it was added.
  public func entries() throws -> [Entry] { try packs.numbers().flatMap { try entries($0) } }

  private func entries(_ number: Int) throws -> [Entry] {
    try packs.lines(number).split(separator: 0x0A).map { line in
      guard case .entry(let entry)? = try? Line(decoding: Array(line)) else {
        throw StoreError(
          .damaged, "the staged entries are damaged", hint: "run 'vault add --clear' and add them again")
      }
      return entry
    }
  }

  /// Drops everything that is staged.
  public func clear() throws { try packs.remove(try packs.numbers()) }

  /// Commits everything that is staged; `commit` says how.
  public func commit(_ commit: EvidenceCommit) throws -> EvidenceCommit.Result {
    let numbers = try packs.numbers()
    guard !numbers.isEmpty else {
      throw StoreError(
        .badInput, "nothing is staged and no files are named", hint: "vault commit … FILE, or vault add first"
      )
    }
    let items = try numbers.flatMap { try entries($0) }.map(Self.item)
    let evidence = try numbers.compactMap { try packs.pack($0) }
    try checkWhole(items, evidence, try vault.period(commit.period).index.settled())
    let result = try commit.commit(items, evidence: evidence)
    // The commit stands. What cannot be removed now is found unchanged by the next one.
    try? packs.remove(numbers)
    return result
  }

  /// Staging outlives no power cut for sure: entries whose bytes are gone must not be committed.
  private func checkWhole(_ items: [EvidenceItem], _ evidence: [FinishedPack], _ index: RefIndex) throws {
    let staged = Set(evidence.flatMap(\.objectIDs))
    for item in items {
      guard item.records == nil else {
        throw StoreError(
          .refused, "\(item.path) was staged by an earlier version, unchecked",
          hint: "run 'vault add --clear' and take it in with 'vault population add'")
      }
      for object in [item.object] + (item.records.map { [$0.table] } ?? []) where !staged.contains(object) {
        guard try index.places(object).isEmpty else { continue }
        throw StoreError(
          .damaged, "\(item.path) is staged, and its bytes are not",
          hint: "run 'vault add --clear' and add it again")
      }
    }
  }

  private static func item(_ entry: Entry) -> EvidenceItem {
    EvidenceItem(
      path: entry.path, object: entry.object, size: entry.size,
      records: entry.population.map { EvidenceItem.Records(count: $0.count, root: $0.root, table: $0.table) },
      draft: EvidenceDraft(
        controls: entry.controls, series: entry.series, source: entry.source, collected: entry.collected,
        effective: entry.effective, context: entry.context, mediaType: entry.mediaType, late: entry.late,
        concerns: entry.concerns,
        population: entry.population.map {
          PopulationDraft(
            idField: $0.idField, sequenceField: $0.sequenceField, timeField: $0.timeField,
            sourceCount: $0.source?.count)
        }), takenIn: entry.collected)
  }
}
