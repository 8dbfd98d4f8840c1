import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

/// Checks a vault: every byte of it, what the bytes say, and who said so. It never writes, asks no index, and
/// takes nothing for granted but the program itself.
///
/// What it finds wrong is in the ``Outcome``; it throws only where the system fails to read.
public struct Fsck {
  /// What is checked and how.
  public struct Options: Sendable {
    /// The periods to check; nil for all. The vault's own documents are always checked.
    public var periods: Set<String>?
    /// Check lengths, checksums and links only, without decompressing.
    public var quick: Bool
    /// Threads.
    public var workers: Int
    /// Told how many bytes of packfiles are done and how many there are; from any thread, one call at a time.
    public var progress: (@Sendable (_ done: UInt64, _ total: UInt64) -> Void)?

    public init(
      periods: Set<String>? = nil, quick: Bool = false, workers: Int = Parallel.coreCount,
      progress: (@Sendable (_ done: UInt64, _ total: UInt64) -> Void)? = nil
    ) {
      self.periods = periods
      self.quick = quick
      self.workers = workers
      self.progress = progress
    }
  }

  /// Checks an open vault.
  public static func run(_ vault: VaultFolder, _ options: Options = Options()) throws -> Outcome {
    try run(vault.files, root: vault.root, options)
  }

  /// Checks the vault whose own folder is `root`, also one whose `vault.json` is damaged or gone.
  public static func run(
    _ files: any FileLayer, root: String, _ options: Options = Options()
  ) throws -> Outcome {
    let log = FindingLog()
    let meter = Meter(options.progress)
    let stated = try VaultFileCheck.read(files, root: root, log)
    func context(_ id: ObjectID) -> CheckContext {
      CheckContext(
        vault: VaultFolder(files, root: root, id: id), options: options, log: log, meter: meter)
    }
    let layout = try LayoutCheck(files, root: root, log)
    let periods = layout.periods.filter { options.periods?.contains($0) ?? true }
    for name in options.periods ?? [] where !periods.contains(name) {
      throw StoreError(.notFound, "the vault has no period \(name)", hint: layout.periodHint)
    }
    meter.expect(try storedBytes(periods, context(.unknown)))
    let chain = try checkTrust(context(.unknown))
    if let stated, let first = chain.vault, stated != first {
      log.add(
        .vaultFileMismatch, VaultFile.name, "it names \(stated.hex); the first trust document is \(first.hex)"
      )
    }
    // The trust documents say which vault this is; vault.json is signed by nobody.
    let check = Fsck(context: context(chain.vault ?? stated ?? .unknown), chain: chain, layout: layout)
    try check.checkPeriods(periods)
    return log.outcome(options.quick ? .quick : .full, vault: chain.vault?.description, meter.counts)
  }

  private let context: CheckContext
  private let chain: TrustChain
  private let layout: LayoutCheck

  private func checkPeriods(_ names: [String]) throws {
    var summaries: [String: PeriodSummary] = [:]
    for name in names { summaries[name] = try checkPeriod(name) }
    PeriodSummary.checkPredecessors(summaries, context.log)
    PeriodSummary.checkSeals(summaries, context.log)
  }

  /// The bytes of all packfiles that will be read.
  private static func storedBytes(_ periods: [String], _ context: CheckContext) throws -> UInt64 {
    var total: UInt64 = 0
    for folder in [context.vault.vaultPacks] + periods.map({ context.vault.packs($0) }) {
      guard try context.kind(folder) == .directory else { continue }
      // What cannot be listed or looked at is told by those who must; here it would only be a bar's length.
      for name in (try? context.files.list(folder)) ?? [] {
        let status = try? context.files.status(path: Paths.join(folder, name), followLinks: false)
        total += UInt64(max(0, status?.size ?? 0))
      }
    }
    return total
  }

  private static func checkTrust(_ context: CheckContext) throws -> TrustChain {
    // Tiny beside what it carries, the trust of a vault is checked whole in a quick check too.
    var options = context.options
    options.quick = false
    let full = CheckContext(vault: context.vault, options: options, log: context.log, meter: context.meter)
    let snapshot = try AreaSnapshot.take(Area.trust(context.vault), full)
    if snapshot.tables.isEmpty {
      context.log.add(
        .refMissing, "refs/trust.log", "a vault has trust documents, and there is no log of them")
    }
    let set = try checkArea(snapshot, full)
    let chain = try TrustCheck.run(set, full)
    if snapshot.tables.allSatisfy({ !$0.hasGaps && $0.entries.count == chain.documents.count }) {
      UnreferencedCheck.run(set, full)
    }
    return chain
  }

  private static func checkArea(_ snapshot: AreaSnapshot, _ context: CheckContext) throws -> PackSet {
    let coverage = Coverage(snapshot, context.log)
    try ResidueCheck.run(snapshot, coverage, context)
    return try PackCheck.run(snapshot, coverage.packs, context)
  }

  private func checkPeriod(_ name: String) throws -> PeriodSummary? {
    var counts = Counts()
    counts.periods = 1
    context.meter.add(counts)
    let snapshot = try AreaSnapshot.take(.period(name, context.vault), context)
    let ref = RefName.period(name)
    if !snapshot.tables.contains(where: { $0.source == .ref(ref) }), layout.refs.contains(.reviews(name)) {
      context.log.add(.refMissing, ref.description, "the period has reviews but no ref file")
    }
    let set = try Self.checkArea(snapshot, context)
    if context.isQuick {
      LinkCheck.run(set, context)
      return nil
    }
    // The period's own ref comes first: its reviews name what stands there.
    var known = PopulationLedger()
    var results: [HistoryCheck.Result] = []
    for place in set.tables.indices {
      results.append(try HistoryCheck.run(place, set, chain, context, reviewing: &known))
    }
    if results.allSatisfy(\.isWhole) { UnreferencedCheck.run(set, context) }
    guard let place = set.tables.firstIndex(where: { $0.source == .ref(ref) }) else { return nil }
    if !results[place].seals.isEmpty {
      let reviews = set.tables.firstIndex { $0.source == .ref(.reviews(name)) }
      let points = try reviews.map { try ReviewPoints($0, results[$0], set, context) }
      for held in results[place].seals {
        if let points { points.check(held, context.log) } else { ReviewPoints.checkAbsent(held, context.log) }
      }
    }
    return PeriodSummary(
      firstCommit: set.tables[place].entries.first { $0.sequence == 1 }?.document,
      opening: try OpeningReader.read(UInt8(place), set, context), sealed: results[place].sealed,
      seals: results[place].seals)
  }
}

extension CheckContext {
  /// Decoded bytes that each worker may keep.
  var cachePerWorker: Int { max(6 << 20, (48 << 20) / workers) }
}

extension ObjectID {
  /// Stands for a vault's id where none can be read.
  fileprivate static let unknown = ObjectID(.zero)
}
