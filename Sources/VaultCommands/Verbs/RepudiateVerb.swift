import ArgumentParser
import VaultAudit
import VaultCore
import VaultStore

struct Repudiate: Verb {
  static let configuration = CommandConfiguration(
    abstract: "Say that the evidence of a commit does not count, and why.",
    discussion: """
      Takes a key with the role approve. Nothing is removed: the commit and its evidence stay, every listing leaves \
      them out and says so, and fsck discloses it. It cannot be taken back; evidence that counts after all is \
      committed anew with --supersede.

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The period.")
  var period: String

  @Option(
    help: ArgumentHelp(
      "The commit's id, or an unambiguous prefix of it; may be given again.", valueName: "id"))
  var commit: [String]

  @Option(help: ArgumentHelp("Why its evidence does not count.", valueName: "text"))
  var reason: String

  @OptionGroup var signing: SigningOptions

  @Option(name: .shortAndLong, help: ArgumentHelp("The commit's message.", valueName: "text"))
  var message: String?

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let name = try Settings.periodName(period)
    let reason = try Arguments.text(reason, "--reason")
    let vault = try global.open(context)
    let signers = try signing.signers(vault, context)
    let commits = try commit.map { text in
      let (reader, sequence) = try Lookup.commit(text, vault, in: [name])
      return try reader.commit(sequence).0
    }
    let result = try RepudiationCommit(
      vault: vault, period: name, signers: signers, message: message ?? Self.message(commits),
      time: context.now()
    ).run(commits, reason: reason)
    if global.json { out.json(json(result, name)) } else if !global.quiet { printText(result, name, out) }
    return .done
  }

  private static func message(_ commits: [ObjectID]) -> String {
    commits.count == 1
      ? "repudiate commit \(commits[0].hex.prefix(12))" : "repudiate \(commits.count) commits"
  }

  private func json(_ result: RepudiationCommit.Result, _ period: String) -> CanonicalValue {
    .make([
      ("commit", .string(result.commit.description)), ("period", .string(period)),
      ("sequence", .integer(result.sequence)),
      (
        "repudiated",
        .array(
          result.repudiated.map { line, entries in
            .make([
              ("commit", .string(line.commit.description)), ("sequence", .integer(line.sequence)),
              ("reason", .string(line.reason)), ("entries", .integer(entries)),
            ])
          })
      ),
    ])
  }

  private func printText(_ result: RepudiationCommit.Result, _ period: String, _ out: Output) {
    out.line("[\(period) \(result.sequence)] \(result.commit.hex.prefix(12))")
    for (line, entries) in result.repudiated {
      out.line(
        "  \(counted(entries, "entry", "entries")) of commit \(line.sequence), \(line.commit.hex.prefix(12)), "
          + "\(entries == 1 ? "does" : "do") not count any more")
    }
  }
}
