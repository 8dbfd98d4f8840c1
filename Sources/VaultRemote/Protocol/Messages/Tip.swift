import VaultCore

/// The newest commit of a ref, as a remote has accepted it (docs/protocol.md, §3.2).
public struct Tip: Hashable, Sendable {
  public let ref: RefName
  public let sequence: Int
  public let commit: ObjectID
  /// Lines of the ref.
  public let count: Int
  /// The root over them.
  public let root: MerkleHash

  public init(ref: RefName, sequence: Int, commit: ObjectID, count: Int, root: MerkleHash) {
    self.ref = ref
    self.sequence = sequence
    self.commit = commit
    self.count = count
    self.root = root
  }

  init(_ value: CanonicalValue) throws(FormatError) {
    var m = try Members(value, "tip")
    commit = try m.objectID("commit")
    count = try m.integer("count", 1...CanonicalValue.maxInteger)
    ref = try m.refName("ref")
    root = try m.merkleHash("root")
    sequence = try m.integer("sequence", 1...CanonicalValue.maxInteger)
    try m.finish()
  }

  var value: CanonicalValue {
    .make([
      ("commit", .id(commit)), ("count", .integer(count)),
      ("ref", .string(ref.description)), ("root", .merkle(root)), ("sequence", .integer(sequence)),
    ])
  }
}

/// The newest trust document, as a remote has accepted it.
public struct TrustTip: Hashable, Sendable {
  public let number: Int
  public let document: ObjectID

  public init(number: Int, document: ObjectID) {
    self.number = number
    self.document = document
  }

  init(_ members: Members) throws(FormatError) {
    var m = members
    document = try m.objectID("document")
    number = try m.integer("number", 1...CanonicalValue.maxInteger)
    try m.finish()
  }

  var value: CanonicalValue {
    .make([("document", .id(document)), ("number", .integer(number))])
  }
}
