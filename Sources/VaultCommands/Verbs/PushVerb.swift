import ArgumentParser
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

  @OptionGroup var ssh: IdentityOption

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let vault = try global.open(context)
    let refs = try refs(vault)
    let address = remote ?? context.variable("VAULT_REMOTE") ?? "origin"
    let access = try RemoteAccess(address, identity: ssh.identity, vault: vault.folder.id, context)
    let results = try Pushing(access.channel, vault, access.welcome).push(refs)
    try access.end()
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
