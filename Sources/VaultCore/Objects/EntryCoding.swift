extension Entry {
  // Members are asked for in canonical order, so that they can be taken straight from bytes.
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
    guard let value = try m.optional("context") else { return [] }
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
    let from = try w.time("from")
    let window = Window(from: from, to: try w.time("to"))
    try w.finish()
    guard window.from <= window.to else { throw m.bad("effective", "ends before it begins") }
    return window
  }

  private static func decodeSource(_ m: inout Members) throws(FormatError) -> Source {
    var s = try m.members("source")
    let collector = try s.optionalText("collector", limit: 255)
    let query = try s.optionalText("query")
    let system = try s.text("system", limit: 255)
    let source = Source(
      system: system, query: query, collector: collector, version: try s.optionalText("version", limit: 255))
    try s.finish()
    guard !source.system.isEmpty else { throw m.bad("source", "names no system") }
    return source
  }

  private static func decodeSupersession(_ m: inout Members) throws(FormatError) -> Supersession? {
    guard var s = try m.optionalMembers("supersedes") else { return nil }
    let hash = try s.merkleHash("hash")
    let found = Supersession(leaf: try s.integer("leaf"), hash: hash, reason: try s.text("reason"))
    try s.finish()
    guard !found.reason.isEmpty else { throw m.bad("supersedes", "has no reason") }
    return found
  }

  public var documentMembers: [(String, CanonicalValue?)] {
    var list = MemberList()
    put(&list)
    return list.members
  }

  /// The entry's canonical bytes, written without a value for each member: there is a line for each file.
  public func encoded() -> [UInt8] {
    CanonicalWriter { writer in
      put(&writer)
      writer.put("type", Self.documentType)
    }.bytes
  }

  /// Decodes canonical bytes in passing; nil where they are not those of an entry, or are better looked at by the
  /// decoder that says what is wrong. What is accepted encodes to the same bytes.
  init?(passing bytes: UnsafeRawBufferPointer) {
    guard bytes.count <= Limits.lineBytes else { return nil }
    var parser = CanonicalParser(bytes)
    let read = withUnsafeMutablePointer(to: &parser) { Entry.read($0) }
    guard let read, parser.position == bytes.count else { return nil }
    self = read
  }

  private static func read(_ parser: UnsafeMutablePointer<CanonicalParser>) -> Entry? {
    do throws(FormatError) {
      var members = try Members(reading: parser, documentType)
      let entry = try Entry(members: &members)
      // Its own members need not come in canonical order, which reading in passing relies on.
      guard entry.population == nil else { return nil }
      try members.type(documentType)
      try members.finish()
      return entry
    } catch {
      return nil
    }
  }

  /// Puts the members, `type` aside, in canonical order.
  private func put(_ out: inout some MemberSink) {
    out.put("collected", collected)
    out.put("concerns", concerns)
    putContext(&out)
    out.put("controls", .texts(controls))
    out.put("effective") {
      $0.put("from", effective.from)
      $0.put("to", effective.to)
    }
    out.put("kind", kind.rawValue)
    out.put("late", late)
    out.put("mediaType", mediaType)
    out.put("object", object)
    out.put("path", path.text)
    out.put("population", population?.value)
    out.put("revision", revision)
    out.put("series", series)
    out.put("size", Int(size))
    out.put("source") {
      $0.put("collector", source.collector)
      $0.put("query", source.query)
      $0.put("system", source.system)
      $0.put("version", source.version)
    }
    guard let supersedes else { return }
    out.put("supersedes") {
      $0.put("hash", supersedes.hash)
      $0.put("leaf", supersedes.leaf)
      $0.put("reason", supersedes.reason)
    }
  }

  private func putContext(_ out: inout some MemberSink) {
    guard !context.isEmpty else { return }
    let ordered =
      context.count == 1 ? context : context.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    out.put("context") { inner in
      for item in ordered { inner.put(item.key, item.value) }
    }
  }
}
