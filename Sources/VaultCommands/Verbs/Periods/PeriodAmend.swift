import ArgumentParser
import VaultAudit
import VaultCore

struct PeriodAmend: Verb {
  static let configuration = CommandConfiguration(
    commandName: "amend", abstract: "Add, change or withdraw what a period expects.",
    discussion: """
      The file is one as 'period open --expect' takes: a series that is not expected yet is added, one that differs is \
      changed, one with "withdrawn": true is withdrawn. Series that the file does not name stay as they are. Takes \
      a key with the role manage, or a root key.

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The period.")
  var period: String

  @Option(help: ArgumentHelp("What is expected: a JSON list.", valueName: "file"))
  var expect: String

  @Option(help: ArgumentHelp("Why.", valueName: "text"))
  var reason: String

  @OptionGroup var signing: SigningOptions

  @Option(name: .shortAndLong, help: ArgumentHelp("The commit's message.", valueName: "text"))
  var message: String?

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let name = try Settings.periodName(period)
    let reason = try Arguments.text(reason, "--reason")
    let wanted = try Expectations.read(expect, reason: reason, context)
    let vault = try global.open(context)
    let result = try ExpectationChange(
      vault: vault, period: name, signers: try signing.signers(vault, context),
      message: message ?? "amend what \(name) expects", time: context.now()
    ).run(wanted)
    if global.json {
      let changes = result.changes.map { kind, one in
        CanonicalValue.make([("change", .string(kind.rawValue)), ("expectation", Expectations.json(one))])
      }
      out.json(
        .make([
          ("commit", .string(result.commit.description)), ("period", .string(name)),
          ("sequence", .integer(result.sequence)), ("changes", .array(changes)),
        ]))
    } else if !global.quiet {
      out.line("[\(name) \(result.sequence)] \(result.commit.hex.prefix(12))")
      for (kind, one) in result.changes { out.line("  \(kind.rawValue)  \(Expectations.text(one))") }
    }
    return .done
  }
}
