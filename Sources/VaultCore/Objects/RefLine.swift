/// One line of a ref file: the tip that it makes, the packs it needs and the hash of the line before
/// (docs/format.md, "Ref files"). Appending it is a commit's commit point.
public struct RefLine: Hashable, Sendable {
  /// Where a pack lies.
  public struct PackLocation: Hashable, Sendable {
    /// SHA-256 of the pack's bytes.
    public let pack: ObjectID
    /// The packfile's number in its folder, from 1.
    public let file: Int
    /// The pack's first byte in the packfile.
    public let offset: UInt64
    /// The pack's bytes.
    public let length: UInt64

    public init(pack: ObjectID, file: Int, offset: UInt64, length: UInt64) {
      self.pack = pack
      self.file = file
      self.offset = offset
      self.length = length
    }
  }

  /// Bytes that an unfinished write left behind, explained by the writer that found them.
  public struct TornLine: Hashable, Sendable {
    /// SHA-256 of the torn bytes, without the `~` and LF that ended them.
    public let bytes: ObjectID
    /// How many bytes were torn.
    public let length: Int

    public init(bytes: ObjectID, length: Int) {
      self.bytes = bytes
      self.length = length
    }
  }

  /// The member that names the document: `commit` in a ref, `trust` in the trust log.
  public enum Kind: String, Hashable, Sendable {
    case commit
    case trust
  }

  public let kind: Kind
  /// The commit or trust document.
  public let document: ObjectID
  /// The commit's sequence, or the trust document's number.
  public let sequence: Int
  /// The signature objects over the document.
  public let signatures: [ObjectID]
  /// The packs that the document needs and no earlier line names; their order says nothing.
  public let packs: [PackLocation]
  /// SHA-256 of the whole line before, LF included; the vault's id in a ref's first line, absent in the trust
  /// log's first.
  public let previous: ObjectID?
  /// Torn lines that stand directly before this one.
  public let torn: [TornLine]
  /// Regions of packfiles that no line names and that lay before this line's packs.
  public let residue: [PackLocation]

  public init(
    kind: Kind, document: ObjectID, sequence: Int, signatures: [ObjectID], packs: [PackLocation],
    previous: ObjectID?,
    torn: [TornLine] = [], residue: [PackLocation] = []
  ) {
    self.kind = kind
    self.document = document
    self.sequence = sequence
    self.signatures = signatures
    self.packs = packs
    self.previous = previous
    self.torn = torn
    self.residue = residue
  }

  /// Decodes one line without its LF.
  public init(decoding bytes: UnsafeRawBufferPointer, kind: Kind) throws(FormatError) {
    guard bytes.count <= Limits.refLineBytes else {
      throw FormatError(.overLimit, "ref line of \(bytes.count) bytes")
    }
    var m = try Members(CanonicalValue(canonical: bytes), "ref line")
    self.kind = kind
    document = try m.objectID(kind.rawValue)
    packs = try Self.locations(&m, "packs", hash: "pack", orEmpty: true)
    previous = try m.optionalObjectID("previous")
    residue = try Self.locations(&m, "residue", hash: "bytes", orEmpty: true)
    sequence = try m.integer("sequence", 1...CanonicalValue.maxInteger)
    signatures = try m.objectIDs("signatures", limit: Limits.signaturesPerRefLine)
    torn = try Self.tornLines(&m)
    try m.finish()
    guard encoded() == Array(bytes) else {
      throw FormatError(.notCanonical, "a ref line encodes to other bytes")
    }
  }

  private static func locations(
    _ m: inout Members, _ name: String, hash: String, orEmpty: Bool
  ) throws(FormatError) -> [PackLocation] {
    var out: [PackLocation] = []
    for item in try m.array(name, limit: Limits.packsPerRefLine, orEmpty: orEmpty) {
      var p = try Members(item, "ref line.\(name)")
      let file = try p.integer("file", 1...999_999)
      let length = try p.integer("length")
      let offset = try p.integer("offset")
      out.append(
        PackLocation(pack: try p.objectID(hash), file: file, offset: UInt64(offset), length: UInt64(length)))
      try p.finish()
      guard offset + length <= CanonicalValue.maxInteger else { throw m.bad(name, "ends beyond 2^53") }
    }
    return out
  }

  private static func tornLines(_ m: inout Members) throws(FormatError) -> [TornLine] {
    var out: [TornLine] = []
    for item in try m.array("torn", limit: Limits.tornLinesPerRefLine, orEmpty: true) {
      var t = try Members(item, "ref line.torn")
      out.append(TornLine(bytes: try t.objectID("bytes"), length: try t.integer("length")))
      try t.finish()
    }
    return out
  }

  /// The line's bytes without its LF.
  public func encoded() -> [UInt8] {
    func list(_ items: [PackLocation], hash: String) -> CanonicalValue? {
      items.isEmpty ? nil : .array(items.map { $0.value(hash: hash) })
    }
    let torn: CanonicalValue? =
      self.torn.isEmpty
      ? nil : .array(self.torn.map { .make([("bytes", .id($0.bytes)), ("length", .integer($0.length))]) })
    return CanonicalValue.make([
      (kind.rawValue, .id(document)), ("packs", list(packs, hash: "pack")),
      ("previous", previous.map { .id($0) }),
      ("residue", list(residue, hash: "bytes")), ("sequence", .integer(sequence)),
      ("signatures", .array(signatures.map { .id($0) })), ("torn", torn),
    ]).encoded()
  }
}

extension RefLine.PackLocation {
  func value(hash: String) -> CanonicalValue {
    .make([
      ("file", .integer(file)), ("length", .integer(Int(length))), ("offset", .integer(Int(offset))),
      (hash, .id(pack)),
    ])
  }

  /// One past the last byte in the packfile.
  public var end: UInt64 { offset + length }
}
