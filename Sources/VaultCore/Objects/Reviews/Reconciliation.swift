/// Two populations held against each other: a line of a period's reviews (docs/format.md, §16: reconcile).
public struct Reconciliation: VaultDocument, Hashable {
  public static let documentType = "reconcile"

  /// A place in the records of either side, by JSON Pointers (RFC 6901).
  public struct FieldPair: Hashable, Sendable {
    public let left: String
    public let right: String

    public init(left: String, right: String) {
      self.left = left
      self.right = right
    }
  }

  public let left: PopulationReference
  public let right: PopulationReference
  /// The key.
  public let on: [FieldPair]
  /// What must be equal where the keys are.
  public let compare: [FieldPair]
  /// Keys on both sides that agree.
  public let matched: Int
  /// Keys of the left only.
  public let onlyLeft: Int
  /// Keys of the right only.
  public let onlyRight: Int
  /// Keys on both sides that differ in what is compared.
  public let differing: Int
  /// What is not matched, record by record: an object of the same ref.
  public let report: ObjectID

  /// Keys that are not matched.
  public var open: Int { onlyLeft + onlyRight + differing }

  public init(
    left: PopulationReference, right: PopulationReference, on: [FieldPair], compare: [FieldPair],
    matched: Int,
    onlyLeft: Int, onlyRight: Int, differing: Int, report: ObjectID
  ) {
    self.left = left
    self.right = right
    self.on = on
    self.compare = compare
    self.matched = matched
    self.onlyLeft = onlyLeft
    self.onlyRight = onlyRight
    self.differing = differing
    self.report = report
  }

  public init(members m: inout Members) throws(FormatError) {
    compare = try Self.pairs(&m, "compare", limit: 64, orEmpty: true)
    differing = try m.integer("differing", 0...Self.most)
    left = try m.populationReference("left")
    matched = try m.integer("matched", 0...Self.most)
    on = try Self.pairs(&m, "on", limit: 16, orEmpty: false)
    onlyLeft = try m.integer("onlyLeft", 0...Self.most)
    onlyRight = try m.integer("onlyRight", 0...Self.most)
    report = try m.objectID("report")
    right = try m.populationReference("right")
    guard !on.isEmpty else { throw m.bad("on", "is empty") }
  }

  /// Their sum stays a number of the format.
  private static let most = CanonicalValue.maxInteger / 4

  private static func pairs(
    _ m: inout Members, _ name: String, limit: Int, orEmpty: Bool
  ) throws(FormatError) -> [FieldPair] {
    var out: [FieldPair] = []
    for item in try m.array(name, limit: limit, orEmpty: orEmpty) {
      var pair = try Members(item, name)
      let found = FieldPair(
        left: try pair.text("left", limit: 1024), right: try pair.text("right", limit: 1024))
      try pair.finish()
      guard Population.isPointer(found.left), Population.isPointer(found.right) else {
        throw m.bad(name, "has an element that is no JSON Pointer")
      }
      out.append(found)
    }
    return out
  }

  public var documentMembers: [(String, CanonicalValue?)] {
    func value(_ pairs: [FieldPair]) -> CanonicalValue {
      .array(pairs.map { .make([("left", .string($0.left)), ("right", .string($0.right))]) })
    }
    return [
      ("compare", compare.isEmpty ? nil : value(compare)), ("differing", .integer(differing)),
      ("left", left.value), ("matched", .integer(matched)), ("on", value(on)),
      ("onlyLeft", .integer(onlyLeft)), ("onlyRight", .integer(onlyRight)), ("report", .id(report)),
      ("right", right.value),
    ]
  }
}
