/// One step of a ref: it adds lines, and its root covers every line of the ref so far, so that append-only is
/// a Merkle consistency proof (docs/format.md, "Commits").
public struct Commit: VaultDocument, Hashable {
  public static let documentType = "commit"
  /// The SSHSIG namespace of signatures over commits.
  public static let signatureNamespace = "commit@evidence-vault.org"

  /// The vault's id.
  public let vault: ObjectID
  /// The ref that the commit belongs to.
  public let ref: RefName
  /// 1 for a ref's first commit, then one more each.
  public let sequence: Int
  /// The commit before; absent for the first.
  public let parent: ObjectID?
  /// The blob of added lines, each ended by LF.
  public let lines: ObjectID
  /// How many lines the blob has.
  public let added: Int
  /// How many lines the ref has with them.
  public let count: Int
  /// The RFC 6962 root over all lines of the ref so far.
  public let root: MerkleHash
  /// The trust document in force.
  public let trust: ObjectID
  /// The fingerprint of the signing key, as `ssh-keygen -l` prints it.
  public let signer: String
  /// The newest remote checkpoint that the author had seen.
  public let checkpoint: ObjectID?
  /// The author's claim of the time.
  public let time: Timestamp
  /// What the author says about it.
  public let message: String

  public init(
    vault: ObjectID, ref: RefName, sequence: Int, parent: ObjectID?, lines: ObjectID, added: Int, count: Int,
    root: MerkleHash, trust: ObjectID, signer: String, checkpoint: ObjectID? = nil, time: Timestamp,
    message: String
  ) {
    self.vault = vault
    self.ref = ref
    self.sequence = sequence
    self.parent = parent
    self.lines = lines
    self.added = added
    self.count = count
    self.root = root
    self.trust = trust
    self.signer = signer
    self.checkpoint = checkpoint
    self.time = time
    self.message = message
  }

  public init(members m: inout Members) throws(FormatError) {
    added = try m.integer("added", 1...Limits.linesPerCommit)
    checkpoint = try m.optionalObjectID("checkpoint")
    count = try m.integer("count", 1...CanonicalValue.maxInteger)
    lines = try m.objectID("lines")
    message = try m.text("message", limit: Limits.messageBytes, mayBeEmpty: true)
    parent = try m.optionalObjectID("parent")
    guard let ref = RefName(try m.text("ref")) else { throw m.bad("ref", "is no ref name") }
    self.ref = ref
    root = try m.merkleHash("root")
    sequence = try m.integer("sequence", 1...CanonicalValue.maxInteger)
    signer = try m.text("signer", limit: 128)
    time = try m.time("time")
    trust = try m.objectID("trust")
    vault = try m.objectID("vault")
    _ = try m.integer("version", 1...1)
    guard (sequence == 1) == (parent == nil) else {
      throw m.bad("parent", "must be there from sequence 2 on")
    }
    guard count >= added, (sequence == 1) == (count == added) else {
      throw m.bad("count", "does not fit \"added\" and \"sequence\"")
    }
  }

  public var documentMembers: [(String, CanonicalValue?)] {
    [
      ("added", .integer(added)), ("checkpoint", checkpoint.map { .id($0) }), ("count", .integer(count)),
      ("lines", .id(lines)), ("message", .string(message)), ("parent", parent.map { .id($0) }),
      ("ref", .string(ref.description)), ("root", .merkle(root)), ("sequence", .integer(sequence)),
      ("signer", .string(signer)), ("time", .time(time)), ("trust", .id(trust)), ("vault", .id(vault)),
      ("version", .integer(1)),
    ]
  }
}
