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
    /// What is wrong with the first of them, where the name does not say it.
    public var detail: String?
  }

  /// Whose lines the findings name.
  public enum Place: Sendable {
    /// Those of the file as it was given.
    case file
    /// Those of the records that were cut from it: each is a record's number plus 1.
    case cut
  }

  public let place: Place
  /// How many records there are; nil for a file that they cannot be cut from.
  public let records: Int64?
  /// Ordered by name.
  public let findings: [Finding]
  /// Records of an earlier time than the one before them: worth a note, no finding.
  public let backwards: Int64

  /// The findings as an entry holds them.
  public var counts: [Population.FindingCount] {
    findings.map { Population.FindingCount(name: $0.name.rawValue, count: $0.count) }
  }

  init(
    _ tally: FindingTally, _ others: [PopulationFinding], place: Place, records: Int64, sourceCount: Int?,
    backwards: Int64
  ) {
    self.place = place
    self.records = records
    self.backwards = backwards
    var found = Self.findings(tally)
    found += others.map { Finding(name: $0, count: 1, ranges: [], isCut: false) }
    if let sourceCount, Int64(sourceCount) != records {
      found.append(
        Finding(name: .countDiffers, count: Int(abs(Int64(sourceCount) - records)), ranges: [], isCut: false))
    }
    findings = Self.ordered(found)
  }

  /// What is wrong with a file that records cannot be cut from, with what is wrong first of each name.
  init(uncut tally: FindingTally, _ details: [PopulationFinding: String]) {
    place = .file
    records = nil
    backwards = 0
    findings = Self.ordered(Self.findings(tally, details))
  }

  private static func findings(
    _ tally: FindingTally, _ details: [PopulationFinding: String] = [:]
  ) -> [Finding] {
    tally.found.map { name, numbers in
      Finding(
        name: name, count: Int(numbers.count), ranges: numbers.ranges, isCut: numbers.isCut,
        detail: details[name])
    }
  }

  private static func ordered(_ findings: [Finding]) -> [Finding] {
    findings.sorted { $0.name.rawValue.utf8.lexicographicallyPrecedes($1.name.rawValue.utf8) }
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
