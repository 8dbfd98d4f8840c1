import ArgumentParser
import VaultAudit
import VaultCore
import VaultFiles
import VaultStore

struct SampleResultVerb: Verb {
  static let configuration = CommandConfiguration(
    commandName: "result", abstract: "Say what was found in the records of a draw.",
    discussion: """
      Takes a key with the role audit, and either one record's outcome or, with --from, a workpaper whose column outcome \
      holds pass, exception or not-applicable, or nothing yet. What stands already is not added again. The newest result \
      of a record is what stands.

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The period.")
  var period: String

  @Option(help: ArgumentHelp("The draw's leaf in the reviews.", valueName: "leaf"))
  var draw: Int

  @Option(help: ArgumentHelp("The record's number, from 0.", valueName: "n"))
  var record: Int?

  @Option(help: ArgumentHelp("pass, exception or not-applicable.", valueName: "outcome"))
  var outcome: SampleResult.Outcome?

  @Option(help: ArgumentHelp("What was found; an exception needs it.", valueName: "text"))
  var note: String?

  @Option(help: ArgumentHelp("A workpaper that was filled in.", valueName: "file"))
  var from: String?

  @OptionGroup var signing: SigningOptions

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let name = try Settings.periodName(period)
    let found = try results(context)
    let vault = try global.open(context)
    let log = try ReviewLog(vault, name)
    Samples.warn(log, name)
    guard let (drawn, _) = log.draws.first(where: { $0.placed.leaf == draw }) else {
      throw CommandError(
        .usage, "leaf \(draw) of reviews/\(name) is no draw", hint: "'vault sample list \(name)' lists them")
    }
    let records = Set(drawn.records(workers: Parallel.coreCount))
    for result in found where !records.contains(UInt64(result.record)) {
      throw CommandError(.usage, "the draw at leaf \(draw) does not hold record \(result.record)")
    }
    let standing = log.results(ofDraw: draw)
    let new = found.filter { standing[$0.record]?.result != $0 }
    var commit: ReviewCommit.Result?
    if !new.isEmpty {
      commit = try ReviewCommit(
        vault: vault, period: name, signers: try signing.signers(vault, context),
        message: "\(counted(new.count, "result")) of the draw at leaf \(draw)", time: context.now()
      ).run(new.map { .result($0) })
    }
    report(new, found.count - new.count, commit, name, out)
    return .done
  }

  private func results(_ context: Context) throws -> [SampleResult] {
    guard let from else {
      guard let record, let outcome else {
        throw CommandError(
          .usage, "a result needs --record and --outcome", hint: "or --from WORKPAPER for many")
      }
      return [try Self.result(draw, record, outcome, try note.map { try Arguments.text($0, "--note") })]
    }
    guard record == nil, outcome == nil, note == nil else {
      throw CommandError(.usage, "--from takes records, outcomes and notes from the workpaper")
    }
    let rows = try Workpapers.read(context.absolute(from), context).rows.filter { !$0.outcome.isEmpty }
    guard !rows.isEmpty else {
      throw CommandError(.usage, "\(printable(from)) has no row with an outcome")
    }
    return try rows.map { row in
      guard let outcome = SampleResult.Outcome(rawValue: row.outcome) else {
        throw CommandError(
          .usage, "record \(row.record) has the outcome \"\(printable(row.outcome))\"",
          hint: "outcomes are pass, exception and not-applicable")
      }
      return try Self.result(draw, row.record, outcome, try Self.note(row))
    }
  }

  /// What a row says besides its outcome.
  private static func note(_ row: Workpaper.Row) throws -> String? {
    let by = [row.tester, row.date].filter { !$0.isEmpty }.joined(separator: ", ")
    let parts = [row.notes, by.isEmpty ? "" : "(\(by))"].filter { !$0.isEmpty }
    return parts.isEmpty ? nil : try Arguments.text(parts.joined(separator: " "), "a row's notes")
  }

  private static func result(
    _ draw: Int, _ record: Int, _ outcome: SampleResult.Outcome, _ note: String?
  ) throws -> SampleResult {
    guard draw >= 0, record >= 0 else { throw CommandError(.usage, "leaves and records are counted from 0") }
    guard outcome != .exception || note != nil else {
      throw CommandError(
        .usage, "record \(record): an exception needs a note", hint: "--note TEXT says what is wrong")
    }
    return SampleResult(draw: draw, record: record, outcome: outcome, note: note)
  }

  private func report(
    _ new: [SampleResult], _ unchanged: Int, _ commit: ReviewCommit.Result?, _ period: String, _ out: Output
  ) {
    if global.json {
      return out.json(
        .make([
          ("added", .integer(new.count)), ("commit", commit.map { .string($0.commit.description) }),
          ("period", .string(period)), ("sequence", commit.map { .integer($0.sequence) }),
          ("unchanged", .integer(unchanged)),
        ]))
    }
    if global.quiet { return }
    if let commit {
      out.line("[reviews/\(period) \(commit.sequence)] \(commit.commit.hex.prefix(12))")
      out.line("  \(counted(new.count, "result")) of the draw at leaf \(draw)")
    } else {
      out.line(
        "nothing to add: \(unchanged == 1 ? "the result stands" : "all \(unchanged) results stand") already")
    }
  }
}

extension SampleResult.Outcome: ExpressibleByArgument {}
