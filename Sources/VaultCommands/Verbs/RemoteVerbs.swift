import ArgumentParser
import VaultAudit
import VaultCore
import VaultRemote
import VaultStore

struct RemoteGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remote", abstract: "Name the remotes of this copy of a vault.",
    subcommands: [RemoteAdd.self, RemoteList.self, RemoteRemove.self])
}

struct RemoteAdd: Verb {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Name a remote, or change which periods are fetched from it.",
    discussion: exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The name.")
  var name: String

  @Argument(help: "ssh://[USER@]HOST[:PORT]/PATH, [USER@]HOST:PATH, or a folder of this machine.")
  var address: String

  @Option(
    help: ArgumentHelp(
      "What is fetched where no period is named: only periods that match; may be given again.",
      valueName: "glob"))
  var period: [String] = []

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    guard RemoteName(name) != nil else {
      throw CommandError(
        .usage, "\"\(printable(name))\" is no name of a remote",
        hint: "lower-case letters, digits, '.' and '-', at most 64, beginning with a letter or digit")
    }
    _ = try RemoteURL(address)
    let folder = try global.open(context).folder
    var settings = try Configuration.load(context.files, root: folder.root)
    let whole = NamedRemote.absolute(address, context)
    let known = settings.remotes[name]
    if let known, known.address != whole {
      throw CommandError(
        .refused, "the remote \(name) is \(printable(known.address))",
        hint: "remove it first: vault remote remove \(name)")
    }
    try Fetching.check(period)
    settings.remotes[name] = Configuration.Remote(
      address: whole, periods: period.isEmpty ? known?.periods ?? [] : period)
    try settings.save(folder)
    if !global.quiet { out.line("\(name)  \(printable(whole))") }
    return .done
  }
}

struct RemoteList: Verb {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the remotes.", discussion: exitCodes)

  @OptionGroup var global: GlobalOptions

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let folder = try global.open(context).folder
    let remotes = try Configuration.load(context.files, root: folder.root).remotes.sorted { $0.key < $1.key }
    if global.json {
      out.json(
        .make([
          (
            "remotes",
            .array(
              remotes.map {
                .make([
                  ("address", .string($0.value.address)), ("name", .string($0.key)),
                  ("periods", .array($0.value.periods.map { .string($0) })),
                ])
              })
          )
        ]))
    } else {
      for (name, remote) in remotes {
        let periods = remote.periods.isEmpty ? "" : "  \(printable(remote.periods.joined(separator: " ")))"
        out.line("\(name)  \(printable(remote.address))\(periods)")
      }
    }
    return .done
  }
}

struct RemoteRemove: Verb {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Forget a remote; what was seen of its log is kept.",
    discussion: exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The name.")
  var name: String

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let folder = try global.open(context).folder
    var settings = try Configuration.load(context.files, root: folder.root)
    guard settings.remotes.removeValue(forKey: name) != nil else {
      throw CommandError(.usage, "there is no remote \(printable(name))")
    }
    try settings.save(folder)
    return .done
  }
}
