import ArgumentParser
import VaultAudit
import VaultCore

struct Waive: Verb {
  static let configuration = CommandConfiguration(
    abstract: "Accept that something is missing or wrong in a period, and say why.",
    discussion: """
      Takes a key with the role approve, and the keys of findings as 'vault coverage' prints them. What is waived stays \
      to be seen: coverage, fsck and the period's seal name it.

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The period.")
  var period: String

  @Argument(help: ArgumentHelp("The key of a finding, NAME:SUBJECT.", valueName: "finding"))
  var finding: [String]

  @Option(help: ArgumentHelp("Why the period may be sealed all the same.", valueName: "text"))
  var reason: String

  @OptionGroup var signing: SigningOptions

  @Option(name: .shortAndLong, help: ArgumentHelp("The commit's message.", valueName: "text"))
  var message: String?

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let name = try Settings.periodName(period)
    let reason = try Arguments.text(reason, "--reason")
    let vault = try global.open(context)
    let (id, commit) = try PeriodCommits(
      vault: vault, period: name, signers: try signing.signers(vault, context),
      message: message ?? "waive \(counted(finding.count, "finding"))", time: context.now()
    ).waive(finding, reason: reason)
    if global.json {
      out.json(
        .make([
          ("commit", .string(id.description)), ("period", .string(name)),
          ("sequence", .integer(commit.sequence)), ("waived", .array(finding.map { .string($0) })),
        ]))
    } else if !global.quiet {
      out.line("[\(name) \(commit.sequence)] \(id.hex.prefix(12))")
      for key in finding { out.line("  waived \(printable(key))") }
    }
    return .done
  }
}
