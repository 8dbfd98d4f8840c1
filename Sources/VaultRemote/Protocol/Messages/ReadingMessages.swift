import VaultCore

/// Asks for all tips that the key may see (docs/protocol.md, §3.2).
public struct RefsQuestion: Message {
  public static let documentType = "refs"

  public init() {}
  public init(members m: inout Members) throws(FormatError) {}
  public var documentMembers: [(String, CanonicalValue?)] { [] }
}

/// The answer to `refs`.
public struct RefsAnswer: Message {
  public static let documentType = "refs"

  /// Ordered by the bytes of their names, each name once.
  public let refs: [Tip]
  public let trust: TrustTip

  public init(refs: [Tip], trust: TrustTip) {
    self.refs = refs
    self.trust = trust
  }

  public init(members m: inout Members) throws(FormatError) {
    var refs: [Tip] = []
    for item in try m.array("refs", limit: WireLimits.refs) {
      let tip = try Tip(item)
      if let last = refs.last, last.ref.description >= tip.ref.description {
        throw m.bad("refs", "is not in order")
      }
      refs.append(tip)
    }
    self.refs = refs
    trust = try TrustTip(try m.members("trust"))
  }

  public var documentMembers: [(String, CanonicalValue?)] {
    [("refs", .array(refs.map(\.value))), ("trust", trust.value)]
  }
}

/// Asks for the lines of a ref, or of trust, after a sequence (docs/protocol.md, §3.3).
public struct LinesQuestion: Message {
  public static let documentType = "lines"

  public let ref: ChainName
  /// The sequence that the client has, 0 for none.
  public let after: Int

  public init(ref: ChainName, after: Int) {
    self.ref = ref
    self.after = after
  }

  public init(members m: inout Members) throws(FormatError) {
    after = try m.integer("after")
    ref = try m.chain("ref")
  }

  public var documentMembers: [(String, CanonicalValue?)] {
    [("after", .integer(after)), ("ref", .string(ref.description))]
  }
}

/// The answer to `lines`.
public struct LinesAnswer: Message {
  public static let documentType = "lines"

  /// In order, without gaps.
  public let lines: [CarriedLine]
  /// Whether the ref has more.
  public let more: Bool

  public init(lines: [CarriedLine], more: Bool) {
    self.lines = lines
    self.more = more
  }

  public init(members m: inout Members) throws(FormatError) {
    lines = try m.lines("lines")
    guard case .bool(let more)? = try m.optional("more") else { throw m.bad("more", "is not a boolean") }
    self.more = more
  }

  public var documentMembers: [(String, CanonicalValue?)] {
    [("lines", .lines(lines)), ("more", .bool(more))]
  }
}

/// Asks for the packs of lines, one behind the other (docs/protocol.md, §3.4).
public struct PacksQuestion: Message {
  public static let documentType = "packs"

  public let ref: ChainName
  /// The sequence before the first line's.
  public let after: Int
  /// The last line's sequence.
  public let through: Int
  /// Bytes of these packs that the client has.
  public let offset: Int

  public init(ref: ChainName, after: Int, through: Int, offset: Int) {
    self.ref = ref
    self.after = after
    self.through = through
    self.offset = offset
  }

  public init(members m: inout Members) throws(FormatError) {
    after = try m.integer("after")
    offset = try m.integer("offset")
    ref = try m.chain("ref")
    through = try m.integer("through")
    guard after < through, through - after <= WireLimits.lines else {
      throw m.bad("through", "is not one of the \(WireLimits.lines) sequences after \(after)")
    }
  }

  public var documentMembers: [(String, CanonicalValue?)] {
    [
      ("after", .integer(after)), ("offset", .integer(offset)), ("ref", .string(ref.description)),
      ("through", .integer(through)),
    ]
  }
}

/// The answer to `packs`: data of so many bytes follow.
public struct DataAnswer: Message {
  public static let documentType = "data"

  /// Bytes that follow.
  public let length: Int

  public init(length: Int) { self.length = length }

  public init(members m: inout Members) throws(FormatError) { length = try m.integer("length") }

  public var documentMembers: [(String, CanonicalValue?)] { [("length", .integer(length))] }
}
