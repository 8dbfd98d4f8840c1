import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

/// Makes the seal document of a period from its lines, and holds one that is there against them
/// (docs/format.md, §7.6).
struct SealDrafting {
  let vault: OpenVault
  let reader: RefReader

  /// The document that approvers have begun to sign; nil where none have.
  func standing() throws -> (id: ObjectID, bytes: [UInt8], seal: Seal, base: PeriodProgress.Point)? {
    guard let run = reader.index.progress.run, let base = run.base else { return nil }
    let bytes = try reader.objects.read(run.document, limit: Limits.sealBytes)
    do throws(FormatError) {
      return (run.document, bytes, try Seal(decoding: bytes, limit: Limits.sealBytes), base)
    } catch {
      throw StoreError(
        .damaged, "the seal document \(run.document.hex): \(error.reason)", hint: "run 'vault fsck'")
    }
  }

  /// The document of the period as it is, made at `time`.
  func make(at time: Timestamp) throws -> Seal {
    guard let point = reader.index.point else {
      throw StoreError(.refused, "the period has no lines to seal")
    }
    let reviews = try RefIndex.openOrNew(vault.folder, .reviews(reader.index.ref.period))
    let reviewed = reviews.point.map {
      Seal.Reviews(commit: $0.commit, count: $0.count, root: $0.root)
    }
    return try seal(
      point, reviewed, through: reviews.sequence, before: try predecessor(),
      trust: try vault.newestTrust().id, time: time)
  }

  /// Checks that a document which others have signed is what the lines say. Throws `damaged` where it is not.
  func check(_ seal: Seal, _ base: PeriodProgress.Point) throws {
    let reviews = try RefIndex.openOrNew(vault.folder, .reviews(reader.index.ref.period))
    var through = 0
    if let named = seal.reviews {
      guard named.count <= Int(clamping: reviews.count),
        let sequence = reviews.sequence(ofLeaf: UInt64(named.count - 1)),
        case (let id, let commit) = try RefReader(reviews).commit(sequence), id == named.commit,
        commit.count == named.count, commit.root == named.root
      else { throw Self.differs("the reviews that it names are not those of this vault") }
      through = sequence
    }
    if let before = seal.predecessor, before != (try predecessor()) {
      throw Self.differs("the seal of the period before that it names is not the one here")
    }
    guard vault.trust.document(seal.trust) != nil else {
      throw Self.differs("it names a trust document that this vault does not have")
    }
    let mine = try self.seal(
      base, seal.reviews, through: through, before: seal.predecessor, trust: seal.trust, time: seal.time)
    guard mine == seal else { throw Self.differs("it is not what the period's lines say") }
  }

  private static func differs(_ what: String) -> StoreError {
    StoreError(.damaged, "the seal document must not be signed: \(what)", hint: "run 'vault fsck'")
  }

  private func seal(
    _ point: PeriodProgress.Point, _ reviews: Seal.Reviews?, through last: Int, before: Seal.Predecessor?,
    trust: ObjectID, time: Timestamp
  ) throws -> Seal {
    let opening = try reader.opening()
    let standing = Standing(vault, reader)
    let repudiated = Set(try standing.all().map(\.sequence))
    // Behind the point stand seals only, which add nothing to the sums.
    let tally = try reader.tally(through: reader.index.sequence, workers: Parallel.coreCount)
    let reviewing = RefReader(try RefIndex.openOrNew(vault.folder, .reviews(opening.period)))
    return Seal(
      vault: vault.folder.id, period: opening.period, commit: point.commit, count: point.count,
      root: point.root, contents: tally.contents(opening, repudiated: repudiated),
      reconciliations: try reviewing.reconciliations(through: last).reconciled, reviews: reviews,
      predecessor: before, trust: trust, time: time)
  }

  /// The seal of the period before, where that is sealed here.
  private func predecessor() throws -> Seal.Predecessor? {
    guard let before = try reader.opening().predecessor else { return nil }
    return try RefIndex.openOrNew(vault.folder, .period(before.period)).sealed
      .map { Seal.Predecessor(period: before.period, seal: $0) }
  }
}
