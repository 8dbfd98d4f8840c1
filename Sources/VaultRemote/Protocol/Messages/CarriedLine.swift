import VaultCore

/// What a ref line holds without places (docs/protocol.md, §3.3): where packs lie is each copy's own affair.
public struct CarriedLine: Hashable, Sendable {
  /// A pack, and how many bytes it has.
  public struct Pack: Hashable, Sendable {
    public let pack: ObjectID
    public let length: Int

    public init(_ pack: ObjectID, length: Int) {
      self.pack = pack
      self.length = length
    }
  }

  /// The commit's sequence, or the trust document's number.
  public let sequence: Int
  /// The commit or trust document.
  public let document: ObjectID
  /// The signature objects over the document.
  public let signatures: [ObjectID]
  /// The packs that the document needs and no earlier line names.
  public let packs: [Pack]

  public init(sequence: Int, document: ObjectID, signatures: [ObjectID], packs: [Pack]) {
    self.sequence = sequence
    self.document = document
    self.signatures = signatures
    self.packs = packs
  }

  init(members m: inout Members) throws(FormatError) {
    document = try m.objectID("document")
    packs = try m.packs("packs", number: "length").map { Pack($0, length: $1) }
    sequence = try m.integer("sequence", 1...CanonicalValue.maxInteger)
    signatures = try m.objectIDs("signatures", limit: Limits.signaturesPerRefLine)
  }

  var members: [(String, CanonicalValue?)] {
    [
      ("document", .id(document)), ("packs", .packs(packs.map { ($0.pack, $0.length) }, number: "length")),
      ("sequence", .integer(sequence)), ("signatures", .array(signatures.map { .id($0) })),
    ]
  }
}

extension CarriedLine {
  /// A ref line without places.
  init(_ line: RefLine) {
    self.init(
      sequence: line.sequence, document: line.document, signatures: line.signatures,
      packs: line.packs.map { Pack($0.pack, length: Int($0.length)) })
  }
}

extension Members {
  /// A list of lines, in order and without gaps.
  mutating func lines(_ name: String) throws(FormatError) -> [CarriedLine] {
    var lines: [CarriedLine] = []
    for item in try array(name, limit: WireLimits.lines) {
      var inner = try Members(item, "line")
      let line = try CarriedLine(members: &inner)
      try inner.finish()
      if let last = lines.last, line.sequence != last.sequence + 1 { throw bad(name, "has a gap") }
      lines.append(line)
    }
    return lines
  }

  /// A list of distinct packs, each with one number.
  mutating func packs(_ name: String, number: String) throws(FormatError) -> [(ObjectID, Int)] {
    var out: [(ObjectID, Int)] = []
    var seen: Set<ObjectID> = []
    for item in try array(name, limit: WireLimits.packs) {
      var m = try Members(item, name)
      let pack = try m.objectID("pack")
      guard seen.insert(pack).inserted else { throw bad(name, "has a pack twice") }
      out.append((pack, try m.integer(number)))
      try m.finish()
    }
    return out
  }
}

extension CanonicalValue {
  static func lines(_ lines: [CarriedLine]) -> CanonicalValue { .array(lines.map { .make($0.members) }) }

  static func packs(_ packs: [(ObjectID, Int)], number: String) -> CanonicalValue {
    .array(packs.map { .make([("pack", .id($0.0)), (number, .integer($0.1))]) })
  }
}
