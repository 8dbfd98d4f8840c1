import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

/// Checks what somebody wants to add to a ref, one line or several, by the rules of the full check, with an index in
/// place of the ref's history: the work is bounded by what is added. It never writes.
package struct AdditionCheck {
  package struct Options: Sendable {
    /// The time at which the additions were received.
    package var received: Timestamp
    /// The most that their packs may decode to, in bytes.
    package var decodedBytes: Int
    /// Threads.
    package var workers: Int

    package init(received: Timestamp, decodedBytes: Int, workers: Int) {
      self.received = received
      self.decodedBytes = decodedBytes
      self.workers = workers
    }
  }

  private let additions: [Addition]
  private let context: CheckContext
  private var log: FindingLog { context.log }

  private init(_ additions: [Addition], _ vault: VaultFolder, _ options: Options) {
    self.additions = additions
    context = CheckContext(
      vault: vault, options: Fsck.Options(workers: options.workers), log: FindingLog(), meter: Meter(nil),
      budget: DecodeBudget(options.decodedBytes), received: options.received)
  }

  /// Checks the next commits of the ref of `index`, in their order; `trust` is all that the vault has. Throws
  /// ``DecodeLimitExceeded``, and what the vault's own files fail with.
  package static func commits(
    _ additions: [Addition], on index: RefIndex, _ trust: TrustChain, _ options: Options
  ) throws -> AdditionVerdict {
    try AdditionCheck(additions, index.vault, options).commits(index, trust)
  }

  /// Checks one more trust document of a vault whose trust is `chain`.
  package static func trust(
    _ addition: Addition, on vault: VaultFolder, _ chain: TrustChain, _ options: Options
  ) throws -> AdditionVerdict {
    try AdditionCheck([addition], vault, options).trust(chain)
  }

  private func verdict(_ commits: [Commit] = []) -> AdditionVerdict {
    AdditionVerdict(
      outcome: log.outcome(.full, vault: context.vault.id.description, context.meter.counts), commits: commits
    )
  }

  /// The additions as lines of a ref's table, which leaves out where packs are.
  private func lines(_ kind: RefLine.Kind) -> [RefLine] {
    additions.map { addition in
      RefLine(
        kind: kind, document: addition.document, sequence: addition.sequence, signatures: addition.signatures,
        packs: [], previous: nil)
    }
  }

  // MARK: - Commits

  private func commits(_ index: RefIndex, _ trust: TrustChain) throws -> AdditionVerdict {
    let reader = RefReader(index)
    let tip = try reader.tip()
    var table = RefTable(.ref(index.ref), path: context.relative(context.vault.refFile(index.ref)))
    if let tip {
      // The line that the new one follows, and the scope of all that was there before.
      table.append(
        RefLine(
          kind: .commit, document: tip.0, sequence: tip.1.sequence, signatures: [], packs: [], previous: nil))
    }
    let place = table.entries.count
    for line in lines(.commit) { table.append(line) }
    let incoming = IncomingPacks(
      additions, to: .period(index.ref.period, context.vault), index.folder, line: place)
    let earlier = tip == nil ? EarlierObjects() : EarlierObjects(index, after: incoming.claims.count)
    guard let set = try PackCheck.run(incoming, table, earlier: earlier, context), verdict().outcome.isClean
    else {
      try earlier.checkWorked()
      return verdict()
    }
    let lines = try tip.map { try Self.earlier(reader, $0.1, trust) }
    var known = try PopulationLedger(reviewedIn: index)
    let result = try HistoryCheck.run(0, set, trust, context, after: lines, reviewing: &known)
    for held in result.seals { try SealLinks.check(held, lines?.opening, context) }
    UnreferencedCheck.run(set, context)
    if tip == nil, case .period(let name) = index.ref { try checkPredecessors(name, set) }
    try earlier.checkWorked()
    guard verdict().outcome.isClean else { return verdict() }
    let lookup = ObjectLookup(set, context)
    return verdict(
      try additions.enumerated().compactMap { number, addition in
        lookup.scope = RefScope(ref: 0, line: Int32(clamping: place + number))
        var used: [Int] = []
        return try lookup.document(Commit.self, addition.document, name: .commitMalformed, &used).0
      })
  }

  private static func earlier(_ reader: RefReader, _ tip: Commit, _ trust: TrustChain) throws -> EarlierLines
  {
    guard let number = trust.document(tip.trust)?.trust.number else {
      throw StoreError(
        .damaged, "the newest commit of \(reader.index.ref) names a trust document that the vault lacks",
        hint: "run 'vault fsck'")
    }
    var opening: PeriodOpening?
    if case .period = reader.index.ref { opening = try reader.opening() }
    return EarlierLines(reader.index, opening: opening, trustNumber: number)
  }

  /// Checks that a new period and those that are there say the same of their predecessors.
  private func checkPredecessors(_ name: String, _ set: PackSet) throws {
    var periods = [
      name: PeriodSummary(
        firstCommit: additions.first?.document, opening: try OpeningReader.read(0, set, context))
    ]
    for other in try context.vault.periods() where other != name {
      let index = try RefIndex.open(context.vault, .period(other))
      periods[other] = PeriodSummary(
        firstCommit: index.commit(1)?.id, opening: try RefReader(index).opening())
    }
    PeriodSummary.checkPredecessors(periods, log)
  }

  // MARK: - Trust

  private func trust(_ chain: TrustChain) throws -> AdditionVerdict {
    var table = RefTable(.trust, path: context.relative(context.vault.trustLog))
    for line in lines(.trust) { table.append(line) }
    let folder = PackFolder(context.files, path: context.vault.vaultPacks)
    let incoming = IncomingPacks(additions, to: .trust(context.vault), folder, line: 0)
    guard let set = try PackCheck.run(incoming, table, earlier: EarlierObjects(), context),
      verdict().outcome.isClean
    else { return verdict() }
    _ = try TrustCheck.run(set, context, after: chain)
    UnreferencedCheck.run(set, context)
    return verdict()
  }
}
