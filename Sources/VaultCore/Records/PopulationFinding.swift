/// What may be wrong with a population (docs/format.md, §15.1), by its name in entries and answers.
public enum PopulationFinding: String, CaseIterable, Sendable {
  case blankLine = "blank-line"
  case byteOrderMark = "byte-order-mark"
  case countDiffers = "count-differs"
  case crlf = "crlf"
  case duplicateID = "duplicate-id"
  case duplicateMember = "duplicate-member"
  case duplicateSequence = "duplicate-sequence"
  case idMalformed = "id-malformed"
  case idMissing = "id-missing"
  case nesting = "nesting-too-deep"
  /// Of files that records are cut from alone (docs/format.md, §15.2), and so of no entry.
  case notCSV = "not-csv"
  case notJSON = "not-json"
  case notUnicode = "not-unicode"
  case nul = "nul"
  case numberOutOfRange = "number-out-of-range"
  case outsidePeriod = "record-outside-period"
  case sequenceGap = "sequence-gap"
  case sequenceMalformed = "sequence-malformed"
  case sequenceMissing = "sequence-missing"
  case responseDiffers = "source-response-differs"
  case timeMalformed = "time-malformed"
  case timeMissing = "time-missing"
  case timeWithoutZone = "time-without-zone"
  case truncatedLastLine = "truncated-last-line"
  case unpairedSurrogate = "unpaired-surrogate"

  /// What the ranges of a finding count.
  public enum Unit: String, Sendable {
    /// Lines of the population, from 1.
    case lines
    /// Sequence numbers.
    case sequence
  }

  /// What its ranges count; nil where it is about the population as a whole.
  public var unit: Unit? {
    switch self {
    case .countDiffers, .responseDiffers: nil
    case .sequenceGap, .duplicateSequence: .sequence
    default: .lines
    }
  }

  /// The findings that a record's flaws are.
  static let ofFlaws: [(RecordFlaws, PopulationFinding)] = [
    (.nul, .nul), (.invalidUTF8, .notUnicode), (.nesting, .nesting), (.notJSON, .notJSON),
    (.duplicateMember, .duplicateMember), (.numberOutOfRange, .numberOutOfRange),
    (.unpairedSurrogate, .unpairedSurrogate),
  ]
}

extension RecordFlaws {
  /// The findings that these flaws are.
  public var findings: [PopulationFinding] {
    isEmpty ? [] : PopulationFinding.ofFlaws.filter { contains($0.0) }.map(\.1)
  }
}
