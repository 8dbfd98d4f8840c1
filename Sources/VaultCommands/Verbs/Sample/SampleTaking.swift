import VaultAudit
import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

/// Takes a sample: puts the draw into the reviews unless it stands there, and proves its records.
struct SampleTaking {
  /// The most records that a folder holds.
  static let recordLimit = 65_536

  let vault: OpenVault
  let population: ReviewedPopulation
  /// The receipt of the commit that brought the population.
  let receipt: [UInt8]?
  let signing: SigningOptions
  let context: Context

  private var period: String { population.reader.index.ref.period }

  /// A draw as it stands in the reviews, with its records.
  struct Taken {
    let draw: SampleDraw
    let placed: ReviewLog.Placed
    let records: [RecordProof]
    /// The other draws of the same population.
    let others: [(draw: SampleDraw, placed: ReviewLog.Placed)]
    /// The draws of other revisions at the population's path.
    let otherRevisions: [(draw: SampleDraw, placed: ReviewLog.Placed)]
    /// Whether it stood in the reviews already.
    let stood: Bool
  }

  /// Adds a draw, or finds it where it stands.
  func take(_ draw: SampleDraw) throws -> Taken {
    var log = try ReviewLog(vault, period)
    var standing = Self.find(draw, log)
    // What proves the records is read before anything is written.
    let stored = try StoredPopulation(population.reader, population.entry)
    let records = try stored.prove(draw.records(workers: Parallel.coreCount), workers: Parallel.coreCount)
    let stood = standing != nil
    if !stood {
      let what = draw.extends == nil ? "draw" : "extend to"
      let result = try ReviewCommit(
        vault: vault, period: period, signers: try signing.signers(vault, context),
        message: "\(what) \(draw.size) of \(draw.population.count) records of \(draw.population.path)",
        time: context.now()
      ).run([.draw(draw)])
      log = try ReviewLog(vault, period)
      standing = log.draws.first { $0.placed.leaf == result.firstLeaf }
    }
    Samples.warn(log, period)
    guard let standing else {
      throw CommandError(.findings, "the draw does not verify in the reviews", hint: "run 'vault fsck'")
    }
    return Taken(
      draw: standing.draw, placed: standing.placed, records: records,
      others: log.draws(of: draw.population).filter { $0.placed.leaf != standing.placed.leaf },
      otherRevisions: log.draws(ofOtherRevisionsOf: draw.population), stood: stood)
  }

  private static func find(_ draw: SampleDraw, _ log: ReviewLog) -> (
    draw: SampleDraw, placed: ReviewLog.Placed
  )? {
    log.draws(of: draw.population).first {
      $0.draw.seed == draw.seed && $0.draw.size == draw.size && $0.draw.extends == draw.extends
    }
  }

  /// The folder's files; what a tester has written in `keeping` stays in the workpaper.
  func files(_ taken: Taken, keeping: Workpaper?) throws -> SampleFiles {
    try files(taken.records, drawLeaf: taken.placed.leaf, keeping: keeping)
  }

  /// The files that prove records, drawn or not.
  func files(_ records: [RecordProof], drawLeaf: Int?, keeping: Workpaper? = nil) throws -> SampleFiles {
    let content = try SampleContent.collect(
      vault, population, records: records, drawLeaf: drawLeaf, receipt: receipt)
    let empty = try Workpaper(records: records, idField: population.entry.population?.idField)
    return try SampleFiles(content, workpaper: keeping.map { empty.keeping($0) } ?? empty)
  }
}

extension SampleTaking.Taken {
  /// Says what was drawn, where it stands, and which other draws there are.
  func report(_ folder: String, _ global: GlobalOptions, _ out: Output) {
    if global.json { return out.json(json(folder)) }
    if global.quiet { return }
    let population = draw.population
    out.line(
      "\(stood ? "drawn already" : "drawn"): \(counted(draw.size, "record")) of \(population.count), "
        + "\(printable(population.path.text)) revision \(population.revision)")
    out.line("draw      leaf \(placed.leaf) of reviews, commit \(placed.commit)")
    out.line("          by \(placed.author) at \(placed.time)")
    out.line("seed      \(Hex.encode(draw.seed))")
    if let receipt = draw.receipt {
      out.line("received  the population: \(receipt.received), leaf \(receipt.index) of \(receipt.log)")
    }
    reportOthers(out)
    out.line(Samples.provers(folder))
  }

  private func reportOthers(_ out: Output) {
    let same = others.isEmpty ? "no other draw" : counted(others.count, "other draw")
    guard !otherRevisions.isEmpty else {
      out.line("others    \(same) of this population")
      for other in others { out.line("          \(Samples.text(other.draw, other.placed))") }
      return
    }
    let drawn = counted(otherRevisions.count, "draw")
    out.line("others    \(same) of revision \(draw.population.revision), \(drawn) of other revisions")
    for other in (others + otherRevisions).sorted(by: { $0.placed.leaf < $1.placed.leaf }) {
      let revision = other.draw.population.revision
      out.line("          revision \(revision), \(Samples.text(other.draw, other.placed))")
    }
  }

  private func json(_ folder: String) -> CanonicalValue {
    .make([
      ("draw", Samples.json(draw, placed)), ("folder", .string(folder)), ("retry", .bool(stood)),
      ("otherRevisions", .array(otherRevisions.map { Samples.json($0.draw, $0.placed) })),
      ("others", .array(others.map { Samples.json($0.draw, $0.placed) })),
      ("records", .array(records.map { .integer(Int($0.record)) })),
    ])
  }
}

extension Samples {
  static func json(_ draw: SampleDraw, _ placed: ReviewLog.Placed) -> CanonicalValue {
    guard case .object(let members) = draw.value else { return draw.value }
    var named: [(String, CanonicalValue?)] = members.filter { $0.name != "type" }.map { ($0.name, $0.value) }
    named += [
      ("author", .string(placed.author)), ("commit", .string(placed.commit.description)),
      ("leaf", .integer(placed.leaf)), ("sequence", .integer(placed.sequence)),
      ("time", .string(placed.time.description)),
    ]
    return .make(named)
  }
}
