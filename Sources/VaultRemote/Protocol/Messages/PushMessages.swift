import VaultCore

/// Offers a commit or a trust document (docs/protocol.md, §3.9).
public struct Push: Message {
  public static let documentType = "push"

  public let ref: ChainName
  /// What the receiver's own line will hold; its packs are all that it will name.
  public let line: CarriedLine

  public init(ref: ChainName, line: CarriedLine) {
    self.ref = ref
    self.line = line
  }

  public init(members m: inout Members) throws(FormatError) {
    line = try CarriedLine(members: &m)
    ref = try m.chain("ref")
  }

  public var documentMembers: [(String, CanonicalValue?)] {
    line.members + [("ref", .string(ref.description))]
  }
}

/// What the server lacks of a push; data follow for each pack, from its offset to its end.
public struct Want: Message {
  public static let documentType = "want"

  /// A pack, and how much of it the server holds already.
  public struct Pack: Hashable, Sendable {
    public let pack: ObjectID
    /// Bytes that the server holds.
    public let offset: Int

    public init(_ pack: ObjectID, offset: Int) {
      self.pack = pack
      self.offset = offset
    }
  }

  public let packs: [Pack]

  public init(packs: [Pack]) { self.packs = packs }

  public init(members m: inout Members) throws(FormatError) {
    packs = try m.packs("packs", number: "offset").map { Pack($0, offset: $1) }
  }

  public var documentMembers: [(String, CanonicalValue?)] {
    [("packs", .packs(packs.map { ($0.pack, $0.offset) }, number: "offset"))]
  }
}
