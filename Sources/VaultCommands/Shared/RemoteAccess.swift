import ArgumentParser
import Glibc
import VaultCore
import VaultRemote
import VaultSigning
import VaultStore

/// The option that chooses the SSH key.
struct IdentityOption: ParsableArguments {
  @Option(help: ArgumentHelp("The SSH key that opens the connection.", valueName: "file"))
  var identity: String?

  static let plainNames = PlainArguments.Names(options: ["--identity"])

  init() {}

  init(_ plain: PlainArguments) { identity = plain["--identity"] }
}

/// A remote as a user names it: by the name that this copy of the vault has for it, or by its address.
struct NamedRemote {
  /// The name under which its receipts are kept.
  let name: String
  let address: String
  /// The patterns of the periods that are fetched from it where none are named; all where there are none.
  let periods: [String]

  /// The remote called `given`, else by VAULT_REMOTE, else `origin`.
  init(_ given: String?, _ folder: VaultFolder, _ context: Context) throws {
    let text = given ?? context.variable("VAULT_REMOTE") ?? "origin"
    let remotes = try Configuration.load(context.files, root: folder.root).remotes
    if let known = remotes[text] {
      name = text
      address = known.address
      periods = known.periods
      return
    }
    guard RemoteName(text) == nil || text.contains("/") else {
      throw CommandError(
        .usage, "there is no remote \(text)",
        hint: remotes.isEmpty
          ? "add one with 'vault remote add \(text) ADDRESS'"
          : "the remotes are \(remotes.keys.sorted().joined(separator: ", "))")
    }
    let whole = Self.absolute(text, context)
    address = whole
    // What was seen of a remote without a name is kept under one that only its address has.
    let known = remotes.sorted { $0.key < $1.key }.first { $0.value.address == whole }
    name = known?.key ?? "at-" + ObjectID(of: Array(whole.utf8)).hex.prefix(16)
    periods = known?.value.periods ?? []
  }

  /// An address that means the same from every folder.
  static func absolute(_ text: String, _ context: Context) -> String {
    guard case .local(let path)? = try? RemoteURL(text) else { return text }
    return context.absolute(path)
  }
}

/// A remote that has said welcome.
struct RemoteAccess {
  let connection: Connection
  let welcome: Welcome

  var channel: Channel { connection.channel }

  /// Connects to the vault at `address`, which must be the vault `id` where that is given.
  ///
  /// `VAULT_SSH` names another program than ssh(1), which takes its arguments. It may ask on a terminal. Where `isFirst`,
  /// nothing was exchanged with the remote before, so that much may be moved.
  init(
    _ address: String, identity: String?, vault id: ObjectID?, isFirst: Bool, _ context: Context
  ) throws {
    let command: PeerCommand
    switch try RemoteURL(address) {
    case .ssh(let place):
      let plain = PeerCommand.ssh(
        place, program: context.variable("VAULT_SSH") ?? "ssh",
        identity: identity.map { context.absolute($0) }, mayPrompt: Keys.allowsPrompts(context))
      command =
        isFirst ? plain.preferringQuickCiphers(SpawningRunner(environment: context.environment)) : plain
    case .local(let path):
      command = try PeerCommand.local(context.absolute(path), executable: try Self.ownProgram())
    }
    connection = try Connection(
      command, environment: context.environment, timing: try Self.timing(context))
    welcome = try connection.channel.ask(
      Hello(path: command.path, vault: id, client: "vault \(VaultCommand.version)"), for: Welcome.self)
    if let id, welcome.vault != id {
      throw CommandError(.refused, "\(address) is the vault \(welcome.vault), not \(id)")
    }
  }

  /// Connects to a remote of a vault.
  init(_ named: NamedRemote, identity: String?, _ vault: VaultFolder, _ context: Context) throws {
    // What is wrong with the log's copy, is told by those who follow it.
    let seen = try? FollowedLog(vault, remote: named.name)
    try self.init(
      named.address, identity: identity, vault: vault.id, isFirst: seen?.checkpoint == nil, context)
  }

  /// How long the remote may be silent: VAULT_TIMEOUT, in seconds, or the protocol's own time.
  private static func timing(_ context: Context) throws -> Timing {
    guard let text = context.variable("VAULT_TIMEOUT") else { return Timing() }
    guard let timing = Int(text).flatMap({ Timing(seconds: $0) }) else {
      throw CommandError(.usage, "VAULT_TIMEOUT is a number of seconds from 1 to 60")
    }
    return timing
  }

  /// Says goodbye and waits for the remote's end.
  func end() throws {
    try channel.send(Bye())
    _ = try connection.end()
  }

  /// The file that this program runs from.
  private static func ownProgram() throws -> String {
    guard let path = realpath("/proc/self/exe", nil) else {
      throw CommandError(.environment, "this program's own file cannot be found")
    }
    defer { free(path) }
    return String(cString: path)
  }
}
