import VaultCore
import VaultStore

/// What a user says of a batch of evidence; the same for every file of it.
public struct EvidenceDraft: Sendable, Hashable {
  public var controls: [String]
  public var series: String?
  public var source: Entry.Source
  /// When the evidence was collected; nil for now.
  public var collected: Timestamp?
  /// The time that the evidence speaks about; nil for the collected instant.
  public var effective: Entry.Window?
  public var context: [Entry.ContextItem]
  /// The media type; nil for one by file ending.
  public var mediaType: String?
  /// Why evidence from outside the period's window is filed here.
  public var late: String?
  /// The earlier period that late evidence is about.
  public var concerns: String?
  /// Set for populations.
  public var population: PopulationDraft?
  /// Whether evidence without a time of its own that is collected after the period's window speaks about all of it.
  public var coversPeriod = false

  /// How far a collector's clock may be ahead of this one, in milliseconds.
  public static let clockAllowance: Int64 = 5 * 60 * 1000

  /// Checks that the evidence was not collected after `now`: a collected time says what has happened.
  package func check(now: Timestamp) throws {
    guard let collected, collected.milliseconds > now.milliseconds + Self.clockAllowance else { return }
    throw StoreError(
      .badInput, "the collected time \(collected) is in the future: it is \(now)",
      hint:
        "collected says when the evidence was taken; --effective-from and --effective-to what time it is about"
    )
  }

  public init(
    controls: [String] = [], series: String? = nil, source: Entry.Source, collected: Timestamp? = nil,
    effective: Entry.Window? = nil, context: [Entry.ContextItem] = [], mediaType: String? = nil,
    late: String? = nil, concerns: String? = nil, population: PopulationDraft? = nil
  ) {
    self.controls = controls
    self.series = series
    self.source = source
    self.collected = collected
    self.effective = effective
    self.context = context
    self.mediaType = mediaType
    self.late = late
    self.concerns = concerns
    self.population = population
  }
}

/// What a user says of a population.
public struct PopulationDraft: Sendable, Hashable {
  public var idField: String?
  public var sequenceField: String?
  public var timeField: String?
  /// What the source says there should be.
  public var sourceCount: Int?
  /// How that is known.
  public var grade: Population.Grade
  /// Why findings of some names are no defect here.
  public var allowances: [Population.Allowance]
  /// Why the population is taken although it is not complete.
  public var incomplete: String?

  public init(
    idField: String? = nil, sequenceField: String? = nil, timeField: String? = nil, sourceCount: Int? = nil,
    grade: Population.Grade = .asserted, allowances: [Population.Allowance] = [], incomplete: String? = nil
  ) {
    self.idField = idField
    self.sequenceField = sequenceField
    self.timeField = timeField
    self.sourceCount = sourceCount
    self.grade = grade
    self.allowances = allowances
    self.incomplete = incomplete
  }
}

/// A piece of evidence whose bytes are known: what becomes an entry.
public struct EvidenceItem: Sendable {
  public let path: EvidencePath
  public let object: ObjectID
  public let size: UInt64
  public let records: Records?
  public let draft: EvidenceDraft
  /// When it was taken in, where the draft gives no collected time.
  public let takenIn: Timestamp

  /// The records of a population.
  public struct Records: Sendable, Hashable {
    public let count: Int
    public let root: MerkleHash
    public let table: ObjectID
    /// What was found in them.
    public let findings: [Population.FindingCount]
    /// The file that they were cut from.
    public let cut: Population.Cut?

    public init(
      count: Int, root: MerkleHash, table: ObjectID, findings: [Population.FindingCount] = [],
      cut: Population.Cut? = nil
    ) {
      self.count = count
      self.root = root
      self.table = table
      self.findings = findings
      self.cut = cut
    }
  }

  public init(
    path: EvidencePath, object: ObjectID, size: UInt64, records: Records?, draft: EvidenceDraft,
    takenIn: Timestamp
  ) {
    self.path = path
    self.object = object
    self.size = size
    self.records = records
    self.draft = draft
    self.takenIn = takenIn
  }

  /// The entry as a revision of its path.
  func entry(revision: Int, supersedes: Entry.Supersession?) -> Entry {
    let collected = draft.collected ?? takenIn
    return Entry(
      path: path, revision: revision, object: object, size: size,
      mediaType: draft.mediaType ?? MediaType.of(path.text),
      controls: draft.controls, series: draft.series, source: draft.source,
      effective: draft.effective ?? Entry.Window(from: collected, to: collected), collected: collected,
      context: draft.context.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }, late: draft.late,
      concerns: draft.concerns, supersedes: supersedes, population: population)
  }

  private var population: Population? {
    guard let records else { return nil }
    let draft = draft.population ?? PopulationDraft()
    return Population(
      count: records.count, root: records.root, table: records.table, idField: draft.idField,
      sequenceField: draft.sequenceField, timeField: draft.timeField,
      source: draft.sourceCount.map { Population.SourceCount(count: $0, grade: draft.grade) },
      findings: records.findings,
      // An allowance of what was not found says nothing, and would wait for an approver all the same.
      allowances: draft.allowances.filter { allowed in
        records.findings.contains { $0.name == allowed.finding }
      }, incomplete: draft.incomplete, cut: records.cut)
  }

  /// Whether committing this again would only repeat `entry`: same bytes and same metadata, the collected time
  /// aside, and the effective time too where it is only the collected one.
  func repeats(_ entry: Entry) -> Bool {
    let mine = self.entry(revision: entry.revision, supersedes: entry.supersedes)
    func isDefault(_ e: Entry) -> Bool { e.effective.from == e.collected && e.effective.to == e.collected }
    let effective = isDefault(entry) && isDefault(mine) ? entry.effective : mine.effective
    let aligned = Entry(
      path: mine.path, revision: mine.revision, object: mine.object, size: mine.size,
      mediaType: mine.mediaType,
      controls: mine.controls, series: mine.series, source: mine.source, effective: effective,
      collected: entry.collected, context: mine.context, late: mine.late, concerns: mine.concerns,
      supersedes: mine.supersedes,
      population: mine.population)
    // Bytes, since Swift takes strings of another normal form for equal.
    return aligned.encoded() == entry.encoded()
  }
}
