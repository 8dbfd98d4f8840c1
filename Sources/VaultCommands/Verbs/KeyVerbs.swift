import ArgumentParser
import VaultCore

struct KeyGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "Show which keys would sign.", subcommands: [KeyList.self])
}

struct KeyList: Verb {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the keys that might sign here, and say which one would.",
    discussion: """
      In the order in which they are taken: --key, VAULT_KEY, the vault's configuration, the agent. The first that \
      names a key decides, also where that key cannot sign. Of the agent's keys the one signs that the newest trust \
      document knows and has not revoked; where it holds several of them, name the public key file of one. In a \
      vault it is also said what that document lets each key do.

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions
  @OptionGroup var signing: SigningOptions

  @Option(
    help: ArgumentHelp("Say whether the key may write to this period (VAULT_PERIOD).", valueName: "period"))
  var period: String?

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let inspection = KeyInspection(signing, context) { try global.configuration(context) }
    let period = try Settings.optionalPeriod(period, global, context)
    let report = inspection.report(try KeyTrust.find(global, period, context))
    if global.json { out.json(report.json) } else { report.print(out) }
    return .done
  }
}
