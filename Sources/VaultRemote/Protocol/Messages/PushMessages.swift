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

/// What a push ends with: what a receipt is made of (docs/protocol.md, §5.4), as it came and unverified.
public struct ReceiptAnswer: Message {
  public static let documentType = "receipt"

  /// The leaf's index in the log.
  public let index: Int
  /// The leaf.
  public let leaf: String
  /// Its inclusion in the checkpoint's tree.
  public let proof: [Digest]
  /// The signed checkpoint.
  public let checkpoint: String

  public init(index: Int, leaf: String, proof: [Digest], checkpoint: String) {
    self.index = index
    self.leaf = leaf
    self.proof = proof
    self.checkpoint = checkpoint
  }

  public init(members m: inout Members) throws(FormatError) {
    checkpoint = try m.text("checkpoint", limit: WireLimits.checkpointBytes)
    index = try m.integer("index")
    leaf = try m.text("leaf", limit: WireLimits.leafBytes)
    proof = try m.digests("proof")
  }

  public var documentMembers: [(String, CanonicalValue?)] {
    [
      ("checkpoint", .string(checkpoint)), ("index", .integer(index)), ("leaf", .string(leaf)),
      ("proof", .digests(proof)),
    ]
  }
}
