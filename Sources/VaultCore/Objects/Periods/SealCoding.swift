extension Seal {
  public init(members m: inout Members) throws(FormatError) {
    commit = try m.objectID("commit")
    count = try m.integer("count", 1...CanonicalValue.maxInteger)
    period = try m.text("period", limit: 64)
    guard RefName.isPeriodName(period) else { throw m.bad("period", "is no period name") }
    predecessor = try Self.predecessor(&m)
    reconciliations = try Self.reconciliations(&m)
    reviews = try Self.reviews(&m)
    root = try m.merkleHash("root")
    time = try m.time("time")
    trust = try m.objectID("trust")
    vault = try m.objectID("vault")
    contents = try Contents(members: &m)
    _ = try m.integer("version", 1...1)
  }

  private static func predecessor(_ m: inout Members) throws(FormatError) -> Predecessor? {
    guard var p = try m.optionalMembers("predecessor") else { return nil }
    let found = Predecessor(period: try p.text("period", limit: 64), seal: try p.objectID("seal"))
    try p.finish()
    guard RefName.isPeriodName(found.period) else { throw m.bad("predecessor", "names no period") }
    return found
  }

  private static func reviews(_ m: inout Members) throws(FormatError) -> Reviews? {
    guard var r = try m.optionalMembers("reviews") else { return nil }
    let found = Reviews(
      commit: try r.objectID("commit"), count: try r.integer("count", 1...CanonicalValue.maxInteger),
      root: try r.merkleHash("root"))
    try r.finish()
    return found
  }

  private static func reconciliations(_ m: inout Members) throws(FormatError) -> [Reconciled] {
    var out: [Reconciled] = []
    for item in try m.array("reconciliations", limit: Contents.mostReferences, orEmpty: true) {
      var r = try Members(item, "reconciliations")
      let found = Reconciled(
        leaf: try r.integer("leaf"), hash: try r.merkleHash("hash"), open: try r.integer("open"))
      try r.finish()
      if let last = out.last, last.leaf >= found.leaf { throw m.bad("reconciliations", "are out of order") }
      out.append(found)
    }
    return out
  }

  public var documentMembers: [(String, CanonicalValue?)] {
    let reconciled = reconciliations.map { item in
      CanonicalValue.make([
        ("hash", .merkle(item.hash)), ("leaf", .integer(item.leaf)), ("open", .integer(item.open)),
      ])
    }
    let seen: CanonicalValue? = reviews.map {
      .make([("commit", .id($0.commit)), ("count", .integer($0.count)), ("root", .merkle($0.root))])
    }
    let before: CanonicalValue? = predecessor.map {
      .make([("period", .string($0.period)), ("seal", .id($0.seal))])
    }
    return [
      ("commit", .id(commit)), ("count", .integer(count)), ("period", .string(period)),
      ("predecessor", before), ("reconciliations", reconciled.isEmpty ? nil : .array(reconciled)),
      ("reviews", seen), ("root", .merkle(root)), ("time", .time(time)), ("trust", .id(trust)),
      ("vault", .id(vault)), ("version", .integer(1)),
    ] + contents.members
  }
}

extension Seal.Contents {
  /// Elements of the lists of sequences and of leaves of entries.
  private static let mostLeaves = 262_144
  /// Elements of the other lists.
  fileprivate static let mostReferences = 65_536

  init(members m: inout Members) throws(FormatError) {
    from = try m.time("from")
    to = try m.time("to")
    guard from < to else { throw m.bad("to", "is not after \"from\"") }
    documents = try m.integer("documents")
    expectations = try m.integer("expectations")
    for item in try m.array("populations", limit: Self.mostReferences, orEmpty: true) {
      var inner = try Members(item, "populations")
      let found = try PopulationReference(members: &inner)
      if let last = populations.last, last.leaf >= found.leaf {
        throw m.bad("populations", "are out of order")
      }
      populations.append(found)
    }
    repudiated = try Self.ascending(&m, "repudiated", limit: Self.mostLeaves)
    superseded = try Self.ascending(&m, "superseded", limit: Self.mostLeaves)
    waivers = try Self.ascending(&m, "waivers", limit: Self.mostReferences)
  }

  private static func ascending(
    _ m: inout Members, _ name: String, limit: Int
  ) throws(FormatError) -> [Int] {
    var out: [Int] = []
    for item in try m.array(name, limit: limit, orEmpty: true) {
      guard case .integer(let number) = item, (out.last ?? -1) < number else {
        throw m.bad(name, "is no ascending list of numbers")
      }
      out.append(number)
    }
    return out
  }

  var members: [(String, CanonicalValue?)] {
    func list(_ numbers: [Int]) -> CanonicalValue? {
      numbers.isEmpty ? nil : .array(numbers.map { .integer($0) })
    }
    return [
      ("documents", .integer(documents)), ("expectations", .integer(expectations)), ("from", .time(from)),
      ("populations", populations.isEmpty ? nil : .array(populations.map(\.value))),
      ("repudiated", list(repudiated)), ("superseded", list(superseded)), ("to", .time(to)),
      ("waivers", list(waivers)),
    ]
  }
}
