import VaultAudit
import VaultCore

extension Rendering {
  /// What stands in the way of a seal, as JSON.
  static func finding(_ finding: PeriodFinding) -> CanonicalValue {
    let waiver: CanonicalValue? = finding.waiver.map {
      .make([
        ("by", .string($0.signer)), ("commit", .string($0.commit.description)), ("key", .string($0.key)),
        ("reason", .string($0.reason)), ("sequence", .integer($0.sequence)),
        ("time", .string($0.time.description)),
      ])
    }
    return .make([
      ("detail", .string(finding.detail)), ("key", .string(finding.key)),
      ("name", .string(finding.name.rawValue)), ("owner", finding.owner.map { .string($0) }),
      ("subject", .string(finding.subject)), ("waiver", waiver),
    ])
  }

  /// The same for people: its key on a line of its own, so that it can be copied.
  static func print(_ finding: PeriodFinding, _ out: Output) {
    out.line("\(finding.waiver == nil ? "open" : "waived"): \(printable(finding.key))")
    let owner = finding.owner.map { "; ask \(printable($0))" } ?? ""
    out.line("  \(printable(finding.detail))\(owner)")
    if let waiver = finding.waiver { out.line("  by \(waiver.signer): \(printable(waiver.reason))") }
  }
}
