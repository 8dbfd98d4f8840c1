import VaultCore

/// One leaf of a remote's log: what the remote accepted, and when (docs/protocol.md §5.1). Its canonical bytes,
/// without a line end, are the leaf.
public struct LogLeaf: VaultDocument, Hashable {
  public static let documentType = "accepted"

  /// The most bytes of a leaf.
  public static let limit = 4096

  /// What a leaf accepts.
  public enum Accepted: Hashable, Sendable {
    /// A ref's commit; `count` and `root` are the commit's, so that the leaf stands for all lines of the ref.
    case commit(ObjectID, ref: RefName, sequence: Int, count: Int, root: MerkleHash)
    /// A trust document.
    case trust(ObjectID, number: Int)
  }

  /// The vault's id.
  public let vault: ObjectID
  public let accepted: Accepted
  /// SHA-256 over the ids of the signature documents; see ``hash(ofSignatures:)``.
  public let signatures: ObjectID
  /// The newest trust document of the remote at that time, or the one that the leaf accepts.
  public let trust: ObjectID
  /// When, by the remote's clock.
  public let received: Timestamp

  /// The leaf of a ref's commit.
  public init(
    accepting commit: ObjectID, _ document: Commit, signatures: [ObjectID], trust: ObjectID,
    received: Timestamp
  ) {
    vault = document.vault
    accepted = .commit(
      commit, ref: document.ref, sequence: document.sequence, count: document.count, root: document.root)
    self.signatures = Self.hash(ofSignatures: signatures)
    self.trust = trust
    self.received = received
  }

  /// The leaf of a trust document of the vault with this id.
  public init(
    acceptingTrust document: ObjectID, number: Int, vault: ObjectID, signatures: [ObjectID],
    received: Timestamp
  ) {
    self.vault = vault
    accepted = .trust(document, number: number)
    self.signatures = Self.hash(ofSignatures: signatures)
    trust = document
    self.received = received
  }

  /// SHA-256 over the ids, 32 bytes each, in the order of their bytes.
  public static func hash(ofSignatures ids: [ObjectID]) -> ObjectID {
    ObjectID(of: ids.sorted().flatMap(\.digest.bytes))
  }

  public init(members m: inout Members) throws(FormatError) {
    received = try m.time("received")
    signatures = try m.objectID("signatures")
    trust = try m.objectID("trust")
    vault = try m.objectID("vault")
    _ = try m.integer("version", 1...1)
    if let number = try m.optionalInteger("number", 1...CanonicalValue.maxInteger) {
      accepted = .trust(trust, number: number)
      guard (number == 1) == (trust == vault) else {
        throw m.bad("number", "is 1 for the document that gives the vault its id, and only for that one")
      }
      return
    }
    guard let ref = RefName(try m.text("ref")) else { throw m.bad("ref", "is no ref name") }
    accepted = .commit(
      try m.objectID("commit"), ref: ref, sequence: try m.integer("sequence", 1...CanonicalValue.maxInteger),
      count: try m.integer("count", 1...CanonicalValue.maxInteger), root: try m.merkleHash("root"))
  }

  public var documentMembers: [(String, CanonicalValue?)] {
    let common: [(String, CanonicalValue?)] = [
      ("received", .time(received)), ("signatures", .id(signatures)), ("trust", .id(trust)),
      ("vault", .id(vault)), ("version", .integer(1)),
    ]
    switch accepted {
    case .commit(let id, let ref, let sequence, let count, let root):
      return common + [
        ("commit", .id(id)), ("count", .integer(count)), ("ref", .string(ref.description)),
        ("root", .merkle(root)), ("sequence", .integer(sequence)),
      ]
    case .trust(_, let number): return common + [("number", .integer(number))]
    }
  }

  /// Decodes exactly a leaf's bytes.
  ///
  /// Throws `malformedLeaf`.
  public init(leaf bytes: UnsafeRawBufferPointer) throws(LogError) {
    do throws(FormatError) {
      try self.init(decoding: bytes, limit: Self.limit)
    } catch {
      throw LogError(.malformedLeaf, "a leaf of the log is not one: \(error.reason)")
    }
  }
}

extension LogLeaf {
  /// Whose leaf it is.
  public var subject: ChainName {
    switch accepted {
    case .commit(_, let ref, _, _, _): .ref(ref)
    case .trust: .trust
    }
  }

  /// The commit's sequence, or the trust document's number.
  public var number: Int {
    switch accepted {
    case .commit(_, _, let sequence, _, _): sequence
    case .trust(_, let number): number
    }
  }

  /// The commit or trust document that is accepted.
  public var document: ObjectID {
    switch accepted {
    case .commit(let id, _, _, _, _), .trust(let id, _): id
    }
  }

  /// Checks that the leaf may stand behind `last`, or first where that is nil, in the log of `vault`.
  ///
  /// Throws `otherVault`, `malformedLeaf` or `receivedWentBack`.
  func checkFollows(_ last: Timestamp?, vault: ObjectID) throws(LogError) {
    guard self.vault == vault else {
      throw LogError(.otherVault, "the log has a leaf of another vault, \(self.vault.hex)")
    }
    guard (last == nil) == (accepted == .trust(vault, number: 1)) else {
      throw LogError(.malformedLeaf, "the first leaf, and no other, accepts the vault's first trust document")
    }
    guard let last, received < last else { return }
    throw LogError(
      .receivedWentBack, "a leaf of \(subject) was received at \(received), the one before at \(last)")
  }
}

/// A leaf with its place.
public struct PlacedLeaf: Hashable, Sendable {
  /// From 0.
  public let index: Int
  public let leaf: LogLeaf
}
