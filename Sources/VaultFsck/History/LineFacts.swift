import VaultCore
import VaultSigning
import VaultStore

/// What the rest of the check needs of a run of lines.
struct LineFacts: Sendable {
  /// The lines' leaf hashes, folded.
  var range: CompactRange
  var paths: [PathRecord] = []
  /// The newest entries that the ref had at these paths before, by their leaves.
  var earlier: [UInt32: PathRecord] = [:]
  var folders: [ShortHash] = []
  var claims: [PathClaim] = []
  /// The objects that the lines name, by their places in the table.
  var objects: [Int] = []
  var repudiations: [RepudiationClaim] = []
  /// Lines of reviews, to be held against the populations of the period and the draws before them.
  var reviews: [ReviewClaim] = []
  /// The populations that reviews may name.
  var references = PopulationLedger()
  var objections = Objections()
  /// What the lines say of the period itself.
  var period = PeriodFacts()
  /// Populations too large to be checked along with their line.
  var populations: [PopulationClaim] = []
  var counts = Counts()
}

/// What a line says of a population.
struct PopulationClaim: Sendable {
  /// How findings name the evidence.
  let subject: String
  let population: Population
  /// The population's and the record table's places in the object table.
  let object: Int
  let table: Int
}

/// What all lines of one ref are held against.
struct LineRules: Sendable {
  let ref: RefName
  /// The period's opening, where it can be read.
  let opening: PeriodOpening?
  /// What the ref's lines said before; nil where they are read along.
  var earlier: EarlierLines?
  /// Whether the period's populations are kept for its reviews, which are checked next.
  var keepsPopulations = false
}

/// Parses lines and checks each on its own; belongs to one thread.
final class LineReader {
  private let rules: LineRules
  private let context: CheckContext
  private let lookup: ObjectLookup
  private let merkle = MerkleHasher()
  private let hasher = PathHasher()
  private var facts = LineFacts(range: CompactRange())
  private var lastFolder: [UInt8] = []
  private let earlier: EarlierPaths?
  private let seals: SealReader

  init(_ rules: LineRules, _ lookup: ObjectLookup, _ context: CheckContext) {
    self.rules = rules
    self.lookup = lookup
    self.context = context
    earlier = rules.earlier.map { EarlierPaths($0) }
    seals = SealReader(lookup)
  }

  /// Reads lines that each end in LF, the first of which is leaf `first`; `permits` are what their author may do, none where that
  /// is not known.
  func read(_ bytes: UnsafeRawBufferPointer, first: UInt64, permits: [Permit]) throws -> LineFacts {
    facts = LineFacts(range: CompactRange(at: first))
    lastFolder = []
    var start = 0
    while start < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
      let length = LineFeeds.first(in: rest) ?? rest.count
      try line(UnsafeRawBufferPointer(rebasing: rest[..<length]), permits)
      start += length + 1
    }
    return facts
  }

  private func line(_ bytes: UnsafeRawBufferPointer, _ permits: [Permit]) throws {
    let leaf = facts.range.end
    let hash = merkle.leaf(bytes)
    facts.range.append(hash, merkle)
    // Made for a finding only: most lines have none.
    var subject: String { "\(rules.ref)#\(leaf)" }
    let line: Line
    do throws(FormatError) {
      line = try Line(decoding: bytes)
    } catch {
      let name: Finding.Name = error.code == .unsupported ? .unsupportedFormat : .lineMalformed
      return context.log.add(name, subject, error.reason)
    }
    var isPermitted = !permits.isEmpty
    do throws(TrustError) {
      for permit in permits { try permit.check(line) }
    } catch {
      isPermitted = false
      object(Finding(Finding.Name(error, inTrust: false), subject, error.reason), to: line)
    }
    facts.period.take(line, leaf: leaf, hash: hash)
    switch line {
    case .open(let opening): open(opening, leaf, subject)
    case .entry(let entry):
      checkOpened(leaf, subject)
      try self.entry(entry, leaf, hash)
    case .repudiate(let repudiation):
      checkOpened(leaf, subject)
      facts.repudiations.append(
        RepudiationClaim(subject: subject, repudiation: repudiation, isPermitted: isPermitted))
    case .waive(let waiver):
      checkOpened(leaf, subject)
      if isPermitted { disclose(waiver, by: permits[0].authorName, subject) }
    case .seal(let seal):
      checkOpened(leaf, subject)
      if isPermitted { try self.seal(seal, subject) }
    case .expect, .close:
      checkOpened(leaf, subject)
    case .reconcile, .draw, .result:
      checkOpened(leaf, subject)
      review(line, leaf, subject)
    }
    checkStands(line, subject)
  }

  /// A ref holds the kinds of lines that are its own; openings and repudiations have findings of their own.
  private func checkStands(_ line: Line, _ subject: @autoclosure () -> String) {
    guard !line.stands(in: rules.ref) else { return }
    switch line {
    case .open, .repudiate: return
    default: context.log.add(.lineMisplaced, subject(), "no line of its kind stands in \(rules.ref)")
    }
  }

  private func disclose(_ waiver: Waiver, by author: String, _ subject: String) {
    context.log.disclose(.waived, subject, "\(waiver.finding), by \(author): \(waiver.reason)")
  }

  private func seal(_ seal: SealSignature, _ subject: String) throws {
    guard facts.period.sealsAtEnd <= SealReader.most else {
      return context.log.add(.sealInvalid, subject, "a commit has more seals than a period has approvers")
    }
    do {
      facts.period.sealed(try seals.read(seal, &facts.objects))
    } catch let flaw as BlockFlaw {
      context.log.add(flaw.name, subject, flaw.reason)
    }
  }

  /// Notes a line of reviews, and finds the report that a reconciliation names.
  private func review(_ line: Line, _ leaf: UInt64, _ subject: String) {
    facts.reviews.append(ReviewClaim(subject: subject, leaf: Int(leaf), line: line))
    if case .reconcile(let reconciliation) = line { _ = find(reconciliation.report, subject) }
  }

  /// Only what a line of evidence may not do can be put right by repudiating its commit.
  private func object(_ finding: Finding, to line: Line) {
    if case .entry = line, Objections.includes(finding.name) {
      facts.objections.add(finding)
    } else {
      context.log.add(finding)
    }
  }

  private func checkOpened(_ leaf: UInt64, _ subject: @autoclosure () -> String) {
    guard leaf == 0, case .period = rules.ref else { return }
    context.log.add(.openingMisplaced, subject(), "a period's first line is not its opening")
  }

  private func open(_ opening: PeriodOpening, _ leaf: UInt64, _ subject: String) {
    guard leaf == 0, case .period(let name) = rules.ref else {
      return context.log.add(.openingMisplaced, subject, "an opening that is not a period's first line")
    }
    guard opening.period == name else {
      return context.log.add(.openingMisplaced, subject, "the line opens the period \(opening.period)")
    }
  }

  private func entry(_ entry: Entry, _ leaf: UInt64, _ hash: Digest) throws {
    facts.counts.entries += 1
    var subject: String { "\(rules.ref.period):\(entry.path)" }
    remember(entry, leaf, hash)
    try holdAgainstEarlier(entry, subject, leaf)
    if case .period = rules.ref, let opening = rules.opening,
      !opening.admits(
        effective: entry.effective, collected: entry.collected, late: entry.late,
        concerns: entry.concerns)
    {
      facts.objections.add(
        Finding(
          .entryOutsidePeriod, subject,
          "it speaks about \(entry.effective.from) to \(entry.effective.to), and does not say why it is late")
      )
    }
    if entry.concerns == rules.ref.period {
      facts.objections.add(
        Finding(.entryOutsidePeriod, subject, "it concerns the very period that it stands in"))
    }
    let object = find(entry.object, subject)
    if let object, case let length = lookup.table.record(object).length, length != entry.size {
      context.log.add(.entrySize, subject, "the entry says \(entry.size) bytes, its object has \(length)")
    }
    guard let population = entry.population else { return }
    if rules.keepsPopulations {
      facts.references.add(entry, population, leaf: Int(leaf), hash: MerkleHash(hash))
    }
    guard let table = find(population.table, subject), let object else { return }
    let claim = PopulationClaim(subject: subject, population: population, object: object, table: table)
    if lookup.table.record(object).length > UInt64(PopulationCheck.small) {
      facts.populations.append(claim)
    } else {
      facts.counts.records += try PopulationCheck.run(claim, lookup.source, workers: 1, context)
    }
  }

  /// Looks up what stood at the path before.
  private func holdAgainstEarlier(
    _ entry: Entry, _ subject: @autoclosure () -> String, _ leaf: UInt64
  ) throws {
    guard let found = try earlier?.find(entry) else { return }
    if let other = found.conflict {
      context.log.add(.pathCollision, subject(), "leaf \(leaf): it cannot stand beside \(other)")
    }
    if let latest = found.latest { facts.earlier[latest.leaf] = latest }
  }

  /// The object's place; where it cannot be relied on, a finding that names the evidence.
  private func find(_ id: ObjectID, _ subject: @autoclosure () -> String) -> Int? {
    do throws(BlockFlaw) {
      let index = try lookup.find(id)
      facts.objects.append(index)
      return index
    } catch {
      context.log.add(error.name, subject(), error.reason)
      if let index = lookup.table.range(id).first { facts.objects.append(index) }
      return nil
    }
  }

  private func remember(_ entry: Entry, _ leaf: UInt64, _ hash: Digest) {
    let folded = entry.path.foldedKey
    let (key, exact) = hasher.path(entry.path, folded: folded)
    let identity = hasher.identity(hash, kind: entry.kind, series: entry.series)
    facts.paths.append(
      PathRecord(
        key: key, identity: identity, exact: exact, leaf: UInt32(clamping: leaf),
        revision: UInt32(clamping: entry.revision)))
    if let before = entry.supersedes {
      let identity = hasher.identity(before.hash.digest, kind: entry.kind, series: entry.series)
      facts.claims.append(
        PathClaim(leaf: UInt32(clamping: leaf), supersedes: before.leaf, identity: identity))
    }
    guard let slash = folded.lastIndex(of: UInt8(ascii: "/")), !folded[..<slash].elementsEqual(lastFolder)
    else {
      return
    }
    lastFolder = Array(folded[..<slash])
    facts.folders.append(hasher.folder(folded[..<slash]))
    for (index, byte) in lastFolder.enumerated() where byte == UInt8(ascii: "/") {
      facts.folders.append(hasher.folder(folded[..<index]))
    }
  }
}
