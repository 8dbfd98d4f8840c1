import VaultCore

/// Findings by name, with where they are.
struct FindingTally: Sendable {
  private(set) var found: [PopulationFinding: NumberRanges] = [:]

  mutating func add(_ finding: PopulationFinding, _ number: Int64) { add(finding, number...number) }

  mutating func add(_ finding: PopulationFinding, _ range: ClosedRange<Int64>) {
    found[finding, default: NumberRanges()].add(range)
  }

  mutating func add(_ finding: PopulationFinding, _ ranges: NumberRanges) {
    found[finding, default: NumberRanges()].add(ranges)
  }

  /// Adds the findings of later lines.
  mutating func add(_ later: FindingTally) {
    for (finding, ranges) in later.found { add(finding, ranges) }
  }
}
