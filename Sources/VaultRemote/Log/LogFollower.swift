import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

/// Brings a client's copy of a remote's log up to a newer checkpoint, or refuses it (docs/protocol.md §5.3).
///
///     let follower = try LogFollower(vault, remote: "origin", toward: note, by: key)
///     while let wanted = follower.wanted {
///       try follower.add(leaves(from: wanted.lowerBound, limit: wanted.count))
///     }
///     try follower.finish()
///
/// Holds the lock of the copy while it lives. Whatever breaks it off, the copy stays as it was before, or becomes what
/// the new checkpoint covers.
public final class LogFollower {
  /// The checkpoint that is followed to.
  public let target: VerifiedCheckpoint

  private let vault: VaultFolder
  private let remote: String
  private let seen: SeenLog?
  private var log: DurableAppender
  private var frontier: CompactRange
  private var last: Timestamp?
  /// The first and the newest of the new leaves of each chain.
  private var rises: [ChainName: (first: PlacedLeaf, newest: LogLeaf)] = [:]
  /// What was seen of the same log at other addresses and is not in the copy yet.
  private var elsewhere: [(remote: String, seen: SeenLog)] = []

  /// Takes the lock of the copy and compares `note` with what was seen before.
  ///
  /// Throws `malformedCheckpoint` or `notSigned` for a note that `key` did not sign; `otherLog`, `rolledBack`, `forked` or
  /// `receivedWentBack` for one that contradicts what was seen; `damaged` where the copy is shorter than it was.
  public init(_ vault: VaultFolder, remote: String, toward note: [UInt8], by key: NoteVerifier) throws {
    self.vault = vault
    self.remote = remote
    let target = try VerifiedCheckpoint(note, byOneOf: [key])
    self.target = target
    // The name is checked before a file of that name is made.
    _ = try FollowedLog.readSeen(vault, remote)
    try vault.files.makeDirectories(FollowedLog.folder(vault))
    var log = try DurableAppender(vault.files, path: FollowedLog.path(vault, remote))
    try log.lock()
    let seen = try FollowedLog.readSeen(vault, remote)
    let length = seen?.length ?? 0
    guard log.end >= length else {
      throw LogError(.damaged, "the copy of \(remote)'s log is shorter than what was seen of it")
    }
    if let seen { try Self.check(target, against: seen, remote) }
    elsewhere = try Self.elsewhere(vault, remote, target)
    if log.end > length { try log.cut(to: length) }
    self.log = log
    self.seen = seen
    frontier = seen?.frontier ?? CompactRange()
    guard length > 0 else { return }
    let lines = try LeafLines(vault.files, path: FollowedLog.path(vault, remote))
    try lines.scanBack(from: length) { line, _ in
      last = try LogLeaf(leaf: line).received
      return false
    }
  }

  /// What the vault has seen of the same log under other remotes' names: one log is one, whatever its address.
  private static func elsewhere(
    _ vault: VaultFolder, _ remote: String, _ target: VerifiedCheckpoint
  ) throws -> [(remote: String, seen: SeenLog)] {
    var found: [(remote: String, seen: SeenLog)] = []
    for other in try FollowedLog.remotes(vault) where other != remote {
      // Damage of another remote's copy is told by whoever asks for that one.
      guard let seen = try? FollowedLog.readSeen(vault, other), seen.checkpoint.size > 0,
        seen.checkpoint.origin == target.checkpoint.origin
      else { continue }
      try check(target, against: seen, "\(remote), the log of \(other),")
      found.append((other, seen))
    }
    return found
  }

  private static func check(
    _ target: VerifiedCheckpoint, against seen: SeenLog, _ remote: String
  ) throws(LogError) {
    let before = seen.checkpoint
    guard target.checkpoint.origin == before.origin else {
      throw LogError(
        .otherLog, "\(remote) shows the log \(target.checkpoint.origin), and showed \(before.origin) before")
    }
    func refuse(_ code: LogError.Code, _ what: String) -> LogError {
      LogError(
        code,
        "\(remote) \(what): seen were \(counted(before.size, "leaf", "leaves")) of \(before.received), "
          + "root \(before.root.digest.hex); shown are \(target.size) of \(target.received), "
          + "root \(target.root.digest.hex)",
        conflict: LogError.Conflict(seen: seen.note, shown: target.note))
    }
    if target.size < before.size { throw refuse(.rolledBack, "shows an older log than before") }
    if target.size == before.size, target.root != before.root { throw refuse(.forked, "shows another log") }
    if target.size > before.size, target.received < before.received {
      throw refuse(.receivedWentBack, "shows a larger log of an earlier time")
    }
  }

  /// The leaves to ask the remote for next, at most 1000; nil where none is missing any more.
  public var wanted: Range<Int>? {
    let next = Int(frontier.end)
    return next < target.size ? next..<min(target.size, next + RemoteLog.leavesPerAnswer) : nil
  }

  /// Adds the next leaves to the copy; they count only after ``finish()``.
  ///
  /// Throws `wrongAnswer` for none or for more than are wanted, `malformedLeaf`, `otherVault`, `receivedWentBack` or
  /// `sequenceWentBack`; `rewritten` where another log was seen under the same name elsewhere.
  public func add(_ leaves: [[UInt8]]) throws {
    guard let wanted, (1...wanted.count).contains(leaves.count) else {
      throw LogError(.wrongAnswer, "\(remote) answered with \(counted(leaves.count, "leaf", "leaves"))")
    }
    let hasher = MerkleHasher()
    var (grown, newest) = (frontier, last)
    var bytes: [UInt8] = []
    for (number, leaf) in leaves.enumerated() {
      let read = try leaf.withBytes { raw throws(LogError) in try LogLeaf(leaf: raw) }
      try read.checkFollows(newest, vault: vault.id)
      newest = read.received
      try rise(PlacedLeaf(index: wanted.lowerBound + number, leaf: read))
      grown.append(hasher.leaf(leaf), hasher)
      for other in elsewhere where UInt64(other.seen.checkpoint.size) == grown.end {
        guard grown.root(hasher) == other.seen.checkpoint.root else { throw rewritten(other.seen) }
      }
      bytes += leaf + [0x0A]
    }
    try log.append(bytes)
    (frontier, last) = (grown, newest)
  }

  /// Sequences and numbers rise: a log that accepts a commit twice, or another in its place, has forked itself.
  private func rise(_ placed: PlacedLeaf) throws(LogError) {
    guard let before = rises[placed.leaf.subject] else {
      rises[placed.leaf.subject] = (placed, placed.leaf)
      return
    }
    try checkRises(placed, above: before.newest)
    rises[placed.leaf.subject]?.newest = placed.leaf
  }

  private func checkRises(_ placed: PlacedLeaf, above before: LogLeaf) throws(LogError) {
    let leaf = placed.leaf
    guard leaf.number > before.number else {
      throw LogError(
        .sequenceWentBack,
        "\(remote) accepted \(before.number) of \(leaf.subject) at \(before.received), and then "
          + "\(leaf.number) at \(leaf.received) (leaf \(placed.index))")
    }
  }

  /// Checks that the leaves lead to the checkpoint's root, and remembers it as the newest that was seen.
  ///
  /// Throws `wrongAnswer` where leaves are missing, `rewritten` where the log does not follow from what was seen,
  /// `sequenceWentBack` where it accepts anew what it had accepted,
  /// `receivedWentBack` where the checkpoint is older than its last leaf.
  public func finish() throws {
    guard wanted == nil else { throw LogError(.wrongAnswer, "leaves of \(remote)'s log are missing") }
    guard frontier.root(MerkleHasher()) == target.root else { throw rewritten(seen) }
    if let last, target.received < last {
      throw LogError(.receivedWentBack, "the checkpoint that \(remote) shows is older than its last leaf")
    }
    let newest = try NewestLeaves(vault, of: remote, seen)
    try checkRises(above: newest)
    // Of two checkpoints of one tree the later one says more.
    if let seen, seen.checkpoint.size == target.size, seen.checkpoint.received >= target.received { return }
    try log.sync()
    let now = SeenLog(target, frontier: frontier, length: log.end)
    try vault.files.replaceFile(
      FollowedLog.seenName(remote), in: FollowedLog.folder(vault), now.encoded())
    newest.keep(FollowedLog.path(vault, remote), to: now.length, count: target.size)
  }

  /// Holds the first new leaf of each chain against the newest that was seen before.
  private func checkRises(above newest: NewestLeaves) throws {
    for (subject, before) in try newest.of(Set(rises.keys)) {
      if let first = rises[subject]?.first { try checkRises(first, above: before.leaf) }
    }
  }

  private func rewritten(_ seen: SeenLog?) -> LogError {
    guard let seen else {
      return LogError(.rewritten, "the leaves that \(remote) shows do not lead to the root that it signed")
    }
    let before = seen.checkpoint
    return LogError(
      .rewritten,
      "\(remote) shows a log of \(target.size) leaves, of \(target.received), that does not follow from "
        + "the \(before.size) that were seen, of \(before.received)",
      conflict: LogError.Conflict(seen: seen.note, shown: target.note))
  }
}
