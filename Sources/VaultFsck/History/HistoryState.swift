import VaultCore
import VaultSigning
import VaultStore

/// What is known of a ref up to one commit; fed in order.
struct HistoryState {
  private let ref: RefName
  private var ledger = PathLedger()
  /// The tree so far; nil once lines are missing, since no later root can be recomputed then.
  private var frontier: CompactRange?
  /// How many lines the ref has; nil after a commit that cannot be read.
  private var count: Int?
  private var trustNumber = 0
  private let earlier: EarlierLines?
  /// The newest entries that the ref had before at the paths of new ones, by their leaves.
  private var standing: [UInt32: PathRecord] = [:]
  private var added = 0
  private var entries = 0
  private var claims: [RepudiationClaim] = []
  private var repudiations = RepudiationLedger()
  private var objections = ObjectionLedger()
  private var period: PeriodLedger
  /// The ref's reconciliations, in order.
  private(set) var reconciliations: [ReconciliationTally.Item] = []
  private var trust = TrustChain()
  /// Whether something of the ref could not be read.
  private(set) var hasGaps: Bool
  /// Each commit's first leaf, the one after its last, and the blob of its lines.
  private var blobs: [(first: Int, end: Int, lines: Int)] = []

  /// The state of a ref before its first commit, or after those that `earlier` knows.
  init(_ ref: RefName, opening: PeriodOpening?, hasGaps: Bool, after earlier: EarlierLines? = nil) {
    self.ref = ref
    period = PeriodLedger(ref, opening: opening, after: earlier)
    self.earlier = earlier
    self.hasGaps = hasGaps
    frontier = hasGaps ? nil : earlier?.index.frontier ?? CompactRange()
    count = hasGaps ? nil : Int(clamping: earlier?.index.count ?? 0)
    trustNumber = earlier?.trustNumber ?? 0
    ledger.hasGaps = hasGaps
  }

  /// A commit that cannot be read.
  mutating func skipCommit() {
    skipLines()
    count = nil
  }

  /// Lines that cannot be read.
  mutating func skipLines() {
    frontier = nil
    hasGaps = true
    ledger.hasGaps = true
  }

  mutating func begin(_ commit: Commit, _ trust: TrustChain, _ subject: String, _ log: FindingLog) {
    added = 0
    entries = 0
    claims = []
    self.trust = trust
    if let number = trust.document(commit.trust)?.trust.number {
      if number < trustNumber {
        log.add(.trustRegression, subject, "it names trust document \(number) after document \(trustNumber)")
      }
      trustNumber = max(trustNumber, number)
    }
    let base = commit.count - commit.added
    if let count, count != base {
      log.add(.commitCount, subject, "it counts \(base) lines before its own; there are \(count)")
      skipLines()
    }
    if commit.count > Int(UInt32.max) {
      log.add(.unsupportedFormat, subject, "this program checks refs of up to \(UInt32.max) lines")
    }
  }

  /// The seals of the ref that hold, and the document under which it is sealed.
  var seals: (held: [PeriodLedger.HeldSeal], sealed: ObjectID?) { (period.seals, period.sealedDocument) }

  /// Takes in what lines of `commit` say of the period; before ``take(_:_:)`` of the same lines.
  mutating func takePeriod(
    _ facts: PeriodFacts, of commit: Commit, _ merkle: MerkleHasher, _ log: FindingLog
  ) throws {
    reconciliations += facts.reconciliations
    var base: PeriodProgress.Point?
    if added == 0, case .seal? = facts.steps.first?.line, let parent = commit.parent, let frontier {
      base = PeriodProgress.Point(commit: parent, count: Int(frontier.end), root: frontier.root(merkle))
    }
    let place = PeriodLedger.Place(
      commit: commit, base: base, isFirst: added == 0, hasGaps: hasGaps, trust: trust, log: log)
    try period.take(facts, at: place) { [repudiations, earlier] in
      repudiations.repudiatedCommits.union(earlier?.repudiatedCommits ?? [])
    }
  }

  mutating func take(_ lines: LineFacts, _ merkle: MerkleHasher) {
    added += Int(lines.range.end - lines.range.begin)
    entries += lines.counts.entries
    claims += lines.repudiations
    if frontier?.end == lines.range.begin { frontier?.append(lines.range, merkle) } else { frontier = nil }
    ledger.append(lines.paths, folders: lines.folders, claims: lines.claims)
    standing.merge(lines.earlier) { first, _ in first }
  }

  mutating func end(
    _ commit: Commit, lines: Int?, _ subject: String, _ merkle: MerkleHasher, _ log: FindingLog
  ) {
    count = commit.count
    guard let lines else { return }
    blobs.append((commit.count - commit.added, commit.count, lines))
    if added != commit.added {
      log.add(
        .commitCount, subject, "it says that it adds \(counted(commit.added, "line")); its blob has \(added)")
      skipLines()
    }
    guard let root = frontier?.root(merkle), root != commit.root else { return }
    log.add(.rootMismatch, subject, "its root is \(commit.root), that of its lines \(root)")
    // One wrong root is one finding: the lines themselves are known.
  }

  /// Holds what the newest commit repudiates against the commits before it, and returns how many entries do not
  /// count from now on.
  mutating func settleRepudiations(
    _ commit: Commit, _ id: ObjectID, author: String, _ subject: String, _ log: FindingLog
  ) -> Int {
    defer { claims = [] }
    if let earlier {
      for claim in claims where claim.repudiation.sequence < commit.sequence {
        repudiations.remember(earlier.known(claim.repudiation.sequence), claim.repudiation.sequence)
      }
    }
    return repudiations.append(
      RepudiationLedger.Step(
        commit: commit, id: id, author: author, subject: subject, lines: added, entries: entries,
        claims: claims), hasGaps: hasGaps, log)
  }

  /// Notes what speaks against a commit, for as long as it counts.
  mutating func object(_ objections: Objections, to commit: Commit) {
    self.objections.add(objections, to: commit.sequence)
  }

  /// Reports what speaks against commits, now that it is known which of them count. Of those that are being received
  /// each counts, whatever those behind it repudiate.
  func settleObjections(_ context: CheckContext) {
    objections.settle(context.received == nil ? repudiations : RepudiationLedger(), context.log)
  }

  /// Checks all paths, and names those that break a rule.
  mutating func settlePaths(_ set: PackSet, _ context: CheckContext) throws {
    ledger.append(Array(standing.values), folders: [], claims: [])
    let breaches = ledger.settle(limit: FindingLog.limit).sorted { $0.leaf < $1.leaf }
    guard !breaches.isEmpty else { return }
    let source = BlockSource(set, cacheLimit: context.cachePerWorker)
    var next = breaches.startIndex
    for blob in blobs {
      var names = LineNames(first: blob.first)
      let start = next
      while next < breaches.endIndex, Int(breaches[next].leaf) < blob.end {
        names.wanted.append(Int(breaches[next].leaf))
        next += 1
      }
      if start == next { continue }
      names.read(set.table.record(blob.lines), source)
      for breach in breaches[start..<next] {
        let path = names.paths[Int(breach.leaf)]
        context.log.add(
          breach.name, path.map { "\(ref.period):\($0)" } ?? "\(ref)#\(breach.leaf)",
          "leaf \(breach.leaf): \(breach.reason)")
      }
    }
    for breach in breaches[next...] {
      context.log.add(breach.name, "\(ref)#\(breach.leaf)", "leaf \(breach.leaf): \(breach.reason)")
    }
  }
}
