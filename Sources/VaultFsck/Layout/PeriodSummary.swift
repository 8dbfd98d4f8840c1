import VaultCore

/// What other periods may say of a period.
struct PeriodSummary {
  /// The period's opening commit.
  let firstCommit: ObjectID?
  let opening: PeriodOpening?

  /// Checks that each period's predecessor, where the vault holds it, was opened by the commit it names.
  static func checkPredecessors(_ periods: [String: PeriodSummary], _ log: FindingLog) {
    for (name, summary) in periods {
      guard let before = summary.opening?.predecessor, let first = periods[before.period]?.firstCommit,
        first != before.commit
      else { continue }
      log.add(
        .predecessorMismatch, "periods/\(name)",
        "it names commit \(before.commit.hex) as the opening of \(before.period), which is \(first.hex)")
    }
  }
}
