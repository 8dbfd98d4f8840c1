extension Population {
  /// How many findings of a name its author had (docs/format.md, §15.1).
  public struct FindingCount: Hashable, Sendable {
    public let name: String
    public let count: Int

    public init(name: String, count: Int) {
      self.name = name
      self.count = count
    }
  }

  /// Why findings of a name are no defect of this population.
  public struct Allowance: Hashable, Sendable {
    public let finding: String
    public let reason: String

    public init(finding: String, reason: String) {
      self.finding = finding
      self.reason = reason
    }
  }

  /// The file that the records were cut from (docs/format.md, §15.2).
  public struct Cut: Hashable, Sendable {
    public enum Format: String, Hashable, Sendable, CaseIterable {
      /// A JSON array.
      case array = "json-array"
      /// An object whose member `Records` is an array, as CloudTrail has it.
      case records = "json-records"
      /// RFC 4180, with a header.
      case csv
    }

    public let format: Format
    /// The file's object.
    public let object: ObjectID

    public init(format: Format, object: ObjectID) {
      self.format = format
      self.object = object
    }
  }

  static func decodeFindings(_ m: inout Members) throws(FormatError) -> [FindingCount] {
    var out: [FindingCount] = []
    for item in try m.array("findings", limit: 64, orEmpty: true) {
      var f = try Members(item, "findings")
      let found = FindingCount(
        name: try f.text("name", limit: 64), count: try f.integer("count", 1...CanonicalValue.maxInteger))
      try f.finish()
      guard Waiver.isFindingName(found.name) else { throw m.bad("findings", "has a name that is none") }
      if let last = out.last, !last.name.utf8.lexicographicallyPrecedes(found.name.utf8) {
        throw m.bad("findings", "are out of order")
      }
      out.append(found)
    }
    return out
  }

  static func decodeAllowances(_ m: inout Members) throws(FormatError) -> [Allowance] {
    var out: [Allowance] = []
    for item in try m.array("allowances", limit: 64, orEmpty: true) {
      var a = try Members(item, "allowances")
      let found = Allowance(finding: try a.text("finding", limit: 64), reason: try a.text("reason"))
      try a.finish()
      guard Waiver.isFindingName(found.finding), !out.contains(where: { $0.finding == found.finding }) else {
        throw m.bad("allowances", "name a finding twice, or none")
      }
      out.append(found)
    }
    return out
  }

  static func decodeCut(_ m: inout Members) throws(FormatError) -> Cut? {
    guard var c = try m.optionalMembers("cut") else { return nil }
    guard let format = Cut.Format(rawValue: try c.text("format", limit: 32)) else {
      throw c.bad("format", "is unknown")
    }
    let found = Cut(format: format, object: try c.objectID("object"))
    try c.finish()
    return found
  }

  /// The members of completeness; those that say nothing are left out.
  var completenessMembers: [(String, CanonicalValue?)] {
    let allowed = allowances.map {
      CanonicalValue.make([("finding", .string($0.finding)), ("reason", .string($0.reason))])
    }
    let found = findings.map {
      CanonicalValue.make([("count", .integer($0.count)), ("name", .string($0.name))])
    }
    return [
      ("allowances", allowed.isEmpty ? nil : .array(allowed)),
      (
        "cut",
        cut.map { .make([("format", .string($0.format.rawValue)), ("object", .id($0.object))]) }
      ),
      ("findings", found.isEmpty ? nil : .array(found)),
      ("incomplete", incomplete.map { .string($0) }),
    ]
  }
}
