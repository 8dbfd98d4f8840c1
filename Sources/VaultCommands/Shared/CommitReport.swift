import VaultAudit
import VaultCore
import VaultRemote
import VaultSigning

/// Says what became of a commit of evidence.
struct CommitReport {
  let global: GlobalOptions
  let period: String
  let out: Output

  func tell(_ result: EvidenceCommit.Result) {
    for name in result.unknownPeriods {
      Notes.warn("this vault has no period \(name), which the evidence is said to concern")
    }
    if global.json {
      out.json(.make(json(result)))
    } else if !global.quiet {
      text(result)
    }
  }

  func tell(_ result: RemoteCommit.Result) {
    let local = EvidenceCommit.Result(
      commit: result.commit, sequence: result.sequence, added: result.added, unchanged: result.unchanged,
      reports: result.reports)
    let receipt = result.receipt
    if global.json {
      out.json(
        .make(
          json(local) + [
            ("receipt", receipt.receipt.value), ("received", .string(receipt.leaf.received.description)),
          ]))
    } else if !global.quiet {
      text(local)
      out.line(
        "  received \(receipt.leaf.received), leaf \(receipt.receipt.index) of \(receipt.checkpoint.checkpoint.origin)"
      )
    }
  }

  private func json(_ result: EvidenceCommit.Result) -> [(String, CanonicalValue?)] {
    [
      ("commit", .string(result.commit.description)), ("period", .string(period)),
      ("sequence", .integer(result.sequence)), ("entries", .array(result.added.map { Rendering.entry($0) })),
      ("unchanged", .array(result.unchanged.map { Rendering.entry($0) })),
      (
        "populations",
        result.reports.isEmpty ? nil : .array(result.reports.map { PopulationRendering.json($0) })
      ),
      ("retry", .bool(result.added.isEmpty)),
    ]
  }

  private func text(_ result: EvidenceCommit.Result) {
    guard !result.added.isEmpty else {
      out.line(
        "nothing to add: \(period) has all of it already (commit \(result.sequence), \(result.commit.hex.prefix(12)))"
      )
      return
    }
    let bytes = result.added.reduce(UInt64(0)) { $0 + $1.size }
    out.line(
      "[\(period) \(result.sequence)] \(result.commit.hex.prefix(12))  "
        + "\(counted(result.added.count, "entry", "entries")), \(Rendering.bytes(bytes))")
    for entry in result.added.prefix(20) {
      out.line(
        "  \(entry.object.hex.prefix(12))  \(printable(entry.path.text))\(entry.revision > 1 ? " (revision \(entry.revision))" : "")"
      )
    }
    if result.added.count > 20 { out.line("  … and \(result.added.count - 20) more") }
    if !result.unchanged.isEmpty { out.line("  \(result.unchanged.count) unchanged, not added again") }
    for report in result.reports { PopulationRendering.text(report, out) }
  }
}
