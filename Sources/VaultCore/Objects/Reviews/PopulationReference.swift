/// A population, named so that neither another entry nor other records can be meant (docs/format.md, §7.6).
public struct PopulationReference: Hashable, Sendable {
  public let path: EvidencePath
  public let revision: Int
  /// The entry's leaf in the period's ref.
  public let leaf: Int
  /// That leaf's hash.
  public let hash: MerkleHash
  /// How many records there are.
  public let count: Int
  /// The RFC 6962 root over them.
  public let root: MerkleHash

  public init(
    path: EvidencePath, revision: Int, leaf: Int, hash: MerkleHash, count: Int, root: MerkleHash
  ) {
    self.path = path
    self.revision = revision
    self.leaf = leaf
    self.hash = hash
    self.count = count
    self.root = root
  }

  init(members m: inout Members) throws(FormatError) {
    count = try m.integer("count")
    hash = try m.merkleHash("hash")
    leaf = try m.integer("leaf")
    path = try EvidencePath(try m.text("path"))
    revision = try m.integer("revision", 1...CanonicalValue.maxInteger)
    root = try m.merkleHash("root")
    try m.finish()
  }

  public var value: CanonicalValue {
    .make([
      ("count", .integer(count)), ("hash", .merkle(hash)), ("leaf", .integer(leaf)),
      ("path", .string(path.text)), ("revision", .integer(revision)), ("root", .merkle(root)),
    ])
  }
}

extension Members {
  /// A nested population reference.
  mutating func populationReference(_ name: String) throws(FormatError) -> PopulationReference {
    var inner = try members(name)
    return try PopulationReference(members: &inner)
  }
}
