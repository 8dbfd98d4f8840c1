import VaultCore

/// What was found in a population.
public struct PopulationReport: Sendable {
  public struct Finding: Sendable, Equatable {
    public let name: PopulationFinding
    /// How many records or numbers; for ``PopulationFinding/countDiffers`` by how many.
    public let count: Int
    /// The first of them, as ``PopulationFinding/unit`` counts.
    public let ranges: [ClosedRange<Int64>]
    /// Whether there are more than these.
    public let isCut: Bool
  }

  /// How many records there are.
  public let records: Int64
  /// Ordered by name.
  public let findings: [Finding]
  /// Records of an earlier time than the one before them: worth a note, no finding.
  public let backwards: Int64

  /// The findings as an entry holds them.
  public var counts: [Population.FindingCount] {
    findings.map { Population.FindingCount(name: $0.name.rawValue, count: $0.count) }
  }

  init(
    _ tally: FindingTally, _ others: [PopulationFinding], records: Int64, sourceCount: Int?, backwards: Int64
  ) {
    self.records = records
    self.backwards = backwards
    var found = tally.found.map {
      Finding(name: $0.key, count: Int($0.value.count), ranges: $0.value.ranges, isCut: $0.value.isCut)
    }
    found += others.map { Finding(name: $0, count: 1, ranges: [], isCut: false) }
    if let sourceCount, Int64(sourceCount) != records {
      found.append(
        Finding(name: .countDiffers, count: Int(abs(Int64(sourceCount) - records)), ranges: [], isCut: false))
    }
    findings = found.sorted { $0.name.rawValue.utf8.lexicographicallyPrecedes($1.name.rawValue.utf8) }
  }
}

/// A population that is refused for what was found in it.
public struct PopulationRefusal: Error, Sendable {
  /// The path that it was to get.
  public let path: EvidencePath
  public let report: PopulationReport
  /// The findings that no allowance covers.
  public let refused: [PopulationReport.Finding]
}
