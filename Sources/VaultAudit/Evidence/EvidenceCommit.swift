import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

/// Commits evidence: takes files in, decides what is new, and adds one signed commit.
public struct EvidenceCommit {
  /// What became of a commit.
  public struct Result: Sendable {
    /// The commit; where nothing was new, the newest one that holds the evidence.
    public let commit: ObjectID
    public let sequence: Int
    /// The entries that were added.
    public let added: [Entry]
    /// Entries that stood there already with the same bytes and metadata.
    public let unchanged: [Entry]
  }

  public let vault: OpenVault
  public let period: String
  /// The author first, then co-signers.
  public let signers: [any Signer]
  public let message: String
  /// Now, by the caller's clock.
  public let time: Timestamp
  /// Set where a path that exists may get a new revision: why.
  public let supersedeReason: String?
  public let workers: Int

  public init(
    vault: OpenVault, period: String, signers: [any Signer], message: String, time: Timestamp,
    supersedeReason: String? = nil, workers: Int
  ) {
    self.vault = vault
    self.period = period
    self.signers = signers
    self.message = message
    self.time = time
    self.supersedeReason = supersedeReason
    self.workers = workers
  }

  /// Takes files in and commits them.
  public func run(_ found: [EvidenceWalk.Found], draft: EvidenceDraft) throws -> Result {
    try draft.check(now: time)
    let index = try vault.period(period).index
    _ = try writing.permit(index.ref)
    let (ingested, pack) = try ingest(found, draft, index)
    let items = zip(found, ingested).map { file, result in
      EvidenceItem(
        path: file.path, object: result.object, size: result.size, records: result.records.map(Self.records),
        draft: draft,
        takenIn: time)
    }
    return try commit(items, evidence: pack.map { [$0] } ?? [])
  }

  static func records(_ summary: RecordSummary) -> EvidenceItem.Records {
    EvidenceItem.Records(count: Int(summary.count), root: summary.root, table: summary.table)
  }

  private func ingest(
    _ found: [EvidenceWalk.Found], _ draft: EvidenceDraft, _ index: RefIndex
  ) throws -> ([Ingested], FinishedPack?) {
    let sources = found.map { file in
      let keys = DeltaKeys.of(path: file.path.text, system: draft.source.system, series: draft.series)
      return IngestSource(
        file.origin, isPopulation: draft.population != nil,
        base: draft.population == nil ? index.base(keys) : nil)
    }
    return try Ingest.run(
      sources, Ingest.Context(index), files: vault.folder.files, staging: vault.folder.staging,
      workers: workers)
  }

  private var writing: CommitWriting {
    CommitWriting(vault: vault, signers: signers, time: time, message: message)
  }

  /// Commits evidence whose bytes lie in `evidence` or in the period already.
  func commit(_ items: [EvidenceItem], evidence: [FinishedPack]) throws -> Result {
    let writer = try RefWriter(vault.folder, .period(period))
    let reader = RefReader(writer.index)
    let plan = try EntryPlan(
      items, reader, Standing(vault, reader), opening: try reader.opening(), supersedeReason: supersedeReason,
      workers: workers)
    guard !plan.added.isEmpty else {
      let newest = plan.unchanged.map(\.record.sequence).max() ?? writer.index.sequence
      return Result(
        commit: try reader.commit(newest).0, sequence: newest, added: [],
        unchanged: plan.unchanged.map(\.entry))
    }
    let lines = plan.added.map { Line.entry($0) }
    var addition = RefWriter.Addition(lines: try encoded(lines), evidence: evidence)
    addition.read = lines
    let (id, commit) = try writing.commit(addition, lines: lines, to: writer)
    return Result(
      commit: id, sequence: commit.sequence, added: plan.added, unchanged: plan.unchanged.map(\.entry))
  }

  /// The bytes of lines. A line that this program would not read back is not written.
  private func encoded(_ lines: [Line]) throws -> [[UInt8]] {
    try Parallel.map(lines, workers: lines.count < 32 ? 1 : workers) { line in
      do throws(FormatError) {
        return try line.checkedEncoding()
      } catch {
        throw StoreError(.badInput, error.reason)
      }
    }
  }
}

/// Which items are new, which repeat what is there, and which are refused; decided under the writer's lock.
struct EntryPlan {
  private(set) var added: [Entry] = []
  private(set) var unchanged: [(entry: Entry, record: PathRecord)] = []
  private let reader: RefReader
  private let standing: Standing
  private let opening: PeriodOpening
  private let supersedeReason: String?
  private var newKeys: [[UInt8]: String] = [:]
  private let hasher = MerkleHasher()

  init(
    _ items: [EvidenceItem], _ reader: RefReader, _ standing: Standing, opening: PeriodOpening,
    supersedeReason: String?, workers: Int
  ) throws {
    self.reader = reader
    self.standing = standing
    self.opening = opening
    self.supersedeReason = supersedeReason
    let there = Self.lookUp(items, reader.index, workers)
    for (item, there) in zip(items, there) { try place(item, there) }
    try checkNewFolders()
    if supersedeReason != nil, !added.isEmpty, !added.contains(where: { $0.revision > 1 }) {
      throw StoreError(.refused, "\(added[0].path) supersedes nothing: no such path is there")
    }
  }

  /// What the period has at each item's path. Neighbours share their folders, which are asked about once.
  private static func lookUp(
    _ items: [EvidenceItem], _ index: RefIndex, _ workers: Int
  ) -> [RefIndex.Standing] {
    let runs = stride(from: 0, to: items.count, by: 64).map { items[$0..<min($0 + 64, items.count)] }
    let found = Parallel.map(runs, workers: workers) { run in
      var folders = RefIndex.Folders()
      return run.map { index.standing($0.path, &folders) }
    }
    return found.flatMap { $0 }
  }

  private mutating func place(_ item: EvidenceItem, _ there: RefIndex.Standing) throws {
    if let other = there.conflict {
      throw StoreError(
        .refused, "\(item.path) cannot stand beside \(other)",
        hint: "two paths must differ by more than case or Unicode normal form, and a file is no folder")
    }
    if let other = newKeys.updateValue(item.path.text, forKey: item.path.foldedKey) {
      throw StoreError(.refused, "\(item.path) and \(other) cannot stand beside each other")
    }
    guard let latest = there.latest else { return try add(item.entry(revision: 1, supersedes: nil)) }
    let newest = try reader.entry(latest)
    let repudiation = try standing.repudiation(ofLeaf: latest.leaf)
    if repudiation == nil, item.repeats(newest) {
      unchanged.append((newest, latest))
      return
    }
    if supersedeReason == nil, let repudiation { throw Self.refusal(item, repudiation) }
    try add(try revision(item, of: newest, latest))
  }

  /// The next revision of a path's newest entry, where one is wanted and may be.
  private func revision(_ item: EvidenceItem, of newest: Entry, _ latest: PathRecord) throws -> Entry {
    guard let reason = supersedeReason else {
      let what = newest.object == item.object ? "the same bytes and other metadata" : "other bytes"
      throw StoreError(
        .refused, "\(item.path) exists with \(what)",
        hint: "nothing is overwritten; add a new revision with --supersede --reason TEXT")
    }
    guard newest.kind == (item.records == nil ? .document : .population) else {
      throw StoreError(.refused, "a new revision of \(item.path) must be a \(newest.kind.rawValue) too")
    }
    guard newest.series.map({ Array($0.utf8) }) == item.draft.series.map({ Array($0.utf8) }) else {
      throw StoreError(
        .refused, "a new revision of \(item.path) must name the series \(newest.series ?? "none")")
    }
    let hash = MerkleHash(hasher.leaf(try reader.lineBytes(latest)))
    return item.entry(
      revision: newest.revision + 1,
      supersedes: Entry.Supersession(leaf: Int(latest.leaf), hash: hash, reason: reason))
  }

  /// What was repudiated is not there any more for a retry to find, and is there still to be superseded.
  private static func refusal(_ item: EvidenceItem, _ repudiation: VerifiedRepudiation) -> StoreError {
    StoreError(
      .refused,
      "the newest revision of \(item.path) is repudiated by commit \(repudiation.bySequence): \(repudiation.reason)",
      hint: "add a new revision with --supersede --reason TEXT")
  }

  private mutating func add(_ entry: Entry) throws {
    guard opening.admits(effective: entry.effective, collected: entry.collected, late: entry.late) else {
      throw StoreError(
        .refused,
        "\(entry.path) speaks about \(entry.effective.from) to \(entry.effective.to), outside the period "
          + "\(opening.period) (\(opening.from) to \(opening.to))",
        hint:
          "state the time with --effective-from and --effective-to, or why it is filed here with --late REASON"
      )
    }
    added.append(entry)
  }

  /// A new path must not be a folder of another new path either.
  private func checkNewFolders() throws {
    for (key, text) in newKeys {
      for (index, byte) in key.enumerated() where byte == UInt8(ascii: "/") {
        if let other = newKeys[Array(key[..<index])] {
          throw StoreError(.refused, "\(text) cannot stand beside \(other): a file is no folder")
        }
      }
    }
  }
}
