import VaultAudit
import VaultCore

extension Rendering {
  /// What stands in the way of a seal, as JSON.
  static func finding(_ finding: PeriodFinding) -> CanonicalValue {
    .make([
      ("detail", .string(finding.detail)), ("key", .string(finding.key)),
      ("name", .string(finding.name.rawValue)), ("owner", finding.owner.map { .string($0) }),
      ("subject", .string(finding.subject)), ("waiver", finding.waiver.map(waiver)),
    ])
  }

  /// An approver's word on it, as JSON.
  static func waiver(_ waiver: VerifiedWaiver) -> CanonicalValue {
    .make([
      ("by", .string(waiver.signer)), ("commit", .string(waiver.commit.description)),
      ("key", .string(waiver.key)), ("reason", .string(waiver.reason)),
      ("sequence", .integer(waiver.sequence)), ("time", .string(waiver.time.description)),
    ])
  }

  /// A finding for people: its key on a line of its own, so that it can be copied.
  static func print(_ finding: PeriodFinding, _ out: Output) {
    out.line("\(finding.waiver == nil ? "open" : "waived"): \(printable(finding.key))")
    let owner = finding.owner.map { "; ask \(printable($0))" } ?? ""
    out.line("  \(printable(finding.detail))\(owner)")
    if let waiver = finding.waiver { out.line("  by \(waiver.signer): \(printable(waiver.reason))") }
  }
}
