import ArgumentParser
import VaultAudit
import VaultCore
import VaultStore

struct PopulationShow: Verb {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show what is known of a population's completeness.", discussion: exitCodes
  )

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("PERIOD:PATH", valueName: "what"))
  var what: String

  @OptionGroup var revision: RevisionOptions

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let vault = try global.open(context)
    let found = try Lookup.population(what, revision, vault, global, context)
    let (entry, population) = (found.entry, found.population)
    let commit = try VerifiedCommit(vault, found.reader, sequence: found.record.sequence)
    var standings = PopulationStandings(vault, found.reader)
    let standing = try standings.standing(of: population, entry, sequence: found.record.sequence)
    Notes.warn(waivers: standings.rejectedWaivers)
    if global.json {
      out.json(
        .make(
          PopulationRendering.json(entry, population, standing) + [
            ("leaf", .integer(Int(found.record.leaf))), ("commit", .string(commit.id.description)),
            ("author", .string(commit.authorName)),
          ]))
    } else {
      text(entry, population, standing, commit, out)
    }
    return .done
  }

  private func text(
    _ entry: Entry, _ population: Population, _ standing: PopulationStanding, _ commit: VerifiedCommit,
    _ out: Output
  ) {
    out.line("path        \(printable(entry.path.text))  (revision \(entry.revision))")
    out.line("object      \(entry.object)  \(entry.size) bytes")
    out.line("records     \(population.count)")
    out.line("root        \(population.root)")
    if let source = population.source {
      out.line("source      says \(source.count) (\(source.grade.rawValue))")
    }
    let fields = [
      ("id", population.idField), ("sequence", population.sequenceField), ("time", population.timeField),
    ]
    for (name, field) in fields {
      if let field { out.line("\(Rendering.column(name, 11)) \(printable(field))") }
    }
    if let cut = population.cut { out.line("cut from    \(cut.object)  (\(cut.format.rawValue))") }
    for finding in population.findings { out.line("finding     \(finding.name)  \(finding.count)") }
    for allowance in population.allowances {
      out.line("allowed     \(allowance.finding): \(printable(allowance.reason))")
    }
    if let incomplete = population.incomplete { out.line("incomplete  \(printable(incomplete))") }
    out.line("commit      \(commit.id)  by \(commit.authorName)")
    out.line("standing    \(PopulationRendering.text(standing))")
  }
}
