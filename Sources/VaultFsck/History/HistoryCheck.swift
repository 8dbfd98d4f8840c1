import Synchronization
import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

/// Checks the commits of one ref: each on its own on all cores, then their order one after the other.
final class HistoryCheck: @unchecked Sendable {
  private let place: UInt8
  private let table: RefTable
  private let set: PackSet
  private let trust: TrustChain
  private let context: CheckContext
  private let rules: LineRules
  private let merkle = MerkleHasher()
  // What follows is touched only inside the gate.
  private var state: HistoryState
  private var populations: [PopulationClaim] = []
  private var reviews: [ReviewClaim] = []
  private var references = PopulationLedger()
  private var counts = Counts()

  /// What is known of a ref once it was checked.
  struct Result: Sendable {
    /// Whether everything that it names could be read.
    var isWhole = true
    /// The seals that hold, the first of each document.
    var seals: [PeriodLedger.HeldSeal] = []
    /// The document under which the period is sealed.
    var sealed: ObjectID?
    /// The reconciliations of a `reviews/` ref, in order.
    var reconciliations: [ReconciliationTally.Item] = []
  }

  /// Checks the ref, of which only the commits behind the first are new where `earlier` knows those before. What
  /// reviews name is held against `known`, to which the populations of a period are added.
  static func run(
    _ place: Int, _ set: PackSet, _ trust: TrustChain, _ context: CheckContext,
    after earlier: EarlierLines? = nil, reviewing known: inout PopulationLedger
  ) throws -> Result {
    guard case .ref(let ref) = set.tables[place].source else { return Result() }
    let check = try HistoryCheck(ref, UInt8(place), set, trust, context, earlier)
    try check.readAll()
    known.add(check.references)
    if case .reviews = ref {
      try ReviewCheck(check.reviews, earlier, hasGaps: check.state.hasGaps, context).run(against: known)
    }
    check.state.settleObjections(context)
    try check.state.settlePaths(set, context)
    for claim in check.populations {
      let source = BlockSource(set, cacheLimit: context.cachePerWorker)
      check.counts.records += try PopulationCheck.run(claim, source, workers: context.workers, context)
    }
    context.meter.add(check.counts)
    let seals = check.state.seals
    return Result(
      isWhole: !check.state.hasGaps, seals: seals.held, sealed: seals.sealed,
      reconciliations: check.state.reconciliations)
  }

  private init(
    _ ref: RefName, _ place: UInt8, _ set: PackSet, _ trust: TrustChain, _ context: CheckContext,
    _ earlier: EarlierLines?
  ) throws {
    self.place = place
    table = set.tables[Int(place)]
    self.set = set
    self.trust = trust
    self.context = context
    let opening = try earlier.map(\.opening) ?? OpeningReader.read(place, set, context)
    var rules = LineRules(ref: ref, opening: opening, earlier: earlier)
    if case .period(let name) = ref {
      rules.keepsPopulations = set.tables.contains { $0.source == .ref(.reviews(name)) }
    }
    self.rules = rules
    state = HistoryState(ref, opening: opening, hasGaps: table.hasGaps, after: earlier)
  }

  private func readAll() throws {
    // Of what was there before, the table has the newest line.
    let first = rules.earlier == nil ? 0 : 1
    let gate = OrderedGate(first: first)
    let next = Atomic<Int>(first)
    try Parallel.run(workers: min(context.workers, table.entries.count - first)) { _ in
      let reader = CommitReader(place, rules, trust, set, context)
      do {
        while true {
          let index = next.add(1, ordering: .relaxed).oldValue
          if index >= table.entries.count { return }
          let facts = try reader.read(index)
          let used = reader.used
          guard try gate.pass(index, { try apply(facts, used, index) }) != nil else { return }
        }
      } catch {
        gate.abort()
        throw error
      }
    }
  }

  private func apply(_ facts: CommitFacts?, _ used: [Int], _ index: Int) throws {
    for object in used { set.refer(object) }
    let subject = table.subject(table.entries[index])
    guard let facts else { return state.skipCommit() }
    counts.commits += 1
    counts.signatures += facts.signatures
    state.begin(facts.commit, trust, subject, context.log)
    state.object(facts.objections, to: facts.commit)
    if let lines = facts.facts {
      try take(lines, of: facts.commit)
    } else if let blob = facts.lines {
      try readLarge(blob, facts.commit, facts.permits, index, subject)
    } else {
      state.skipLines()
    }
    state.end(facts.commit, lines: facts.lines, subject, merkle, context.log)
    let repudiated = state.settleRepudiations(
      facts.commit, table.entries[index].document, author: facts.permits.first?.authorName ?? "", subject,
      context.log)
    counts.entries -= repudiated
    counts.repudiatedEntries += repudiated
  }

  private func take(_ lines: LineFacts, of commit: Commit) throws {
    try state.takePeriod(lines.period, of: commit, merkle, context.log)
    state.object(lines.objections, to: commit)
    for object in lines.objects { set.refer(object) }
    counts.add(lines.counts)
    populations += lines.populations
    reviews += lines.reviews
    references.add(lines.references)
    state.take(lines, merkle)
  }

  /// Reads a large blob of lines on all cores, while the commits that follow wait.
  private func readLarge(
    _ blob: Int, _ commit: Commit, _ permits: [Permit], _ index: Int, _ subject: String
  ) throws {
    let gate = OrderedGate()
    do {
      let first = UInt64(commit.count - commit.added)
      let cutter = try LineCutter(set.table.record(blob), first: first, set, context)
      try Parallel.run(workers: context.workers) { _ in
        let lookup = ObjectLookup(set, context)
        lookup.scope = RefScope(ref: place, line: Int32(clamping: index))
        let reader = LineReader(rules, lookup, context)
        do {
          while let run = try cutter.next() {
            let lines = try run.bytes.withBytes { try reader.read($0, first: run.first, permits: permits) }
            guard try gate.pass(run.ticket, { try take(lines, of: commit) }) != nil else { return }
          }
        } catch {
          gate.abort()
          throw error
        }
      }
      if !cutter.endsInLine { context.log.add(.lineMalformed, subject, "its last line does not end") }
    } catch let flaw as BlockFlaw {
      context.log.add(flaw.name, subject, "its lines: \(flaw.reason)")
      state.skipLines()
    }
  }
}
