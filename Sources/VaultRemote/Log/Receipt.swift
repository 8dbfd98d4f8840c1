import VaultCore
import VaultSigning

/// What a remote says of something that it accepted (docs/protocol.md §5.4): the leaf, the proof that the leaf is in
/// the log, and the log's signed checkpoint. It was parsed, not verified.
public struct Receipt: Message {
  public static let documentType = "receipt"

  /// The leaf's place in the log, from 0.
  public let index: Int
  /// The leaf's bytes.
  public let leaf: [UInt8]
  /// The audit path from the leaf's sibling to the root's child (RFC 6962 §2.1.1).
  public let proof: [MerkleHash]
  /// The note with the checkpoint.
  public let checkpoint: [UInt8]

  /// More hashes than the path of any log has.
  static let proofLimit = 64

  public init(index: Int, leaf: [UInt8], proof: [MerkleHash], checkpoint: [UInt8]) {
    self.index = index
    self.leaf = leaf
    self.proof = proof
    self.checkpoint = checkpoint
  }

  init(leaf: [UInt8], proof: InclusionProof, checkpoint: VerifiedCheckpoint) {
    self.init(
      index: Int(proof.index), leaf: leaf, proof: proof.path.map { MerkleHash($0) },
      checkpoint: checkpoint.note)
  }

  public init(members m: inout Members) throws(FormatError) {
    checkpoint = Array(try m.text("checkpoint", limit: SignedNote.maximumLength).utf8)
    index = try m.integer("index")
    leaf = Array(try m.text("leaf", limit: LogLeaf.limit).utf8)
    proof = try m.merkleHashes("proof", limit: Self.proofLimit)
  }

  public var documentMembers: [(String, CanonicalValue?)] {
    [
      ("checkpoint", .string(String(decoding: checkpoint, as: UTF8.self))), ("index", .integer(index)),
      ("leaf", .string(String(decoding: leaf, as: UTF8.self))),
      ("proof", .array(proof.map { .merkle($0) })),
    ]
  }

  /// The leaf as one reads it; nothing shows yet that a log has it.
  ///
  /// Throws `malformedLeaf`.
  public func decodedLeaf() throws(LogError) -> LogLeaf {
    try leaf.withBytes { raw throws(LogError) in try LogLeaf(leaf: raw) }
  }

  /// Checks the receipt against the keys of the vault's logs: the leaf is canonical and of this vault, the proof leads
  /// to the checkpoint's root, one of `keys` signed the checkpoint.
  ///
  /// Throws `malformedLeaf`, `otherVault`, `malformedCheckpoint`, `notSigned`, `wrongProof` or `receivedWentBack`.
  public func verify(by keys: [NoteVerifier], vault: ObjectID) throws(LogError) -> VerifiedReceipt {
    let checkpoint = try VerifiedCheckpoint(checkpoint, byOneOf: keys)
    let leaf = try decodedLeaf()
    guard leaf.vault == vault else {
      throw LogError(.otherVault, "the receipt is for another vault, \(leaf.vault.hex)")
    }
    let hasher = MerkleHasher()
    let path = InclusionProof(
      index: UInt64(max(0, index)), treeSize: UInt64(checkpoint.size), path: proof.map(\.digest))
    guard index >= 0, path.root(leaf: hasher.leaf(self.leaf), hasher) == checkpoint.root else {
      throw LogError(.wrongProof, "the receipt's leaf is not where it says in the log that was signed")
    }
    guard leaf.received <= checkpoint.received else {
      throw LogError(.receivedWentBack, "the receipt's checkpoint is older than its leaf")
    }
    return VerifiedReceipt(receipt: self, leaf: leaf, checkpoint: checkpoint)
  }

  /// As ``verify(by:vault:)``, and checks that the receipt is for exactly this, with exactly these signature documents.
  ///
  /// Throws `wrongReceipt` besides.
  public func verify(
    by keys: [NoteVerifier], vault: ObjectID, accepting expected: LogLeaf.Accepted, signatures: [ObjectID]
  ) throws(LogError) -> VerifiedReceipt {
    let verified = try verify(by: keys, vault: vault)
    guard verified.leaf.accepted == expected,
      verified.leaf.signatures == LogLeaf.hash(ofSignatures: signatures)
    else { throw LogError(.wrongReceipt, "the receipt is for something else than what was pushed") }
    return verified
  }
}

/// A receipt that holds.
public struct VerifiedReceipt: Hashable, Sendable {
  public let receipt: Receipt
  public let leaf: LogLeaf
  public let checkpoint: VerifiedCheckpoint
}

extension VerifiedCheckpoint {
  /// Reads a note that one of `keys` must have signed.
  ///
  /// Throws `malformedCheckpoint` or `notSigned`.
  init(_ note: [UInt8], byOneOf keys: [NoteVerifier]) throws(LogError) {
    var failure = SigningError(.wrongKey, "the vault's trust names no log")
    for key in keys {
      do throws(SigningError) {
        self = try VerifiedCheckpoint(note, by: key)
        return
      } catch {
        // That a known key's signature is wrong says more than that another key's is missing.
        if failure.code != .badSignature { failure = error }
      }
    }
    throw LogError(checkpoint: failure)
  }
}
