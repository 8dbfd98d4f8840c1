import ArgumentParser
import VaultAudit
import VaultCore

struct SampleList: Verb {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the draws from a period's populations, and what was found in them.",
    discussion: "Each commit of the reviews is verified as it is listed.\n\n" + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The period (VAULT_PERIOD).")
  var period: String?

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let name = try Settings.period(period, global, context)
    let vault = try global.open(context)
    // A name that is no period's is told of as such.
    _ = try vault.period(name)
    let log = try ReviewLog(vault, name)
    Samples.warn(log, name)
    if global.json {
      out.json(.array(log.draws.map { json($0.draw, $0.placed, log) }))
    } else {
      for (draw, placed) in log.draws { print(draw, placed, log, out) }
      if log.draws.isEmpty, !global.quiet { out.line("no draws") }
    }
    return log.rejected.isEmpty ? .done : .findings
  }

  private struct Tally {
    var counts: [SampleResult.Outcome: Int] = [:]
    var open: Int
  }

  private func tally(_ draw: SampleDraw, _ placed: ReviewLog.Placed, _ log: ReviewLog) -> Tally {
    let results = log.results(ofDraw: placed.leaf)
    var tally = Tally(open: draw.size - results.count)
    for result in results.values { tally.counts[result.result.outcome, default: 0] += 1 }
    return tally
  }

  private func json(_ draw: SampleDraw, _ placed: ReviewLog.Placed, _ log: ReviewLog) -> CanonicalValue {
    guard case .object(let members) = Samples.json(draw, placed) else { return .array([]) }
    let tally = tally(draw, placed, log)
    let results: [(String, CanonicalValue?)] =
      SampleResult.Outcome.allCases.map { ($0.rawValue, .integer(tally.counts[$0] ?? 0)) }
      + [("open", .integer(tally.open))]
    return .make(members.map { ($0.name, $0.value) } + [("results", .make(results))])
  }

  private func print(_ draw: SampleDraw, _ placed: ReviewLog.Placed, _ log: ReviewLog, _ out: Output) {
    let tally = tally(draw, placed, log)
    out.line("\(printable(draw.population.path.text)) revision \(draw.population.revision)")
    out.line("  \(Samples.text(draw, placed))")
    let found = SampleResult.Outcome.allCases.compactMap { outcome in
      tally.counts[outcome].map { "\($0) \(outcome.rawValue)" }
    }
    out.line("  \((found + [tally.open == 0 ? "none open" : "\(tally.open) open"]).joined(separator: ", "))")
  }
}
