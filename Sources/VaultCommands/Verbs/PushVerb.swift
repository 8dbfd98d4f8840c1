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

  static let plainNames =
    GlobalOptions.plainNames + IdentityOption.plainNames + PlainArguments.Names(repeated: ["--period"])

  init() {}

  /// The verb of a command line after its name, or nothing if the parser has to look at it.
  init?(plain arguments: some Sequence<String>) {
    guard let plain = PlainArguments(arguments, Self.plainNames), plain.operands.count <= 1 else {
      return nil
    }
    global = GlobalOptions(plain)
    remote = plain.operands.first
    period = plain.all("--period")
    ssh = IdentityOption(plain)
  }

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    // ssh takes its time, in which the vault's trust is verified.
    let (vault, (named, access)) = try global.open(context) { folder in
      let named = try NamedRemote(remote, folder, context)
      return (named, try RemoteAccess(named, identity: ssh.identity, folder, context))
    }
    let refs = try refs(vault)
    let pushing = try Pushing(access.channel, vault, access.welcome, remote: named.name)
    var results: [Pushing.Result] = []
    do {
      try push(pushing, refs, into: &results, context)
    } catch {
      // What was accepted stays accepted.
      if results.contains(where: { $0.pushed > 0 }) { report(results, out) }
      throw error
    }
    try access.end()
    report(results, out)
    return .done
  }

  private func push(
    _ pushing: Pushing, _ refs: [RefName], into results: inout [Pushing.Result], _ context: Context
  ) throws {
    guard context.showsProgress else { return try pushing.push(refs, into: &results) }
    var progress = TransferProgress("pushing", context)
    defer { progress.end() }
    try pushing.push(refs, into: &results) { progress.moved($0, left: $1) }
  }

  private func report(_ results: [Pushing.Result], _ out: Output) {
    if global.json {
      let list = results.map { result in
        CanonicalValue.make([
          ("bytes", .integer(Int(result.bytes))), ("pushed", .integer(result.pushed)),
          ("receipt", result.receipt?.receipt.value), ("ref", .string(result.ref.description)),
          ("sequence", .integer(result.sequence)),
        ])
      }
      return out.json(.make([("refs", .array(list))]))
    }
    if global.quiet { return }
    let moved = results.filter { $0.pushed > 0 }
    if moved.isEmpty { out.line("nothing to push: the remote has all of it") }
    for result in moved.isEmpty ? results.filter({ $0.receipt != nil }) : moved {
      let what =
        result.ref == .trust ? counted(result.pushed, "trust document") : counted(result.pushed, "commit")
      out.line(
        moved.isEmpty
          ? "\(result.ref)  at \(result.receipt?.leaf.number ?? result.sequence)"
          : "\(result.ref)  \(what), \(Rendering.bytes(UInt64(result.bytes))), now at \(result.sequence)")
      if let receipt = result.receipt {
        out.line("  received \(receipt.leaf.received), leaf \(receipt.receipt.index)")
      }
    }
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
