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
    /// What was found in the populations.
    public let reports: [PopulationReport]
    /// Periods that entries which were added concern and the vault does not have.
    public let unknownPeriods: [String]

    public init(
      commit: ObjectID, sequence: Int, added: [Entry], unchanged: [Entry], reports: [PopulationReport] = [],
      unknownPeriods: [String] = []
    ) {
      self.commit = commit
      self.sequence = sequence
      self.added = added
      self.unchanged = unchanged
      self.reports = reports
      self.unknownPeriods = unknownPeriods
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
    try run(found.map { EvidencePiece($0, draft: draft) })
  }

  /// Takes pieces in and commits them.
  ///
  /// Throws ``PopulationRefusal`` where a population is not complete and is not declared so.
  public func run(_ pieces: [EvidencePiece]) throws -> Result {
    for piece in pieces { try piece.draft.check(now: time) }
    // What is stored already must be on the disk.
    let index = try vault.period(period).index.settled()
    let reader = RefReader(index)
    _ = try writing.permit(index.ref)
    let hasPopulation = pieces.contains { $0.draft.population != nil }
    let intake = try EvidenceIntake(
      pieces, opening: hasPopulation ? try reader.opening() : nil, vault.folder.files,
      staging: vault.folder.staging)
    let taken = try intake.run(Ingest.Context(index), bases: index, time: time, workers: workers)
    return try commit(
      taken.items, evidence: taken.pack.map { [$0] } ?? [], reports: taken.reports, known: index)
  }

  private var writing: CommitWriting {
    CommitWriting(vault: vault, signers: signers, time: time, message: message)
  }

  /// Whether a declared population lacks an approver's signature that this commit would have.
  private func addsApproval(to held: PathHolding.Held, _ reader: RefReader) throws -> Bool {
    guard signers.count > 1, let population = held.entry.population,
      population.incomplete != nil || !population.allowances.isEmpty
    else { return false }
    let stands = try VerifiedCommit(vault, reader, sequence: held.sequence).permit.hasSecondApprover
    return try !stands && writing.permit(reader.index.ref).hasSecondApprover
  }

  /// Commits evidence whose bytes lie in `evidence` or in the period already; `known` is the period as it was read before.
  func commit(
    _ items: [EvidenceItem], evidence: [FinishedPack], reports: [PopulationReport] = [],
    known: RefIndex? = nil
  ) throws -> Result {
    let writer = try RefWriter(vault.folder, .period(period), known: known)
    let reader = RefReader(writer.index)
    let opening = try reader.opening()
    let plan = try EntryPlan(
      items, try PathHolding.look(items, reader, Standing(vault, reader), workers: workers),
      opening: opening, supersedeReason: supersedeReason
    ) { held in
      try self.addsApproval(to: held, reader)
    }
    let unknownPeriods = try ConcernedPeriods.unknown(plan.added, opening, vault)
    guard !plan.added.isEmpty else {
      let newest = plan.unchanged.map(\.sequence).max() ?? writer.index.sequence
      return Result(
        commit: try reader.commit(newest).0, sequence: newest, added: [],
        unchanged: plan.unchanged.map(\.entry), reports: reports)
    }
    let lines = plan.added.map { Line.entry($0) }
    var addition = RefWriter.Addition(
      lines: try EntryPlan.encoded(lines, workers: workers), evidence: evidence)
    addition.read = lines
    let (id, commit) = try writing.commit(addition, lines: lines, to: writer)
    return Result(
      commit: id, sequence: commit.sequence, added: plan.added, unchanged: plan.unchanged.map(\.entry),
      reports: reports, unknownPeriods: unknownPeriods)
  }
}
