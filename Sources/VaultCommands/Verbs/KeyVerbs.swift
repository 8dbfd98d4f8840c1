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
      In the order in which they are taken: --key, VAULT_KEY. Keys of the agent are listed, but never taken unasked: \
      name their public key file. In a vault it is also said what the newest trust document lets each do.

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions
  @OptionGroup var signing: SigningOptions

  @Option(
    help: ArgumentHelp("Say whether the key may write to this period (VAULT_PERIOD).", valueName: "period"))
  var period: String?

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let inspection = KeyInspection(signing, context)
    let candidates = inspection.candidates()
    let trust = try KeyTrust(global, try periodName(context), context)
    let report = KeyReport(
      candidates: candidates, signing: inspection.signing(candidates).count,
      whyNot: inspection.whyNot(candidates), agentProblem: inspection.agentProblem, trust: trust)
    if global.json { out.json(report.json) } else { report.print(out) }
    return .done
  }

  private func periodName(_ context: Context) throws -> String? {
    guard period != nil || context.environment["VAULT_PERIOD"]?.isEmpty == false else { return nil }
    return try Settings.period(period, context)
  }
}
