import VaultCore

/// What a run of lines of one commit says of the period itself; in the order of the lines.
struct PeriodFacts: Sendable {
  /// A line, or some that are alike.
  struct Step: Sendable {
    let line: Line
    /// The first line's leaf.
    let leaf: UInt64
    /// How many entries follow each other; 1 for every other line.
    var count = 1
    /// What a seal line signs, where its signature holds.
    var seal: Seal?
  }

  private(set) var steps: [Step] = []
  private var endsInEntry = false
  private(set) var tally = PeriodTally.Part()
  /// Those of a `reviews/` ref.
  private(set) var reconciliations: [ReconciliationTally.Item] = []

  /// Takes in the next line.
  mutating func take(_ line: Line, leaf: UInt64, hash: Digest) {
    tally.take(line, leaf: Int(clamping: leaf), hash: MerkleHash(hash))
    if case .reconcile(let reconciliation) = line {
      reconciliations.append(
        ReconciliationTally.Item(reconciliation, leaf: Int(clamping: leaf), hash: MerkleHash(hash)))
    }
    let isEntry = if case .entry = line { true } else { false }
    if isEntry, endsInEntry {
      steps[steps.count - 1].count += 1
    } else {
      steps.append(Step(line: line, leaf: leaf))
    }
    endsInEntry = isEntry
  }

  /// Says what the newest line, a seal, signs.
  mutating func sealed(_ seal: Seal?) { steps[steps.count - 1].seal = seal }

  /// How many of the newest lines are seals.
  var sealsAtEnd: Int { steps.reversed().prefix { if case .seal = $0.line { true } else { false } }.count }
}
