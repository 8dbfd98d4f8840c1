import ArgumentParser
import VaultAudit
import VaultCore
import VaultStore

struct PopulationList: Verb {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the populations of a period that stand, or one of them.",
    discussion: exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(
    help: ArgumentHelp("PERIOD (VAULT_PERIOD), or PERIOD:PATH for one population.", valueName: "what"))
  var what: String?

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let vault = try global.open(context)
    if let what, what.contains(":") || what.contains("/") {
      let found = try Lookup.population(what, .newest, vault, global, context)
      var rows = PopulationRows(vault, found.reader, global, out)
      try rows.add(found.entry, found.population, sequence: found.record.sequence)
      rows.end()
      return .done
    }
    let reader = try vault.period(try Settings.period(what, global, context))
    let listing = try Listing(vault, reader, folder: nil, all: false)
    var rows = PopulationRows(vault, reader, global, out)
    let leftOut = try listing.forEachEntry { record, entry, _ in
      guard let population = entry.population else { return }
      try rows.add(entry, population, sequence: record.sequence)
    }
    rows.end()
    leftOut.tell(
      listing.standing, how: "'vault ls --all' shows \(leftOut.count == 1 ? "it" : "them")", global)
    return .done
  }
}

/// The answer of ``PopulationList``, a population at a time.
private struct PopulationRows {
  private let out: Output
  private var standings: PopulationStandings
  private var array: JSONArrayOutput?

  init(_ vault: OpenVault, _ reader: RefReader, _ global: GlobalOptions, _ out: Output) {
    self.out = out
    standings = PopulationStandings(vault, reader)
    array = global.json ? JSONArrayOutput(out) : nil
  }

  mutating func add(_ entry: Entry, _ population: Population, sequence: Int) throws {
    let standing = try standings.standing(of: population, entry, sequence: sequence)
    guard array == nil else {
      array?.element(.make(PopulationRendering.json(entry, population, standing)))
      return
    }
    let source = population.source.map { " of \($0.count) \($0.grade.rawValue)" } ?? ""
    out.line(
      "\(Rendering.column("\(population.count)\(source)", 24)) \(printable(entry.path.text))"
        + "\(entry.revision > 1 ? "  r\(entry.revision)" : "")"
        + PopulationRendering.note(standing))
  }

  func end() {
    array?.end()
    Notes.warn(waivers: standings.rejectedWaivers)
  }
}
