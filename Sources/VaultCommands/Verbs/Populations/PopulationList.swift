import ArgumentParser
import VaultAudit
import VaultCore
import VaultStore

struct PopulationList: Verb {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the populations of a period that stand.", discussion: exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The period (VAULT_PERIOD).")
  var period: String?

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let vault = try global.open(context)
    let reader = try vault.period(try Settings.period(period, global, context))
    let listing = try Listing(vault, reader, folder: nil, all: false)
    var array = global.json ? JSONArrayOutput(out) : nil
    let leftOut = try listing.forEachEntry { record, entry, _ in
      guard let population = entry.population else { return }
      let standing = try PopulationStanding(population, vault, reader, sequence: record.sequence)
      if array != nil {
        array?.element(.make(PopulationRendering.json(entry, population, standing)))
      } else {
        let source = population.source.map { " of \($0.count) \($0.grade.rawValue)" } ?? ""
        out.line(
          "\(Rendering.column("\(population.count)\(source)", 24)) \(printable(entry.path.text))"
            + "\(entry.revision > 1 ? "  r\(entry.revision)" : "")"
            + "\(standing == .complete ? "" : "  " + PopulationRendering.text(standing))")
      }
    }
    array?.end()
    leftOut.tell(
      listing.standing, how: "'vault ls --all' shows \(leftOut.count == 1 ? "it" : "them")", global)
    return .done
  }
}
