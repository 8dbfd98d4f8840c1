import VaultCore
import VaultFiles
import VaultStore

/// Holds what a new seal says of the period's reviews, and of the period before, against the vault's other refs.
enum SealLinks {
  static func check(
    _ held: PeriodLedger.HeldSeal, _ opening: PeriodOpening?, _ context: CheckContext
  ) throws {
    try checkReviews(held, context)
    guard let named = held.seal.predecessor else { return }
    guard named.period == opening?.predecessor?.period else {
      return context.log.add(
        .sealMismatch, held.subject, "it names \(named.period), which is not the period before")
    }
    let index = try RefIndex.openOrNew(context.vault, .period(named.period))
    guard index.sequence > 0, index.sealed != named.seal else { return }
    context.log.add(
      .sealMismatch, held.subject, "it names \(named.seal.hex), which is not the seal of \(named.period)")
  }

  private static func checkReviews(_ held: PeriodLedger.HeldSeal, _ context: CheckContext) throws {
    guard let named = held.seal.reviews else { return ReviewPoints.checkAbsent(held, context.log) }
    let index = try RefIndex.openOrNew(context.vault, .reviews(held.seal.period))
    let reader = RefReader(index)
    // Leaves tell the commit without a search by its id.
    guard named.count <= Int(clamping: index.count),
      let sequence = index.sequence(ofLeaf: UInt64(named.count - 1)),
      case (let id, let commit) = try reader.commit(sequence), id == named.commit,
      commit.count == named.count,
      commit.root == named.root
    else {
      return context.log.add(
        .sealMismatch, held.subject, "the reviews have no commit \(named.commit.hex) that it names")
    }
    if try reader.reconciliations(through: sequence).reconciled != held.seal.reconciliations {
      context.log.add(
        .sealMismatch, held.subject, "its reconciliations are not those of the reviews that it names")
    }
  }
}
