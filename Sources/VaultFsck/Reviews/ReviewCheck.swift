import VaultCore
import VaultStore

/// A line of reviews with its place.
struct ReviewClaim: Sendable {
  /// How findings name the line.
  let subject: String
  let leaf: Int
  let line: Line
}

/// Holds the lines of reviews against the period's populations and against the draws before them (docs/format.md, §16).
struct ReviewCheck {
  private let claims: [ReviewClaim]
  private let earlier: EarlierLines?
  /// Whether lines are missing, so that a draw that is not there proves nothing.
  private let hasGaps: Bool
  private let context: CheckContext
  private var draws: [Int: SampleDraw] = [:]
  /// The records of draws that results name.
  private var drawn: [Int: Set<UInt64>] = [:]

  init(_ claims: [ReviewClaim], _ earlier: EarlierLines?, hasGaps: Bool, _ context: CheckContext) {
    self.claims = claims
    self.earlier = earlier
    self.hasGaps = hasGaps
    self.context = context
  }

  consuming func run(against known: PopulationLedger) throws {
    var known = known
    var check = self
    for claim in check.claims { try check.check(claim, &known) }
  }

  private mutating func check(_ claim: ReviewClaim, _ known: inout PopulationLedger) throws {
    switch claim.line {
    case .reconcile(let reconciliation):
      try check(reconciliation.left, claim, &known)
      try check(reconciliation.right, claim, &known)
    case .draw(let draw):
      try check(draw.population, claim, &known)
      if let leaf = draw.extends { try checkExtension(draw, of: leaf, claim) }
      draws[claim.leaf] = draw
    case .result(let result): try check(result, claim, &known)
    default: break
    }
  }

  private func find(_ claim: ReviewClaim, _ detail: String) {
    context.log.add(.reviewMismatch, claim.subject, detail)
  }

  private func check(
    _ reference: PopulationReference, _ claim: ReviewClaim, _ known: inout PopulationLedger
  ) throws {
    guard try !known.holds(reference) else { return }
    find(
      claim,
      "it names leaf \(reference.leaf) of the period as \(reference.path) revision \(reference.revision), with a hash, "
        + "count and root; that leaf is no such population")
  }

  private mutating func checkExtension(_ draw: SampleDraw, of leaf: Int, _ claim: ReviewClaim) throws {
    guard let before = try self.draw(leaf, before: claim) else {
      if !hasGaps { find(claim, "it extends leaf \(leaf), which is no earlier draw") }
      return
    }
    if !draw.extends(before) {
      find(
        claim, "it extends the draw at leaf \(leaf), which has another population or seed, or is no smaller")
    }
  }

  private mutating func check(
    _ result: SampleResult, _ claim: ReviewClaim, _ known: inout PopulationLedger
  ) throws {
    guard let draw = try draw(result.draw, before: claim) else {
      if !hasGaps { find(claim, "it is about leaf \(result.draw), which is no earlier draw") }
      return
    }
    // A count that nobody vouches for could keep a reader busy for ever; the draw itself is told of.
    guard try known.holds(draw.population) else { return }
    if try !records(of: draw, at: result.draw).contains(UInt64(result.record)) {
      find(claim, "the draw at leaf \(result.draw) does not hold record \(result.record)")
    }
  }

  /// The draw at a leaf before a line.
  private mutating func draw(_ leaf: Int, before claim: ReviewClaim) throws -> SampleDraw? {
    guard leaf < claim.leaf else { return nil }
    if let found = draws[leaf] { return found }
    guard let index = earlier?.index, UInt64(leaf) < index.count,
      case .draw(let draw)? = try? Line(decoding: try RefReader(index).lineBytes(leaf: UInt64(leaf)))
    else { return nil }
    draws[leaf] = draw
    return draw
  }

  private mutating func records(of draw: SampleDraw, at leaf: Int) throws -> Set<UInt64> {
    if let found = drawn[leaf] { return found }
    // A draw takes a hash of every record, so a push may not ask for many of them.
    try context.budget?.work(draw.population.count)
    let found = Set(SampleLottery.records(of: draw))
    drawn[leaf] = found
    return found
  }
}
