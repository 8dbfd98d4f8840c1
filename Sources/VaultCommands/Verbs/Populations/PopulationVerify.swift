import ArgumentParser
import VaultAudit
import VaultCore

struct PopulationVerify: Verb {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Make everything that is said of a population again, from its records.",
    discussion: exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("PERIOD:PATH", valueName: "what"))
  var what: String

  @OptionGroup var revision: RevisionOptions

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let vault = try global.open(context)
    let found = try Lookup.population(what, revision, vault, global, context)
    let checks = try PopulationVerification.run(vault, found.reader, found.record)
    let isSound = checks.allSatisfy(\.isSound)
    if global.json {
      let rendered = checks.map { check in
        CanonicalValue.make([
          ("name", .string(check.name)), ("sound", .bool(check.isSound)),
          ("reason", check.flaw.map { .string($0) }),
        ])
      }
      out.json(
        .make([
          ("path", .string(found.entry.path.text)), ("checks", .array(rendered)), ("sound", .bool(isSound)),
        ]))
    } else if !global.quiet {
      for check in checks {
        out.line(
          "\(Rendering.column(check.name, 16)) \(check.flaw.map { "DIFFERS: \(printable($0))" } ?? "same")")
      }
    }
    return isSound ? .done : .findings
  }
}
