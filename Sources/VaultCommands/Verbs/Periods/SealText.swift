import VaultAudit
import VaultCore
import VaultStore

/// Shows what a period's approvers sign.
enum SealText {
  static func show(
    _ vault: OpenVault, _ period: String, _ global: GlobalOptions, _ context: Context, _ out: Output
  ) throws -> ExitCode {
    let reader = try vault.period(period)
    let (seal, signers) = try SealCommit(
      vault: vault, period: period, signers: [], message: "", time: context.now()
    ).preview()
    if global.json {
      out.json(seal.value)
      return .done
    }
    let contents = seal.contents
    out.line("seal       \(ObjectID(of: seal.encoded()))")
    out.line("period     \(seal.period), \(contents.from) to \(contents.to)")
    out.line("vault      \(seal.vault)")
    out.line("lines      \(seal.count) up to commit \(seal.commit)")
    out.line("root       \(seal.root)")
    out.line("documents  \(contents.documents)")
    for population in contents.populations {
      out.line(
        "population \(printable(population.path.text))  revision \(population.revision), "
          + "\(counted(population.count, "record")), root \(population.root)")
    }
    out.line("expects    \(counted(contents.expectations, "series", "series"))")
    out.line("superseded \(counted(contents.superseded.count, "entry", "entries"))")
    out.line("repudiated \(counted(contents.repudiated.count, "commit"))")
    for one in try Waived.all(vault, reader) {
      out.line("waived     \(printable(one.finding)), by \(one.signer): \(printable(one.reason))")
    }
    for one in seal.reconciliations {
      out.line("reconciled leaf \(one.leaf) of the reviews, \(one.open) open")
    }
    if let reviews = seal.reviews {
      out.line("reviews    \(counted(reviews.count, "line")), root \(reviews.root)")
    }
    if let before = seal.predecessor { out.line("follows    \(before.period), seal \(before.seal)") }
    out.line("made       \(seal.time)")
    out.line("signed     by \(signers.count) of \(counted(reader.index.progress.approvers, "approver"))")
    for signer in signers { out.line("           \(printable(signer))") }
    return .done
  }
}
