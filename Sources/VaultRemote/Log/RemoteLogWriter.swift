import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

/// The one writer of a remote's log. Holds the log's lock while it lives, so it is made when everything else of a
/// push is ready and given up right after.
public final class RemoteLogWriter {
  /// The newest signed checkpoint; nil for a log without leaves.
  public private(set) var checkpoint: VerifiedCheckpoint?
  /// The newest leaf; nil for a log without leaves.
  public private(set) var last: LogLeaf?

  private let vault: VaultFolder
  private let signer: NoteSigner
  private let folder: LogFolder
  private let lock: SharedFile
  private var frontier: CompactRange
  private var leaves: DurableAppender
  private var hashes: DurableAppender
  private var isSpent = false
  /// The tree before the newest leaf, where this writer added that.
  private var beforeLast: CompactRange?

  /// Waits for the log's lock and finds its end. What a writer left that died is finished: a torn line is cut off, a
  /// whole leaf is made durable, hashes and checkpoint that lag behind are made anew.
  ///
  /// Reads logarithmically much where nothing is to be finished: then the leaves have the length that they had, the
  /// newest of them and the hashes are those that the checkpoint was signed over, and older leaves are not read. Throws
  /// `damaged`, and signs nothing, where what it reads is not what the checkpoint was signed over.
  ///
  /// Leaves behind the checkpoint are signed, where `settling` is not false: see ``settle()``.
  public convenience init(_ vault: VaultFolder, _ signer: NoteSigner, settling: Bool = true) throws {
    try self.init(vault, signer, succeeding: nil)
    if settling { try settle() }
  }

  /// As above, for a log whose newest checkpoint may still be one of `predecessor`, another key of the same log.
  ///
  /// The checkpoint then gets the new key's line beside the old one's, so that whoever reads the log meanwhile finds
  /// the one that it knows. One that lags behind the leaves does so until it is signed.
  init(_ vault: VaultFolder, _ signer: NoteSigner, succeeding predecessor: NoteVerifier?) throws {
    self.vault = vault
    self.signer = signer
    let folder = LogFolder(vault)
    self.folder = folder
    try folder.files.makeDirectories(folder.path)
    lock = try SharedFile(folder.files, path: folder.path, mode: .readDirectory)
    try lock.file.lock()
    if let predecessor { try Self.add(signer, beside: predecessor, folder) }
    let seen = try folder.readCheckpoint(by: signer.verifier)
    var leaves = try DurableAppender(folder.files, path: folder.leaves, syncName: seen == nil)
    let lines = try LeafLines(folder.files, path: folder.leaves)
    if let end = try LogEnd.sound(folder, lines, seen) {
      (frontier, last) = (end.frontier, end.last)
    } else {
      // Its writer may have died before it synced the leaf that is built upon now, or been told that it could not.
      try leaves.sync()
      leaves.file.dropCache(from: 0, count: nil)
      let end = try LogEnd.replayed(lines, seen, vault: vault.id, run: try Self.run(vault))
      if leaves.end > end.length { try leaves.cut(to: end.length) }
      try folder.replace(LogFolder.hashesName, end.hashes.joinedBytes)
      try folder.keepLength(end.length, syncName: true)
      (frontier, last) = (end.frontier, end.last)
    }
    self.leaves = leaves
    checkpoint = seen
    hashes = try DurableAppender(folder.files, path: folder.hashes, create: false, syncName: false)
  }

  /// Signs leaves that stand behind the checkpoint: once their ref lines are there, so that readers find what they accept.
  func settle() throws {
    guard let earliest, size > checkpoint?.size ?? 0 else { return }
    try spend()
    try sign(earliest)
    isSpent = false
  }

  /// Signs the checkpoint of another key with this one, unless it has done so already. The log's lock is held.
  private static func add(_ signer: NoteSigner, beside predecessor: NoteVerifier, _ folder: LogFolder) throws
  {
    if (try? folder.readCheckpoint(by: signer.verifier)) != nil { return }
    guard let checkpoint = try folder.readCheckpoint(by: predecessor) else { return }
    var note = try SignedNote(checkpoint.note)
    note.add(try signer.sign(note.text))
    try folder.replace(LogFolder.checkpointName, note.encoded)
  }

  /// The leaves of a run that may have been broken off, one per line; none where no run was.
  static func run(_ vault: VaultFolder) throws -> [UInt8] {
    guard let next = try LogNext.load(vault), next.leaves.count > 1 else { return [] }
    return next.leaves.flatMap { $0 + [0x0A] }
  }

  /// The number of leaves.
  public var size: Int { Int(frontier.end) }

  /// The earliest time that the next leaf may bear; nil where any will do.
  public var earliest: Timestamp? {
    guard let last else { return nil }
    return max(last.received, checkpoint?.received ?? last.received)
  }

  /// Appends a leaf; see ``append(_:)-(Array)``.
  public func append(_ leaf: LogLeaf) throws -> Receipt { try append([leaf]) }

  /// Appends leaves and gives the receipt of the last; see ``add(_:)`` and ``receipt()``.
  public func append(_ new: [LogLeaf]) throws -> Receipt {
    try add(new)
    return try receipt()
  }

  /// Appends leaves, at least one, in one write, behind the checkpoint. A leaf stands, and what it accepts is accepted, once
  /// it is synced; a failure before or after that leaves the writer spent, and only the next one tells which it was. Of
  /// several leaves a beginning may stand then; what ``LogNext`` does not hold must be one leaf.
  ///
  /// Throws `otherVault`, `malformedLeaf` or `receivedWentBack` before anything is written.
  func add(_ new: [LogLeaf]) throws {
    guard let leaf = new.last else { throw LogError(.malformedLeaf, "no leaf is to be appended") }
    let encoded = new.map { $0.encoded() }
    var previous = earliest
    for (leaf, bytes) in zip(new, encoded) {
      _ = try bytes.withUnsafeBytes { raw throws(LogError) in try LogLeaf(leaf: raw) }
      try leaf.checkFollows(previous, vault: vault.id)
      previous = leaf.received
    }
    try spend()
    let hasher = MerkleHasher()
    var before = frontier
    var grown = frontier
    var completed: [Digest] = []
    for bytes in encoded {
      before = grown
      grown.append(hasher.leaf(bytes), hasher) { completed.append($2) }
    }
    try leaves.append(encoded.flatMap { $0 + [0x0A] })
    try leaves.sync()
    try hashes.append(completed.joinedBytes)
    try hashes.sync()
    // The checkpoint's name, which follows, makes this one durable too.
    try folder.keepLength(leaves.end, syncName: false)
    (frontier, last, beforeLast) = (grown, leaf, before)
    isSpent = false
  }

  /// Signs all leaves, and gives the receipt of the last, which this writer added. Until then readers know nothing of it.
  func receipt() throws -> Receipt {
    guard let last, let beforeLast else { throw LogError(.noSuchLeaf, "no leaf was appended") }
    try spend()
    let signed = try sign(last.received)
    isSpent = false
    try? NewestLeaves(vault, to: leaves.end, count: size).keep(folder.leaves, to: leaves.end, count: size)
    // Of the last leaf, every sibling stands to the left: they are the frontier that was there before.
    let proof = InclusionProof(
      index: beforeLast.end, treeSize: frontier.end, path: beforeLast.hashes.reversed())
    return Receipt(leaf: last.encoded(), proof: proof, checkpoint: signed)
  }

  /// Signs the log as it is at `time`, or at the earliest time that may be, so that clients see that it is alive.
  /// Does nothing for a log without leaves.
  public func renew(at time: Timestamp) throws {
    guard let earliest else { return }
    try spend()
    try sign(max(time, earliest))
    isSpent = false
  }

  /// From here to the end of a write the writer counts as failed.
  private func spend() throws {
    guard !isSpent else { throw LogError(.damaged, "an earlier write to the log failed; open it anew") }
    isSpent = true
  }

  @discardableResult
  private func sign(_ received: Timestamp) throws -> VerifiedCheckpoint {
    let signed = try VerifiedCheckpoint(
      signing: Checkpoint(
        origin: signer.verifier.name, size: size, root: frontier.root(MerkleHasher()), received: received),
      signer)
    try folder.replace(LogFolder.checkpointName, signed.note)
    checkpoint = signed
    return signed
  }
}
