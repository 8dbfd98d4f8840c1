import Glibc
import VaultFiles

/// The program that leads to a remote, and the path that it is asked for.
public struct PeerCommand: Hashable, Sendable {
  /// A path, or a name that is looked up in the search path.
  public let program: String
  public let arguments: [String]
  /// The vault, below the server's root.
  public let path: String
  /// Whom to name when it fails.
  public let place: String
  /// Whether the program is ssh(1), which tells failures of the connection by its exit status.
  public let isSSH: Bool

  /// ssh(1) with the user's own configuration, agent and known hosts.
  ///
  /// What nothing here needs and a remote could misuse is off: a terminal, the agent's and X11's forwarding, and
  /// forwardings of the configuration. With `mayPrompt` ssh asks on the terminal; without, whatever it would ask
  /// fails. `identity` is a private key's file, and then the only key that is offered.
  public static func ssh(
    _ place: RemoteURL.SSHPlace, program: String = "ssh", identity: String? = nil, mayPrompt: Bool
  ) -> PeerCommand {
    var arguments = ["-T", "-a", "-x", "-o", "ClearAllForwardings=yes"]
    if !mayPrompt { arguments += ["-o", "BatchMode=yes"] }
    if let port = place.port { arguments += ["-p", String(port)] }
    if let identity { arguments += ["-i", identity, "-o", "IdentitiesOnly=yes"] }
    let destination = place.user.map { "\($0)@\(place.host)" } ?? place.host
    arguments += ["--", destination, "vault serve"]
    return PeerCommand(
      program: program, arguments: arguments, path: place.path, place: destination, isSSH: true)
  }

  /// The vault's own program, serving the folder that holds the vault at `path`, whose links are followed here since
  /// the server follows none.
  ///
  /// Throws `notConnected` where nothing stands there.
  public static func local(_ path: String, executable: String) throws(TransportError) -> PeerCommand {
    guard let resolved = realpath(path, nil) else {
      throw TransportError(.notConnected, "there is no vault at \(path)")
    }
    defer { free(resolved) }
    guard let absolute = String(validatingCString: resolved), absolute != "/" else {
      throw TransportError(.badAddress, "a vault's path is a folder's, in UTF-8")
    }
    let folder = Paths.parent(absolute)
    let name = String(absolute.dropFirst(folder == "/" ? 1 : folder.count + 1))
    return PeerCommand(
      program: executable,
      arguments: ["serve", "--root", folder, "--allow", "push", "--allow", "fetch", "--as", "local"],
      path: name, place: path, isSSH: false)
  }

  public init(program: String, arguments: [String], path: String, place: String, isSSH: Bool) {
    self.program = program
    self.arguments = arguments
    self.path = path
    self.place = place
    self.isSSH = isSSH
  }
}
