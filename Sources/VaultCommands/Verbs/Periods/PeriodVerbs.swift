import ArgumentParser
import VaultAudit
import VaultCore
import VaultStore

struct PeriodGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "period", abstract: "Open, amend, show, close and seal audit periods.",
    subcommands: [
      PeriodOpen.self, PeriodAmend.self, PeriodList.self, PeriodShow.self, PeriodClose.self, PeriodSeal.self,
    ])
}

struct PeriodOpen: Verb {
  static let configuration = CommandConfiguration(
    commandName: "open", abstract: "Open an audit period.",
    discussion: """
      The window is [from, to) in UTC. Snapshots that state no time of their own may still be collected in the days \
      of grace after its end.

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The period's name: lower-case letters, digits, '.' and '-'.")
  var name: String

  @Option(help: ArgumentHelp("The control framework, for example soc2.", valueName: "name"))
  var framework: String

  @Option(help: ArgumentHelp("The first day.", valueName: "date"))
  var from: String

  @Option(help: ArgumentHelp("The first day after the period.", valueName: "date"))
  var to: String

  @Option(
    help: ArgumentHelp("Days after the end in which snapshots may still be collected.", valueName: "days"))
  var graceDays: Int = PeriodOpenings.defaultGraceDays

  @Option(help: ArgumentHelp("A system in scope; may be given again.", valueName: "system"))
  var system: [String] = []

  @Option(help: ArgumentHelp("How many approvers must seal it.", valueName: "count"))
  var approvers: Int = PeriodOpening.defaultApprovers

  @Option(
    help: ArgumentHelp(
      "What is collected again and again: a JSON list, as docs/periods.md describes it.", valueName: "file"))
  var expect: String?

  @Option(help: ArgumentHelp("The period before.", valueName: "period"))
  var predecessor: String?

  @OptionGroup var signing: SigningOptions

  @Option(name: .shortAndLong, help: ArgumentHelp("The commit's message.", valueName: "text"))
  var message: String?

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let vault = try global.open(context)
    let opening = PeriodOpening(
      period: try Settings.periodName(name),
      framework: try Arguments.text(framework, "--framework", limit: 64),
      from: try Arguments.bound(from, "--from"), to: try Arguments.bound(to, "--to"), graceDays: graceDays,
      approvers: approvers, systems: system)
    guard (1...64).contains(approvers) else { throw CommandError(.usage, "--approvers must be 1 to 64") }
    let expectations = try expect.map { try Expectations.read($0, context) } ?? []
    guard opening.from < opening.to else { throw CommandError(.usage, "--to is not after --from") }
    guard (0...3660).contains(graceDays) else { throw CommandError(.usage, "--grace-days must be 0 to 3660") }
    let (id, commit) = try PeriodOpenings.open(
      vault, opening, predecessor: predecessor, expectations: expectations,
      signers: try signing.signers(vault, context),
      time: context.now(),
      message: message ?? "open \(name)")
    if global.json {
      out.json(
        .make([
          ("commit", .string(id.description)), ("period", .string(name)),
          ("sequence", .integer(commit.sequence)),
        ]))
    } else if !global.quiet {
      out.line("opened \(name): \(opening.from) to \(opening.to)  commit \(id.hex.prefix(12))")
    }
    return .done
  }
}

struct PeriodList: Verb {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the periods.", discussion: exitCodes)

  @OptionGroup var global: GlobalOptions

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let vault = try global.open(context)
    var array = global.json ? JSONArrayOutput(out) : nil
    for name in try vault.folder.periods() {
      let reader = try vault.period(name)
      let opening = try reader.opening()
      if array != nil {
        array?.element(try PeriodShow.json(opening, reader, Standing(vault, reader)))
      } else {
        out.line(
          "\(Rendering.column(name, 24)) \(Rendering.column(reader.index.progress.state.rawValue, 6))  \(opening.framework)  \(opening.from) to \(opening.to)  \(counted(reader.index.sequence, "commit"))"
        )
      }
    }
    array?.end()
    return .done
  }
}

struct PeriodShow: Verb {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a period.", discussion: exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The period's name (VAULT_PERIOD).")
  var name: String?

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let vault = try global.open(context)
    let reader = try vault.period(try Settings.period(name, global, context))
    let opening = try reader.opening()
    let standing = Standing(vault, reader)
    defer { Notes.warn(standing.rejected) }
    if global.json {
      out.json(try Self.json(opening, reader, standing))
      return .done
    }
    out.line("period     \(opening.period)")
    out.line("state      \(Self.state(reader))")
    out.line("framework  \(printable(opening.framework))")
    out.line("window     \(opening.from) to \(opening.to), \(counted(opening.graceDays, "day")) of grace")
    if !opening.systems.isEmpty {
      out.line("systems    \(printable(opening.systems.joined(separator: ", ")))")
    }
    out.line("approvers  \(opening.approvers) must seal it")
    for expectation in try reader.expectations() { out.line("expects    \(Expectations.text(expectation))") }
    if let before = opening.predecessor { out.line("follows    \(before.period)") }
    out.line("commits    \(reader.index.sequence), \(counted(reader.index.count, "line"))")
    let counts = try standing.counts()
    let repudiated = counts.repudiated == 0 ? "" : ", and \(counts.repudiated) repudiated"
    out.line("entries    \(counts.standing)\(repudiated)")
    if let (id, tip) = try reader.tip() { out.line("tip        \(id)  root \(tip.root)") }
    return .done
  }

  /// The state, and how many approvers have begun to seal.
  private static func state(_ reader: RefReader) -> String {
    let progress = reader.index.progress
    guard let run = progress.run else { return progress.state.rawValue }
    return
      "\(progress.state.rawValue), \(run.signers.count) of \(counted(progress.approvers, "approver")) signed "
      + "the seal \(run.document.hex.prefix(12))"
  }

  static func json(
    _ opening: PeriodOpening, _ reader: RefReader, _ standing: Standing
  ) throws -> CanonicalValue {
    guard case .object(let members) = opening.value else { return opening.value }
    var named: [(String, CanonicalValue?)] = members.filter { $0.name != "type" && $0.name != "approvers" }
      .map { ($0.name, $0.value) }
    named.append(("state", .string(reader.index.progress.state.rawValue)))
    named.append(("approvers", .integer(opening.approvers)))
    named.append(
      (
        "seal",
        reader.index.progress.run.map { run in
          .make([
            ("document", .string(run.document.description)),
            ("signers", .array(run.signers.map { .string($0) })),
          ])
        }
      ))
    let expectations = try reader.expectations()
    named.append(
      ("expectations", expectations.isEmpty ? nil : .array(expectations.map(Expectations.json))))
    named.append(("commits", .integer(reader.index.sequence)))
    named.append(("lines", .integer(Int(reader.index.count))))
    let counts = try standing.counts()
    named.append(("entries", .integer(counts.standing)))
    named.append(("repudiatedEntries", .integer(counts.repudiated)))
    named.append(("tip", reader.index.tip.map { .string($0.description) }))
    return .make(named)
  }
}
