import VaultCore

/// What other periods may say of a period.
struct PeriodSummary {
  /// The period's opening commit.
  let firstCommit: ObjectID?
  let opening: PeriodOpening?
  /// The document under which it is sealed.
  var sealed: ObjectID?
  /// Its seals that hold, the first of each document.
  var seals: [PeriodLedger.HeldSeal] = []

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

  /// Checks that what seals say of the period before is so, where the vault holds it.
  static func checkSeals(_ periods: [String: PeriodSummary], _ log: FindingLog) {
    for summary in periods.values {
      for held in summary.seals {
        guard let named = held.seal.predecessor else { continue }
        guard named.period == summary.opening?.predecessor?.period else {
          log.add(.sealMismatch, held.subject, "it names \(named.period), which is not the period before")
          continue
        }
        guard let before = periods[named.period], before.sealed != named.seal else { continue }
        log.add(
          .sealMismatch, held.subject,
          "it names \(named.seal.hex) as the seal of \(named.period), which "
            + (before.sealed.map { "is \($0.hex)" } ?? "is not sealed"))
      }
    }
  }
}
