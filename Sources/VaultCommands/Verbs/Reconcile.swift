import ArgumentParser
import VaultAudit
import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

struct Reconcile: Verb {
  static let configuration = CommandConfiguration(
    abstract: "Hold two populations against each other by a key.",
    discussion: """
      --on /a=/b makes the value at /a of the left and at /b of the right the key, and may be given again; --on /a means \
      the same place on both sides. Keys are typed: "17" is not 17, and 17.0 is. --compare says what must be equal too. \
      Exit code 1 where a record has no counterpart, or differs.

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("The one population, PERIOD:PATH.", valueName: "left"))
  var left: String

  @Argument(help: ArgumentHelp("The other, PERIOD:PATH.", valueName: "right"))
  var right: String

  @Option(help: ArgumentHelp("The key, as JSON Pointers; may be given again.", valueName: "/a=/b"))
  var on: [String]

  @Option(help: ArgumentHelp("What must be equal besides; may be given again.", valueName: "/x=/y"))
  var compare: [String] = []

  @Flag(help: "Put the result and its report into the period's reviews.")
  var commit = false

  @Option(
    name: .customLong("out"), help: ArgumentHelp("Write the report to this new file.", valueName: "file"))
  var reportFile: String?

  @OptionGroup var signing: SigningOptions

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let on = try on.map { try Self.pair($0, "--on") }
    let compare = try compare.map { try Self.pair($0, "--compare") }
    guard (1...16).contains(on.count), compare.count <= 64 else {
      throw CommandError(.usage, "--on is given 1 to 16 times, --compare at most 64 times")
    }
    let vault = try global.open(context)
    let sides = try [left, right].map { try Samples.population($0, vault, global, context) }
    let period = sides[0].reader.index.ref.period
    guard !commit || sides[1].reader.index.ref.period == period else {
      throw CommandError(
        .usage, "--commit needs two populations of one period", hint: "reviews speak about one period")
    }
    let code = try Scratch.with(context) { scratch in
      let outcome = try ReconciliationRun(
        on: on, compare: compare, files: context.files, scratch: scratch, workers: Parallel.coreCount
      ).run(try Self.side(sides[0]), try Self.side(sides[1]))
      let committed = try commit ? self.commit(outcome, sides, on, compare, vault, period, context) : nil
      if let reportFile { try write(outcome.report, to: reportFile, context) }
      try report(outcome, sides, committed, out)
      return outcome.open == 0 ? ExitCode.done : .findings
    }
    return code
  }

  private static func side(_ population: ReviewedPopulation) throws -> ReconciliationRun.Side {
    ReconciliationRun.Side(
      try StoredPopulation(population.reader, population.entry), population.reference)
  }

  /// `/a=/b`, or `/a` for both sides.
  private static func pair(_ text: String, _ option: String) throws -> Reconciliation.FieldPair {
    let parts = text.split(separator: "=/", maxSplits: 1, omittingEmptySubsequences: false)
    let pair = Reconciliation.FieldPair(
      left: String(parts[0]), right: parts.count == 2 ? "/" + parts[1] : String(parts[0]))
    guard [pair.left, pair.right].allSatisfy({ Population.isPointer($0) && $0.utf8.count <= 1024 }) else {
      throw CommandError(
        .usage, "\(option) \(printable(text)) is no pair of JSON Pointers",
        hint: "write it like /change_id=/id")
    }
    return pair
  }

  private func commit(
    _ outcome: ReconciliationRun.Outcome, _ sides: [ReviewedPopulation], _ on: [Reconciliation.FieldPair],
    _ compare: [Reconciliation.FieldPair], _ vault: OpenVault, _ period: String, _ context: Context
  ) throws -> ReviewCommit.Result {
    try ReviewCommit(
      vault: vault, period: period, signers: try signing.signers(vault, context),
      message: "reconcile \(sides[0].reference.path) with \(sides[1].reference.path)", time: context.now()
    ).run(
      outcome, left: sides[0].reference, right: sides[1].reference, on: on, compare: compare,
      workers: Parallel.coreCount
    ).result
  }

  private func write(_ report: String, to file: String, _ context: Context) throws {
    let source = try SharedFile(context.files, path: report)
    let target = try File(context.files, path: context.absolute(file), mode: .createNew)
    var at: Int64 = 0
    while case let piece = try source.readFully(at: at, count: 1 << 20), !piece.isEmpty {
      try target.writeAll(piece)
      at += Int64(piece.count)
    }
  }

  private func report(
    _ outcome: ReconciliationRun.Outcome, _ sides: [ReviewedPopulation], _ committed: ReviewCommit.Result?,
    _ out: Output
  ) throws {
    if global.json {
      return out.json(
        .make([
          ("commit", committed.map { .string($0.commit.description) }),
          ("differing", .integer(outcome.differing)),
          (
            "duplicates",
            .make([("left", .integer(outcome.duplicateLeft)), ("right", .integer(outcome.duplicateRight))])
          ), ("findings", .array(outcome.first.map(\.value))),
          (
            "keysMissing",
            .make([("left", .integer(outcome.missingLeft)), ("right", .integer(outcome.missingRight))])
          ), ("leaf", committed.map { .integer($0.firstLeaf) }), ("left", sides[0].reference.value),
          ("matched", .integer(outcome.matched)), ("onlyLeft", .integer(outcome.onlyLeft)),
          ("onlyRight", .integer(outcome.onlyRight)), ("right", sides[1].reference.value),
        ]))
    }
    if global.quiet { return }
    out.line("matched     \(counted(outcome.matched, "key"))")
    out.line("only left   \(outcome.onlyLeft)\(Self.missing(outcome.missingLeft))")
    out.line("only right  \(outcome.onlyRight)\(Self.missing(outcome.missingRight))")
    if !compare.isEmpty { out.line("differing   \(outcome.differing)") }
    if outcome.duplicateLeft + outcome.duplicateRight > 0 {
      out.line("duplicates  \(counted(outcome.duplicateLeft, "key")) left, \(outcome.duplicateRight) right")
    }
    try printFindings(outcome, sides, out)
    if let committed {
      out.line(
        "[\(sides[0].reader.index.ref.period) reviews \(committed.sequence)] \(committed.commit.hex.prefix(12))"
      )
    }
  }

  private static func missing(_ count: Int) -> String {
    count == 0 ? "" : ", \(count) of them without a key"
  }

  /// The first findings, each with the key that it is about.
  private func printFindings(
    _ outcome: ReconciliationRun.Outcome, _ sides: [ReviewedPopulation], _ out: Output
  ) throws {
    for finding in outcome.first {
      let records = [finding.left.map { "left \($0)" }, finding.right.map { "right \($0)" }].compactMap { $0 }
      let count = finding.count.map { ", \($0) records" } ?? ""
      out.line("  \(finding.outcome.rawValue)  \(records.joined(separator: ", "))\(count)")
    }
    let all =
      outcome.open + outcome.duplicateLeft + outcome.duplicateRight
    if all > outcome.first.count { out.line("  … the report has all of them: --out FILE") }
  }
}
