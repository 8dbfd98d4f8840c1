import ArgumentParser
import VaultAudit
import VaultCore

struct PeriodClose: Verb {
  static let configuration = CommandConfiguration(
    commandName: "close", abstract: "End the taking of evidence.",
    discussion: """
      Takes a key with the role manage. It cannot be taken back; late evidence goes to the next period with --concerns. \
      A closed period still takes waivers, repudiations and seals.

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The period.")
  var period: String

  @Option(help: ArgumentHelp("Why now.", valueName: "text"))
  var reason: String?

  @OptionGroup var signing: SigningOptions

  @Option(name: .shortAndLong, help: ArgumentHelp("The commit's message.", valueName: "text"))
  var message: String?

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let name = try Settings.periodName(period)
    let vault = try global.open(context)
    let (id, commit) = try PeriodCommits(
      vault: vault, period: name, signers: try signing.signers(vault, context),
      message: message ?? "close \(name)",
      time: context.now()
    ).close(reason: try reason.map { try Arguments.text($0, "--reason") })
    if global.json {
      out.json(
        .make([
          ("commit", .string(id.description)), ("period", .string(name)),
          ("sequence", .integer(commit.sequence)), ("state", .string("closed")),
        ]))
    } else if !global.quiet {
      out.line("closed \(name): it takes no more evidence  commit \(id.hex.prefix(12))")
    }
    return .done
  }
}
