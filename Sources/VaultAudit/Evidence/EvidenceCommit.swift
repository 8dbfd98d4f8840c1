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

    public init(commit: ObjectID, sequence: Int, added: [Entry], unchanged: [Entry]) {
      self.commit = commit
      self.sequence = sequence
      self.added = added
      self.unchanged = unchanged
    }
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

  package static func records(_ summary: RecordSummary) -> EvidenceItem.Records {
    EvidenceItem.Records(count: Int(summary.count), root: summary.root, table: summary.table)
  }

  private func ingest(
    _ found: [EvidenceWalk.Found], _ draft: EvidenceDraft, _ index: RefIndex
  ) throws -> ([Ingested], FinishedPack?) {
    let sources = try Parallel.map(found, workers: found.count < 32 ? 1 : workers) { file in
      guard draft.population == nil else { return IngestSource(file.origin, isPopulation: true) }
      let keys = DeltaKeys.of(path: file.path.text, system: draft.source.system, series: draft.series)
      let base = index.base(keys)
      return IngestSource(
        file.origin, base: base, basePlace: try base?.next.flatMap { try index.places($0.object).last })
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
      items, try PathHolding.look(items, reader, Standing(vault, reader), workers: workers),
      opening: try reader.opening(), supersedeReason: supersedeReason)
    guard !plan.added.isEmpty else {
      let newest = plan.unchanged.map(\.sequence).max() ?? writer.index.sequence
      return Result(
        commit: try reader.commit(newest).0, sequence: newest, added: [],
        unchanged: plan.unchanged.map(\.entry))
    }
    let lines = plan.added.map { Line.entry($0) }
    var addition = RefWriter.Addition(
      lines: try EntryPlan.encoded(lines, workers: workers), evidence: evidence)
    addition.read = lines
    let (id, commit) = try writing.commit(addition, lines: lines, to: writer)
    return Result(
      commit: id, sequence: commit.sequence, added: plan.added, unchanged: plan.unchanged.map(\.entry))
  }
}
