import ArgumentParser
import VaultAudit
import VaultCore
import VaultStore

struct CoverageVerb: Verb {
  static let configuration = CommandConfiguration(
    commandName: "coverage", abstract: "Say what of the expected evidence is there, and what is missing.",
    discussion: """
      Names every missing day, every stale series, every silent system and every series that nobody expects; exits \
      with 1 where something is missing that no approver has waived, so that a nightly job can alarm. On a terminal \
      it draws a calendar. A period that is closed is looked at to the end of its window, an open one up to now.

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The period (VAULT_PERIOD).")
  var period: String?

  @Option(help: ArgumentHelp("Look at it as it had to be at that time.", valueName: "time"))
  var at: String?

  @Flag(help: "Draw the calendar where the output is no terminal too.")
  var calendar = false

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let vault = try global.open(context)
    let reader = try vault.period(try Settings.period(period, global, context))
    let due =
      try at.map { try Arguments.bound($0, "--at") }
      ?? Coverage.due(reader.index.progress.state, now: context.now())
    let coverage = try Coverage(vault, reader, at: due)
    Notes.warn(coverage.rejectedRepudiations)
    Notes.warn(waivers: coverage.rejectedWaivers)
    if global.json {
      out.json(Self.json(coverage))
    } else if !global.quiet {
      print(coverage, pictures: calendar || context.showsPictures, out)
    }
    return coverage.open.isEmpty ? .done : .findings
  }

  private func print(_ coverage: Coverage, pictures: Bool, _ out: Output) {
    out.line("\(coverage.period) up to \(coverage.at)")
    for series in coverage.series { print(series, pictures, out) }
    if pictures, !coverage.series.isEmpty { out.line("  \(CoverageCalendar.legend)") }
    for (name, entries) in coverage.unexpected {
      out.line(
        "unexpected: \(printable(name)): \(counted(entries, "entry", "entries")) of a series that nobody expects"
      )
    }
    if coverage.repudiatedEntries > 0 {
      out.line(
        "not counted: \(counted(coverage.repudiatedEntries, "entry", "entries")) of repudiated commits")
    }
    for finding in coverage.findings { Rendering.print(finding, out) }
    let waived = coverage.findings.count - coverage.open.count
    let note = waived == 0 ? "" : ", \(waived) waived"
    out.line(
      coverage.open.isEmpty
        ? "covered: nothing is missing\(note)"
        : "NOT COVERED: \(counted(coverage.open.count, "open finding"))\(note)")
  }

  private func print(_ series: SeriesCoverage, _ pictures: Bool, _ out: Output) {
    let expected = series.expectation
    let met = series.count(.met)
    var parts = ["\(met) of \(series.slots.count) \(expected.cadence.rawValue)"]
    for (state, word) in [(SeriesCoverage.Slot.missing, "missing"), (.waived, "waived"), (.due, "not due")]
    where series.count(state) > 0 { parts.append("\(series.count(state)) \(word)") }
    if let newest = series.newest { parts.append("newest \(newest)") }
    if series.isStale { parts.append("STALE") }
    if let owner = expected.owner { parts.append("owner \(printable(owner))") }
    out.line("\(printable(expected.series))  \(printable(expected.system))  \(parts.joined(separator: ", "))")
    for (what, entries) in series.strange {
      out.line("  not counted: \(counted(entries, "entry", "entries")) \(printable(what))")
    }
    if pictures { for row in CoverageCalendar.rows(series) { out.line(row) } }
  }

  private static func json(_ coverage: Coverage) -> CanonicalValue {
    func named(_ list: [(String, Int)], _ name: String) -> CanonicalValue {
      .array(list.map { .make([(name, .string($0.0)), ("entries", .integer($0.1))]) })
    }
    return .make([
      ("at", .string(coverage.at.description)), ("covered", .bool(coverage.open.isEmpty)),
      ("entries", .integer(coverage.entries)), ("findings", .array(coverage.findings.map(Rendering.finding))),
      ("period", .string(coverage.period)), ("repudiatedEntries", .integer(coverage.repudiatedEntries)),
      (
        "series",
        .array(
          coverage.series.map { series in
            .make([
              ("cadence", .string(series.expectation.cadence.rawValue)),
              ("due", .integer(series.count(.due))),
              ("entries", .integer(series.entries)), ("met", .integer(series.count(.met))),
              ("missing", .integer(series.count(.missing))),
              ("newest", series.newest.map { .string($0.description) }),
              ("owner", series.expectation.owner.map { .string($0) }),
              ("series", .string(series.expectation.series)), ("slots", .integer(series.slots.count)),
              ("stale", .bool(series.isStale)), ("strange", named(series.strange, "what")),
              ("system", .string(series.expectation.system)), ("waived", .integer(series.count(.waived))),
            ])
          })
      ), ("silent", .array(coverage.silent.map { .string($0) })),
      ("unexpected", named(coverage.unexpected, "series")),
    ])
  }
}
