import VaultCore
import VaultFiles
import VaultStore

/// Takes pieces of evidence in and makes items of them; populations are examined on the way.
package struct EvidenceIntake {
  private let pieces: [EvidencePiece]
  private let examinations: [PopulationExamination?]
  private let files: any FileLayer
  private let staging: String
  /// The period's window.
  private let window: Entry.Window?

  /// An intake by way of the folder `staging`. Records are held against the window of `opening`, where it is given.
  package init(
    _ pieces: [EvidencePiece], opening: PeriodOpening?, _ files: any FileLayer, staging: String
  ) throws {
    // Before any of it is read, which may take an hour.
    guard pieces.count <= Limits.linesPerCommit else {
      throw StoreError(
        .badInput, "\(pieces.count) files are too many for one commit, which takes \(Limits.linesPerCommit)",
        hint: "commit them in parts")
    }
    self.pieces = pieces
    self.files = files
    self.staging = staging
    let window = opening.map { Entry.Window(from: $0.from, to: $0.to) }
    self.window = window
    examinations = try pieces.map { piece in
      guard let draft = piece.draft.population else { return nil }
      // Late evidence says itself why it is of another time.
      let isLate = piece.draft.late != nil || piece.draft.concerns != nil
      return PopulationExamination(
        try PopulationFields(
          id: draft.idField, sequence: draft.sequenceField, time: draft.timeField,
          window: isLate ? nil : window), files, staging: staging)
    }
  }

  /// What was taken in.
  package struct Taken {
    package let items: [EvidenceItem]
    /// What is new of it.
    package let pack: FinishedPack?
    /// What was found in the populations.
    package let reports: [PopulationReport]
  }

  /// Reads all pieces; `bases` knows what they may resemble.
  package func run(
    _ context: Ingest.Context, bases: RefIndex?, time: Timestamp, workers: Int
  ) throws -> Taken {
    let places = Array(pieces.indices)
    let sources = try Parallel.map(places, workers: places.count < 32 ? 1 : workers) { place in
      try source(place, bases)
    }
    let (ingested, pack) = try Ingest.run(sources, context, files: files, staging: staging, workers: workers)
    let reports = try pieces.indices.map { try report($0) }
    let items = try pieces.indices.map { place in
      EvidenceItem(
        path: pieces[place].found.path, object: ingested[place].object, size: ingested[place].size,
        records: try records(place, ingested, reports[place]), draft: draft(place, time), takenIn: time)
    }
    return Taken(items: items, pack: pack, reports: reports.compactMap { $0 })
  }

  private func source(_ place: Int, _ bases: RefIndex?) throws -> IngestSource {
    let piece = pieces[place]
    if let examination = examinations[place] {
      return IngestSource(piece.found.origin, isPopulation: true, observer: examination)
    }
    let keys = DeltaKeys.of(
      path: piece.found.path.text, system: piece.draft.source.system, series: piece.draft.series)
    let base = bases?.base(keys)
    let places = try base.map { $0.isSpent ? [] : try bases?.places($0.object) ?? [] } ?? []
    // Which of several holds it takes reading to tell.
    return IngestSource(
      piece.found.origin, base: base, basePlace: places.count == 1 ? places[0] : nil)
  }

  private func draft(_ place: Int, _ time: Timestamp) -> EvidenceDraft {
    var draft = pieces[place].draft
    if draft.coversPeriod, draft.effective == nil, let window, draft.collected ?? time >= window.to {
      draft.effective = window
    }
    return draft
  }

  private func report(_ place: Int) throws -> PopulationReport? {
    guard let examination = examinations[place] else { return nil }
    let piece = pieces[place]
    let report = try examination.finish(
      sourceCount: piece.draft.population?.sourceCount, also: piece.findings,
      place: piece.cut == nil ? .file : .cut)
    try check(report, piece)
    return report
  }

  private func records(
    _ place: Int, _ ingested: [Ingested], _ report: PopulationReport?
  ) throws -> EvidenceItem.Records? {
    guard let summary = ingested[place].records, let report else { return nil }
    let piece = pieces[place]
    let cut = try piece.cut.map { cut in
      guard ingested[cut.piece].object == cut.object else {
        throw StoreError(
          .inputChanged, "\(pieces[cut.piece].found.path) changed while it was read",
          hint: "export to a file of its own, then commit it")
      }
      return Population.Cut(format: cut.format, object: cut.object)
    }
    return EvidenceItem.Records(
      count: Int(summary.count), root: summary.root, table: summary.table, findings: report.counts, cut: cut)
  }

  /// Refuses findings that are neither allowed nor declared.
  private func check(_ report: PopulationReport, _ piece: EvidencePiece) throws {
    guard let draft = piece.draft.population, draft.incomplete == nil else { return }
    let refused = report.findings.filter { finding in
      !draft.allowances.contains { $0.finding == finding.name.rawValue }
    }
    if !refused.isEmpty {
      throw PopulationRefusal(path: piece.found.path, report: report, refused: refused)
    }
  }
}
