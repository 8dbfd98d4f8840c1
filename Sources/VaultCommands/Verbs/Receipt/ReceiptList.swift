import ArgumentParser
import VaultAudit
import VaultCore
import VaultRemote
import VaultSigning
import VaultStore

struct ReceiptList: Verb {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List what remotes accepted, and when.",
    discussion: """
      For each remote, in the order of its log: the leaf, when it was received, the ref and number, and the id. A commit \
      without a receipt of its own was received no later than the next one of its ref that has one.

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions

  @OptionGroup var options: ReceiptOptions

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let vault = try global.open(context)
    let keys = try vault.newestTrust().logKeys
    var array = global.json ? JSONArrayOutput(out) : nil
    for log in try options.logs(vault, context) {
      if array == nil, !global.quiet { head(log, counts: log.signer(among: keys) != nil, context, out) }
      try log.scanLeaves { placed in
        if array != nil {
          array?.element(.make(Rendering.leaf(placed, log)))
        } else {
          let leaf = placed.leaf
          out.line(
            "  leaf \(Rendering.column("\(placed.index)", 6)) \(leaf.received)  \(Rendering.accepted(leaf))")
        }
        return true
      }
    }
    array?.end()
    return .done
  }

  private func head(_ log: FollowedLog, counts: Bool, _ context: Context, _ out: Output) {
    guard let checkpoint = log.checkpoint else { return }
    out.line("\(log.remote)  \(printable(checkpoint.origin)), \(CheckpointAge(checkpoint, context).text)")
    if !counts {
      out.line("  these do not count: the newest trust document does not name the key that signed")
    }
  }
}
