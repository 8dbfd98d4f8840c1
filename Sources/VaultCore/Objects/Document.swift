/// A document of the vault: canonical JSON with a mandatory `type` and, by it, one decoding.
public protocol VaultDocument: Sendable {
  /// The value of the member `type`.
  static var documentType: String { get }
  /// Takes the document's own members; `type` is taken already.
  init(members: inout Members) throws(FormatError)
  /// The members besides `type`; nil ones are left out.
  var documentMembers: [(String, CanonicalValue?)] { get }
  /// The document's canonical bytes; their SHA-256 is its id.
  func encoded() -> [UInt8]
}

extension VaultDocument {
  /// Decodes exactly these canonical bytes and refuses unknown members, other types and other encodings.
  public init(
    decoding bytes: UnsafeRawBufferPointer, limit: Int = Limits.documentBytes
  ) throws(FormatError) {
    guard bytes.count <= limit else {
      throw FormatError(.overLimit, "\(Self.documentType) of \(bytes.count) bytes")
    }
    try self.init(value: CanonicalValue(canonical: bytes))
    guard encoded() == Array(bytes) else {
      throw FormatError(.notCanonical, "\(Self.documentType) encodes to other bytes")
    }
  }

  /// Decodes exactly these canonical bytes.
  public init(decoding bytes: [UInt8], limit: Int = Limits.documentBytes) throws(FormatError) {
    self = try bytes.withBytes { raw throws(FormatError) in try Self(decoding: raw, limit: limit) }
  }

  /// Decodes a parsed value.
  public init(value: CanonicalValue) throws(FormatError) {
    var members = try Members(value, Self.documentType)
    try members.type(Self.documentType)
    try self.init(members: &members)
    try members.finish()
  }

  /// The document's canonical value.
  public var value: CanonicalValue {
    .make(documentMembers + [("type", .string(Self.documentType))])
  }

  /// The document's canonical bytes; their SHA-256 is its id.
  public func encoded() -> [UInt8] { value.encoded() }
}

extension CanonicalValue {
  /// A Merkle hash in the document spelling.
  package static func merkle(_ hash: MerkleHash) -> CanonicalValue { .string(hash.description) }
  /// An object id in the document spelling.
  package static func id(_ id: ObjectID) -> CanonicalValue { .string(id.description) }
  /// A time in the one form of the format.
  package static func time(_ time: Timestamp) -> CanonicalValue { .string(time.description) }
  /// An array of texts, or nil where there is none.
  static func texts(_ texts: [String]) -> CanonicalValue? {
    texts.isEmpty ? nil : .array(texts.map { .string($0) })
  }
}
