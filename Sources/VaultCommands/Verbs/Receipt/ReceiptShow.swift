import ArgumentParser
import VaultAudit
import VaultCore
import VaultRemote
import VaultSigning
import VaultStore

struct ReceiptShow: Verb {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show and verify the receipts of a commit.",
    discussion: """
      Each remote's receipt is made from the copy of its log under the newest checkpoint that was seen, and verified: \
      the proof leads to the root that a log signed which the newest trust document names. Where the commit has none of \
      its own, that of the next commit of its ref bounds it. Without a commit, the newest receipt of each remote.

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: ReceiptSubject.help)
  var what: String?

  @OptionGroup var options: ReceiptOptions

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let vault = try global.open(context)
    let keys = try vault.newestTrust().logKeys
    let named = try what.map { try ReceiptSubject($0, vault) }
    var found: [CanonicalValue] = []
    for log in try options.logs(vault, context) {
      guard let subject = try named ?? ReceiptSubject(newestOf: log), let placed = try subject.leaf(log)
      else {
        continue
      }
      let receipt = try log.receipt(of: placed.index).verify(by: keys, vault: vault.folder.id)
      found.append(
        .make(
          Rendering.leaf(placed, log) + [
            ("exact", .bool(placed.leaf.number == subject.number)), ("receipt", receipt.receipt.value),
          ]))
      if !global.json, !global.quiet { show(subject, placed, receipt, log, context, out) }
    }
    guard !found.isEmpty else { throw named?.missing ?? ReceiptSubject.none }
    if global.json { out.json(.array(found)) }
    return .done
  }

  private func show(
    _ subject: ReceiptSubject, _ placed: PlacedLeaf, _ receipt: VerifiedReceipt, _ log: FollowedLog,
    _ context: Context, _ out: Output
  ) {
    let leaf = placed.leaf
    let isOwn = leaf.number == subject.number
    out.line("\(log.remote)  \(subject.chain) \(subject.number)")
    out.line("  received \(isOwn ? "" : "no later than ")\(leaf.received)")
    if !isOwn { out.line("  by the receipt of \(leaf.subject) \(leaf.number)") }
    out.line("  id       \(leaf.document)")
    out.line("  leaf     \(placed.index) of \(receipt.checkpoint.size)")
    out.line("  log      \(receipt.checkpoint.key)")
    out.line("  \(CheckpointAge(receipt.checkpoint.checkpoint, context).text)")
    for hash in receipt.receipt.proof { out.line("  proof    \(hash)") }
    out.line("  root     \(receipt.checkpoint.root)")
    out.line("  verified: the leaf is in the log, and a log that the trust names signed it")
  }
}
