import ArgumentParser
import Glibc
import VaultCore
import VaultRemote

/// The option that chooses the SSH key.
struct IdentityOption: ParsableArguments {
  @Option(help: ArgumentHelp("The SSH key that opens the connection.", valueName: "file"))
  var identity: String?

  static let plainNames = PlainArguments.Names(options: ["--identity"])

  init() {}

  init(_ plain: PlainArguments) { identity = plain["--identity"] }
}

/// A remote that has said welcome.
struct RemoteAccess {
  let connection: Connection
  let welcome: Welcome

  var channel: Channel { connection.channel }

  /// Connects to the vault at `address`, which must be the vault `id` where that is given.
  ///
  /// `VAULT_SSH` names another program than ssh(1), which takes its arguments. It may ask on a terminal.
  init(_ address: String, identity: String?, vault id: ObjectID?, _ context: Context) throws {
    let command: PeerCommand
    switch try RemoteURL(address) {
    case .ssh(let place):
      command = PeerCommand.ssh(
        place, program: context.variable("VAULT_SSH") ?? "ssh",
        identity: identity.map { context.absolute($0) }, mayPrompt: Keys.allowsPrompts(context))
    case .local(let path):
      command = try PeerCommand.local(context.absolute(path), executable: try Self.ownProgram())
    }
    connection = try Connection(command, environment: context.environment)
    welcome = try connection.channel.ask(
      Hello(path: command.path, vault: id, client: "vault \(VaultCommand.version)"), for: Welcome.self)
    if let id, welcome.vault != id {
      throw CommandError(.refused, "\(address) is the vault \(welcome.vault), not \(id)")
    }
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
