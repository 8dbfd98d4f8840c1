/// An approver's word that the entries of an earlier commit do not count (docs/format.md, "Lines: repudiate").
/// They stay in the ref, and so does everything that proves them.
public struct Repudiation: VaultDocument, Hashable {
  public static let documentType = "repudiate"

  /// The commit whose entries do not count, of the same ref.
  public let commit: ObjectID
  /// That commit's sequence; never 1, which is the opening's.
  public let sequence: Int
  /// Why.
  public let reason: String

  public init(commit: ObjectID, sequence: Int, reason: String) {
    self.commit = commit
    self.sequence = sequence
    self.reason = reason
  }

  public init(members m: inout Members) throws(FormatError) {
    commit = try m.objectID("commit")
    reason = try m.text("reason")
    sequence = try m.integer("sequence", 2...CanonicalValue.maxInteger)
  }

  public var documentMembers: [(String, CanonicalValue?)] {
    [("commit", .id(commit)), ("reason", .string(reason)), ("sequence", .integer(sequence))]
  }
}
