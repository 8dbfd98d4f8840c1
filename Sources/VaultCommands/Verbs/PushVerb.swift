import ArgumentParser
import Glibc
import VaultAudit
import VaultCore
import VaultFiles
import VaultRemote
import VaultStore

struct PushVerb: Verb {
  static let configuration = CommandConfiguration(
    commandName: "push", abstract: "Bring a remote what it lacks of this vault, and keep its receipts.",
    discussion: exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The remote's name or address (VAULT_REMOTE; else origin).")
  var remote: String?

  @Option(help: ArgumentHelp("Only this period; may be given again.", valueName: "period"))
  var period: [String] = []

  @Option(help: ArgumentHelp("The SSH key that opens the connection.", valueName: "file"))
  var identity: String?

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let vault = try global.open(context)
    let refs = try refs(vault)
    let url = try RemoteURL(remote ?? "origin")
    guard case .local(let path) = url else { throw CommandError(.usage, "ssh later") }
    let command = try PeerCommand.local(context.absolute(path), executable: "/proc/self/exe")
    let connection = try Connection(command, environment: context.environment)
    let welcome = try connection.channel.ask(
      Hello(path: command.path, vault: vault.folder.id, client: "vault \(VaultCommand.version)"),
      for: Welcome.self)
    let results = try Pushing(connection.channel, vault, welcome).push(refs)
    try connection.channel.send(Bye())
    _ = try connection.end()
    for result in results {
      out.line("\(result.ref): \(result.pushed) pushed, \(result.sequence) there, \(result.bytes) bytes")
      if let receipt = result.receipt {
        out.line("  received \(receipt.leaf.received), leaf \(receipt.receipt.index)")
      }
    }
    return .done
  }

  /// The refs to push: of the periods named, or of all.
  private func refs(_ vault: OpenVault) throws -> [RefName] {
    let names = try period.isEmpty ? vault.folder.periods() : period.map { try Settings.periodName($0) }
    var out: [RefName] = []
    for name in names {
      for ref in [RefName.period(name), .reviews(name)]
      where try vault.folder.files.exists(vault.folder.refFile(ref)) {
        out.append(ref)
      }
    }
    return out
  }
}
