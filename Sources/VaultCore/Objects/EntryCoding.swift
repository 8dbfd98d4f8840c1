extension Entry {
  public init(members m: inout Members) throws(FormatError) {
    collected = try m.time("collected")
    concerns = try m.optionalText("concerns", limit: 64)
    context = try Self.decodeContext(&m)
    controls = try m.texts("controls", limit: 64, orEmpty: true)
    effective = try Self.decodeWindow(&m)
    let kindText = try m.text("kind", limit: 32)
    guard let kind = Kind(rawValue: kindText) else { throw m.bad("kind", "is unknown: \"\(kindText)\"") }
    late = try m.optionalText("late")
    mediaType = try m.text("mediaType", limit: 255)
    object = try m.objectID("object")
    path = try EvidencePath(try m.text("path"))
    if var p = try m.optionalMembers("population") {
      population = try Population(members: &p)
      try p.finish()
    } else {
      population = nil
    }
    revision = try m.integer("revision", 1...CanonicalValue.maxInteger)
    series = try m.optionalText("series", limit: 255)
    size = UInt64(try m.integer("size", 0...Int(Limits.objectBytes)))
    source = try Self.decodeSource(&m)
    supersedes = try Self.decodeSupersession(&m)
    if let concerns, !RefName.isPeriodName(concerns) { throw m.bad("concerns", "is no period name") }
    guard (kind == .population) == (population != nil) else {
      throw m.bad("population", "does not fit \"kind\"")
    }
    guard (revision > 1) == (supersedes != nil) else {
      throw m.bad("supersedes", "does not fit \"revision\"")
    }
  }

  private static func decodeContext(_ m: inout Members) throws(FormatError) -> [ContextItem] {
    guard let value = m.optional("context") else { return [] }
    guard case .object(let items) = value, !items.isEmpty, items.count <= 64 else {
      throw m.bad("context", "is not an object of 1 to 64 members")
    }
    var out: [ContextItem] = []
    for item in items {
      guard isContextKey(item.name), case .string(let text) = item.value, text.utf8.count <= Limits.textBytes
      else {
        throw m.bad("context", "has a member that is not key and short text")
      }
      out.append(ContextItem(key: item.name, value: text))
    }
    return out
  }

  /// Whether `key` is `[A-Za-z0-9._-]{1,64}`.
  public static func isContextKey(_ key: String) -> Bool {
    (1...64).contains(key.utf8.count)
      && key.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) && $0 < 0x80
          || "._-".utf8.contains($0)
      }
  }

  private static func decodeWindow(_ m: inout Members) throws(FormatError) -> Window {
    var w = try m.members("effective")
    let window = Window(from: try w.time("from"), to: try w.time("to"))
    try w.finish()
    guard window.from <= window.to else { throw m.bad("effective", "ends before it begins") }
    return window
  }

  private static func decodeSource(_ m: inout Members) throws(FormatError) -> Source {
    var s = try m.members("source")
    let source = Source(
      system: try s.text("system", limit: 255), query: try s.optionalText("query"),
      collector: try s.optionalText("collector", limit: 255),
      version: try s.optionalText("version", limit: 255))
    try s.finish()
    guard !source.system.isEmpty else { throw m.bad("source", "names no system") }
    return source
  }

  private static func decodeSupersession(_ m: inout Members) throws(FormatError) -> Supersession? {
    guard var s = try m.optionalMembers("supersedes") else { return nil }
    let found = Supersession(
      leaf: try s.integer("leaf"), hash: try s.merkleHash("hash"), reason: try s.text("reason"))
    try s.finish()
    guard !found.reason.isEmpty else { throw m.bad("supersedes", "has no reason") }
    return found
  }

  public var documentMembers: [(String, CanonicalValue?)] {
    let context: CanonicalValue? =
      self.context.isEmpty ? nil : .make(self.context.map { ($0.key, .string($0.value)) })
    let supersedes: CanonicalValue? = self.supersedes.map {
      .make([("hash", .merkle($0.hash)), ("leaf", .integer($0.leaf)), ("reason", .string($0.reason))])
    }
    return [
      ("collected", .time(collected)), ("concerns", concerns.map { .string($0) }), ("context", context),
      ("controls", .texts(controls)),
      ("effective", .make([("from", .time(effective.from)), ("to", .time(effective.to))])),
      ("kind", .string(kind.rawValue)), ("late", late.map { .string($0) }), ("mediaType", .string(mediaType)),
      ("object", .id(object)), ("path", .string(path.text)), ("population", population?.value),
      ("revision", .integer(revision)), ("series", series.map { .string($0) }), ("size", .integer(Int(size))),
      ("source", source.value), ("supersedes", supersedes),
    ]
  }
}

extension Entry.Source {
  var value: CanonicalValue {
    .make([
      ("collector", collector.map { .string($0) }), ("query", query.map { .string($0) }),
      ("system", .string(system)), ("version", version.map { .string($0) }),
    ])
  }
}
