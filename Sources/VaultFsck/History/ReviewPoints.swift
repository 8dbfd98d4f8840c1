import VaultCore
import VaultStore

/// The commits of a period's reviews, for what seals say of them (docs/format.md, §7.6).
struct ReviewPoints {
  private var points: [ObjectID: (count: Int, root: MerkleHash)] = [:]
  private let reconciliations: [ReconciliationTally.Item]
  private let hasGaps: Bool

  /// Reads the commits of the ref at a place of its area.
  init(_ place: Int, _ result: HistoryCheck.Result, _ set: PackSet, _ context: CheckContext) throws {
    reconciliations = result.reconciliations
    hasGaps = !result.isWhole
    let lookup = ObjectLookup(set, context)
    for (line, entry) in set.tables[place].entries.enumerated() {
      lookup.scope = RefScope(ref: UInt8(place), line: Int32(clamping: line))
      var used: [Int] = []
      do {
        let (commit, _) = try lookup.document(Commit.self, entry.document, name: .commitMalformed, &used)
        points[entry.document] = (commit.count, commit.root)
      } catch is BlockFlaw {
        continue  // It was told of when the ref was checked.
      }
    }
  }

  /// Checks what a seal says of the reviews.
  func check(_ held: PeriodLedger.HeldSeal, _ log: FindingLog) {
    guard let named = held.seal.reviews else { return Self.checkAbsent(held, log) }
    guard let point = points[named.commit] else {
      if !hasGaps { log.add(.sealMismatch, held.subject, "the reviews have no commit \(named.commit.hex)") }
      return
    }
    guard point.count == named.count, point.root == named.root else {
      return log.add(.sealMismatch, held.subject, "it gives another count or root of the reviews")
    }
    guard !hasGaps else { return }
    var tally = ReconciliationTally()
    for item in reconciliations.prefix(while: { $0.leaf < named.count }) { tally.take(item) }
    if tally.reconciled != held.seal.reconciliations {
      log.add(.sealMismatch, held.subject, "its reconciliations are not those of the reviews that it names")
    }
  }

  /// Checks a seal where there are no reviews, or none that it names.
  static func checkAbsent(_ held: PeriodLedger.HeldSeal, _ log: FindingLog) {
    if let named = held.seal.reviews {
      log.add(
        .sealMismatch, held.subject, "it names commit \(named.commit.hex) of reviews that are not there")
    } else if !held.seal.reconciliations.isEmpty {
      log.add(.sealMismatch, held.subject, "it names reconciliations and no reviews")
    }
  }
}
