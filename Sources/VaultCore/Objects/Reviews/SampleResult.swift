/// What a tester found in one record of a draw: a line of a period's reviews (docs/format.md, §16: result).
public struct SampleResult: VaultDocument, Hashable {
  public static let documentType = "result"

  public enum Outcome: String, Hashable, Sendable, CaseIterable {
    case pass
    case exception
    case notApplicable = "not-applicable"
  }

  /// The leaf of the draw in the same ref.
  public let draw: Int
  /// The record's index in the population.
  public let record: Int
  public let outcome: Outcome
  public let note: String?

  public init(draw: Int, record: Int, outcome: Outcome, note: String? = nil) {
    self.draw = draw
    self.record = record
    self.outcome = outcome
    self.note = note
  }

  public init(members m: inout Members) throws(FormatError) {
    draw = try m.integer("draw")
    note = try m.optionalText("note")
    let text = try m.text("outcome", limit: 32)
    guard let outcome = Outcome(rawValue: text) else { throw m.bad("outcome", "is unknown: \"\(text)\"") }
    self.outcome = outcome
    record = try m.integer("record")
    guard outcome != .exception || note != nil else {
      throw m.bad("note", "is missing: an exception has one")
    }
  }

  public var documentMembers: [(String, CanonicalValue?)] {
    [
      ("draw", .integer(draw)), ("note", note.map { .string($0) }), ("outcome", .string(outcome.rawValue)),
      ("record", .integer(record)),
    ]
  }
}
