import VaultCore

/// Asks for leaves of the log (docs/protocol.md, §3.5).
public struct LeavesQuestion: Message {
  public static let documentType = "leaves"

  /// The first leaf's index.
  public let from: Int
  public let limit: Int

  public init(from: Int, limit: Int) {
    self.from = from
    self.limit = limit
  }

  public init(members m: inout Members) throws(FormatError) {
    from = try m.integer("from")
    limit = try m.integer("limit", 1...WireLimits.leaves)
  }

  public var documentMembers: [(String, CanonicalValue?)] {
    [("from", .integer(from)), ("limit", .integer(limit))]
  }
}

/// The answer to `leaves`.
public struct LeavesAnswer: Message {
  public static let documentType = "leaves"

  /// The leaves, in the log's order.
  public let leaves: [String]

  public init(leaves: [String]) { self.leaves = leaves }

  public init(members m: inout Members) throws(FormatError) {
    leaves = try m.texts("leaves", limit: WireLimits.leaves, bytes: WireLimits.leafBytes)
  }

  public var documentMembers: [(String, CanonicalValue?)] { [("leaves", .list(leaves))] }
}

/// Asks for proofs of the log (docs/protocol.md, §3.6).
public struct ProofQuestion: Message {
  public static let documentType = "proof"

  /// The leaf whose inclusion is to be proved.
  public let leaf: Int?
  /// Leaves of a checkpoint that the client has.
  public let size: Int

  public init(leaf: Int?, size: Int) {
    self.leaf = leaf
    self.size = size
  }

  public init(members m: inout Members) throws(FormatError) {
    leaf = try m.optionalInteger("leaf", 0...CanonicalValue.maxInteger)
    size = try m.integer("size")
  }

  public var documentMembers: [(String, CanonicalValue?)] {
    [("leaf", leaf.map { .integer($0) }), ("size", .integer(size))]
  }
}

/// The answer to `proof`.
public struct ProofAnswer: Message {
  public static let documentType = "proof"

  /// RFC 6962 §2.1.1, of the leaf in the checkpoint's tree; nil where none was asked for.
  public let inclusion: [Digest]?
  /// RFC 6962 §2.1.2, from the client's size to the checkpoint's.
  public let consistency: [Digest]
  /// The newest signed checkpoint.
  public let checkpoint: String

  public init(inclusion: [Digest]?, consistency: [Digest], checkpoint: String) {
    self.inclusion = inclusion
    self.consistency = consistency
    self.checkpoint = checkpoint
  }

  public init(members m: inout Members) throws(FormatError) {
    checkpoint = try m.text("checkpoint", limit: WireLimits.checkpointBytes)
    consistency = try m.digests("consistency")
    inclusion = try m.optionalDigests("inclusion")
  }

  public var documentMembers: [(String, CanonicalValue?)] {
    [
      ("checkpoint", .string(checkpoint)), ("consistency", .digests(consistency)),
      ("inclusion", inclusion.map { .digests($0) }),
    ]
  }
}
