import VaultCore

/// What a log says of itself (C2SP tlog-checkpoint), with the time of the vault's own extension line; signed by
/// nobody yet.
public struct Checkpoint: Hashable, Sendable {
  /// The log's name.
  public let origin: String
  /// How many leaves the log has.
  public let size: Int
  /// The RFC 6962 root over them.
  public let root: MerkleHash
  /// When the log said so, by its clock; not below the last leaf's time.
  public let received: Timestamp

  public init(origin: String, size: Int, root: MerkleHash, received: Timestamp) {
    self.origin = origin
    self.size = size
    self.root = root
    self.received = received
  }

  /// Reads the text of a note: origin, size, root and `received TIME`, each ended by LF, and nothing else.
  ///
  /// Throws `malformed`.
  public init(text: [UInt8]) throws(SigningError) {
    let lines = text.split(separator: 0x0A, omittingEmptySubsequences: false)
    guard lines.count == 5, lines[4].isEmpty else { throw Self.malformed }
    let size = String(decoding: lines[1], as: UTF8.self)
    let extra = String(decoding: lines[3], as: UTF8.self)
    guard let count = Int(size), (0...CanonicalValue.maxInteger).contains(count), String(count) == size,
      let hash = Base64.decode(lines[2]), let root = Digest(hash), extra.hasPrefix(Self.received),
      let time = Timestamp(canonical: String(extra.dropFirst(Self.received.count)))
    else { throw Self.malformed }
    self.init(
      origin: String(decoding: lines[0], as: UTF8.self), size: count, root: MerkleHash(root), received: time)
    guard NoteName.isValid(origin), self.text == text else { throw Self.malformed }
  }

  private static let received = "received "
  private static let malformed = SigningError(
    .malformed, "the note is not a checkpoint: origin, size, root and time")

  /// The text that is signed.
  public var text: [UInt8] {
    Array("\(origin)\n\(size)\n\(Base64.encode(root.digest.bytes))\n\(Self.received)\(received)\n".utf8)
  }
}

/// A checkpoint that its log signed.
public struct VerifiedCheckpoint: Hashable, Sendable {
  public let checkpoint: Checkpoint
  /// The note's exact bytes, with all signature lines.
  public let note: [UInt8]
  /// The key that signed it.
  public let key: NoteVerifier

  /// The number of leaves.
  public var size: Int { checkpoint.size }
  /// The root over them.
  public var root: MerkleHash { checkpoint.root }
  /// The time by the log's clock.
  public var received: Timestamp { checkpoint.received }

  /// Reads a note and checks that `key`, whose name must be the checkpoint's origin, signed it.
  ///
  /// Throws `malformed`, `wrongKey` or `badSignature`.
  public init(_ note: [UInt8], by key: NoteVerifier) throws(SigningError) {
    let parsed = try SignedNote(note)
    guard key.algorithm == .ed25519 else {
      throw SigningError(.wrongKey, "a witness's key does not sign checkpoints of its own")
    }
    try parsed.verify(by: key)
    checkpoint = try Checkpoint(text: parsed.text)
    guard checkpoint.origin == key.name else {
      throw SigningError(.wrongKey, "the checkpoint is of the log \(checkpoint.origin), not of \(key.name)")
    }
    self.note = note
    self.key = key
  }

  /// Signs a checkpoint, whose origin is the signer's name.
  public init(signing checkpoint: Checkpoint, _ signer: NoteSigner) throws(SigningError) {
    var note = try SignedNote(text: checkpoint.text)
    note.add(try signer.sign(note.text))
    try self.init(note.encoded, by: signer.verifier)
  }

  /// Whether `witness` signed it too, and when, in seconds since 1970; nil where none of its lines holds.
  public func cosigned(by witness: NoteVerifier) -> UInt64? {
    guard witness.algorithm == .cosignature, let note = try? SignedNote(note) else { return nil }
    return (try? note.verify(by: witness))?.cosigned
  }
}
