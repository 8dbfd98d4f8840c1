import VaultCore
import VaultFiles
import VaultStore

/// What a period expects held against what there is: one pass over its lines, and no evidence is read.
public struct Coverage: Sendable {
  public let period: String
  /// The time up to which something is missed.
  public let at: Timestamp
  /// The series that are expected, in the order of their names.
  public let series: [SeriesCoverage]
  /// Series that nobody expects, with the number of their entries.
  public let unexpected: [(series: String, entries: Int)]
  /// Systems in scope of which no entry counts.
  public let silent: [String]
  /// Entries that count.
  public let entries: Int
  /// Entries that do not, since their commits are repudiated.
  public let repudiatedEntries: Int
  /// What stands in the way of a seal, waived or not.
  public let findings: [PeriodFinding]
  /// Commits whose waivers do not count, and why.
  public let rejectedWaivers: [(sequence: Int, reason: String)]
  /// The same of repudiations.
  public let rejectedRepudiations: [Standing.Rejected]

  /// The findings that nobody has waived.
  public var open: [PeriodFinding] { findings.filter { $0.waiver == nil } }

  /// Looks at a period up to `at`; nil for the end of its window.
  public init(_ vault: OpenVault, _ reader: RefReader, at: Timestamp?, workers: Int = Parallel.coreCount)
    throws
  {
    let opening = try reader.opening()
    let standing = Standing(vault, reader)
    let repudiated = Set(try standing.all().map(\.sequence))
    let expected = try reader.expectations().filter { !$0.isWithdrawn }
    let rules = CoverageSums.Rules(
      opening: opening,
      expected: Dictionary(expected.map { (Array($0.series.utf8), $0) }, uniquingKeysWith: { $1 }),
      repudiated: repudiated)
    var sums = CoverageSums()
    try reader.walk(1...reader.index.sequence, workers: workers) {
      try CoverageSums($0, rules)
    } take: { _, run in
      sums.add(run)
    }
    self.at = min(at ?? opening.to, opening.to)
    period = opening.period
    entries = sums.entries
    repudiatedEntries = sums.repudiatedEntries
    unexpected = sums.unexpected.sorted { $0.key.lexicographicallyPrecedes($1.key) }
      .map { (String(decoding: $0.key, as: UTF8.self), $0.value) }
    // Nobody is silent before the period has begun.
    silent = self.at < opening.from ? [] : opening.systems.filter { !sums.systems.contains(Array($0.utf8)) }
    let waivers = try Waivers(vault, reader)
    var covered: [SeriesCoverage] = []
    for expectation in expected {
      covered.append(
        SeriesCoverage(expectation, opening, sums.series[Array(expectation.series.utf8)], at: self.at))
    }
    var findings: [PeriodFinding] = []
    for index in covered.indices { findings += Self.missing(&covered[index], waivers) }
    findings += silent.map { system in
      PeriodFinding(
        .systemSilent, system, "no entry of this system counts",
        waiver: waivers.waiver(.systemSilent, system))
    }
    findings += try DeclaredPopulations.findings(sums.declared, vault, reader, standing, waivers)
    findings += try OpenReconciliations.findings(vault, opening.period, waivers)
    series = covered
    self.findings = findings
    rejectedWaivers = waivers.rejected
    rejectedRepudiations = standing.rejected
  }

  /// Up to when something is missed: where no more evidence is taken, to the end of the window.
  public static func due(_ state: PeriodProgress.State, now: Timestamp) -> Timestamp? {
    state == .open ? now : nil
  }

  /// What a series misses, each run of days in one finding; marks the slots that are waived.
  private static func missing(_ series: inout SeriesCoverage, _ waivers: Waivers) -> [PeriodFinding] {
    let name = series.expectation.series
    var waiverOf: [String: VerifiedWaiver] = [:]
    for slot in series.states.indices where series.states[slot] == .missing {
      let day = series.day(slot)
      guard let waiver = waivers.waiver(series: name, day: day) else { continue }
      waiverOf[day] = waiver
      series.states[slot] = .waived
    }
    func finding(_ run: (first: String, last: String)) -> PeriodFinding {
      let days = run.first == run.last ? "on \(run.first)" : "from \(run.first) to \(run.last)"
      return PeriodFinding(
        .seriesMissing, DayRun.subject(name, run),
        "\(series.expectation.cadence.rawValue) evidence of \(series.expectation.system) is missing \(days)",
        owner: series.expectation.owner, waiver: waiverOf[run.first])
    }
    return (series.runs(.missing) + series.runs(.waived)).map(finding)
  }
}
