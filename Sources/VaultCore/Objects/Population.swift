/// What the entry of a population says of its records (docs/format.md, "Populations").
public struct Population: Hashable, Sendable {
  /// How strongly the source's own count is known.
  public enum Grade: String, Hashable, Sendable, CaseIterable {
    /// The collector says so.
    case asserted
    /// The source's response is evidence too.
    case captured
    /// A second signer says so.
    case secondSigner = "second-signer"
    /// The source signed it.
    case sourceSigned = "source-signed"
  }

  /// The source's own count of its records.
  public struct SourceCount: Hashable, Sendable {
    public let count: Int
    public let grade: Grade

    public init(count: Int, grade: Grade) {
      self.count = count
      self.grade = grade
    }
  }

  /// How many records there are.
  public let count: Int
  /// The RFC 6962 root over the records.
  public let root: MerkleHash
  /// The record table object.
  public let table: ObjectID
  /// JSON Pointers (RFC 6901) to a record's id, sequence and time.
  public let idField: String?
  public let sequenceField: String?
  public let timeField: String?
  /// What the source says there should be.
  public let source: SourceCount?
  /// What its author found in the records, by name.
  public let findings: [FindingCount]
  /// Findings that are no defect here.
  public let allowances: [Allowance]
  /// Why the population is here although it is not complete.
  public let incomplete: String?
  /// The file that the records were cut from.
  public let cut: Cut?

  public init(
    count: Int, root: MerkleHash, table: ObjectID, idField: String? = nil, sequenceField: String? = nil,
    timeField: String? = nil, source: SourceCount? = nil, findings: [FindingCount] = [],
    allowances: [Allowance] = [], incomplete: String? = nil, cut: Cut? = nil
  ) {
    self.count = count
    self.root = root
    self.table = table
    self.idField = idField
    self.sequenceField = sequenceField
    self.timeField = timeField
    self.source = source
    self.findings = findings
    self.allowances = allowances
    self.incomplete = incomplete
    self.cut = cut
  }

  init(members m: inout Members) throws(FormatError) {
    allowances = try Self.decodeAllowances(&m)
    cut = try Self.decodeCut(&m)
    findings = try Self.decodeFindings(&m)
    incomplete = try m.optionalText("incomplete")
    count = try m.integer("count")
    idField = try Self.pointer(&m, "idField")
    // `salted` is reserved: a reader that does not know it must not take its root for a plain one.
    let leaf = try m.text("leaf", limit: 32)
    guard leaf == "plain" else {
      throw FormatError(.unsupported, "population leaves \"\(leaf)\" are not known")
    }
    root = try m.merkleHash("root")
    sequenceField = try Self.pointer(&m, "sequenceField")
    if var s = try m.optionalMembers("source") {
      let number = try s.integer("count")
      guard let grade = Grade(rawValue: try s.text("grade", limit: 32)) else {
        throw s.bad("grade", "is unknown")
      }
      try s.finish()
      source = SourceCount(count: number, grade: grade)
    } else {
      source = nil
    }
    table = try m.objectID("table")
    timeField = try Self.pointer(&m, "timeField")
  }

  private static func pointer(_ m: inout Members, _ name: String) throws(FormatError) -> String? {
    guard let text = try m.optionalText(name, limit: 1024) else { return nil }
    guard isPointer(text) else { throw m.bad(name, "is no JSON Pointer") }
    return text
  }

  /// Whether `text` is a JSON Pointer to a member (RFC 6901 §3): `/`-led tokens, `~` only as `~0` or `~1`.
  public static func isPointer(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.first == UInt8(ascii: "/") else { return false }
    for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "~") {
      guard index + 1 < bytes.count, bytes[index + 1] == 0x30 || bytes[index + 1] == 0x31 else {
        return false
      }
    }
    return true
  }

  package var value: CanonicalValue {
    .make(
      completenessMembers + [
        ("count", .integer(count)), ("idField", idField.map { .string($0) }), ("leaf", .string("plain")),
        ("root", .merkle(root)), ("sequenceField", sequenceField.map { .string($0) }),
        (
          "source",
          source.map { .make([("count", .integer($0.count)), ("grade", .string($0.grade.rawValue))]) }
        ), ("table", .id(table)), ("timeField", timeField.map { .string($0) }),
      ])
  }
}
