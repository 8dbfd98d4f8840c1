import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

/// A remote's log as one reads it: the leaves that its newest signed checkpoint covers, and proofs about them.
/// It changes nothing, takes no lock, and belongs to one thread.
public final class RemoteLog {
  /// The most leaves of one answer; docs/protocol.md §8.
  public static let leavesPerAnswer = 1000

  /// The newest signed checkpoint; nil for a log without leaves.
  public let checkpoint: VerifiedCheckpoint?
  /// The number of leaves that the checkpoint covers.
  public let size: Int

  private let vault: VaultFolder
  private let lines: LeafLines?
  private var nodes: LogNodes
  /// One past the line end of the last leaf.
  private let end: Int64
  /// Where a leaf begins that an earlier call came by.
  private var known: (index: Int, offset: Int64) = (0, 0)

  /// Opens the log of a bare vault whose checkpoints `key` verifies.
  ///
  /// Reads logarithmically much where `hashes` and the checkpoint fit the leaves, else all leaves. Throws `damaged`
  /// where leaves are missing or changed, or the checkpoint is not the key's.
  public init(_ vault: VaultFolder, _ key: NoteVerifier) throws {
    self.vault = vault
    let folder = LogFolder(vault)
    checkpoint = try folder.readCheckpoint(by: key)
    size = checkpoint?.size ?? 0
    guard let checkpoint, size > 0 else {
      (lines, nodes, end) = (nil, .memory([]), 0)
      return
    }
    let lines = try LeafLines(folder.files, path: folder.leaves)
    self.lines = lines
    if let stored = try Self.stored(folder, checkpoint),
      // Behind a run that was broken off no line end may be near.
      let end = try? Self.end(lines, stored, checkpoint)
    {
      (nodes, self.end) = (stored, end)
    } else {
      let tree = try Self.recompute(lines, checkpoint)
      (nodes, end) = (.memory(tree.hashes), tree.end)
    }
  }

  /// The file of hashes, if its newest fold to the checkpoint's root.
  static func stored(_ folder: LogFolder, _ checkpoint: VerifiedCheckpoint) throws -> LogNodes? {
    guard try folder.files.exists(folder.hashes) else { return nil }
    let nodes = LogNodes.file(
      try SharedFile(folder.files, path: folder.hashes, mode: [.read, .noFollow, .noWait]))
    guard let frontier = try? nodes.frontier(checkpoint.size),
      frontier.root(MerkleHasher()) == checkpoint.root
    else { return nil }
    return nodes
  }

  /// Where the last leaf of the checkpoint ends: it is the file's last line, or one of few before that.
  static func end(_ lines: LeafLines, _ nodes: LogNodes, _ checkpoint: VerifiedCheckpoint) throws -> Int64? {
    let hasher = MerkleHasher()
    let wanted = try nodes.node(0, UInt64(checkpoint.size - 1))
    var found: Int64?
    try lines.scanBack(from: try lines.lastLineEnd(size: try lines.file.size())) { line, start in
      if hasher.leaf(line) == wanted { found = start + Int64(line.count) + 1 }
      return found == nil
    }
    return found
  }

  /// All hashes, from the leaves that the checkpoint covers, and where these end.
  private static func recompute(
    _ lines: LeafLines, _ checkpoint: VerifiedCheckpoint
  ) throws -> (hashes: [Digest], end: Int64) {
    var tree = GrowingTree()
    let end = try lines.scan(to: try lines.file.size()) { line, _ in
      tree.append(line)
      return tree.size < checkpoint.size
    }
    guard tree.size == checkpoint.size, tree.root == checkpoint.root else {
      throw LogError(.damaged, "\(lines.file.path) has not the leaves that its checkpoint was signed over")
    }
    return (tree.hashes, end)
  }
}

extension RemoteLog {
  /// The leaves from `first` on, at most `limit` and at most 1000; none from the end on. Each is checked against its
  /// hash, so that damage here never looks like a rewritten log to who asks.
  ///
  /// Throws `noSuchLeaf` for a place behind the end.
  public func leaves(from first: Int, limit: Int) throws -> [[UInt8]] {
    try checkPlace(first, upTo: size)
    let count = min(max(0, limit), Self.leavesPerAnswer, size - first)
    guard let lines, count > 0 else { return [] }
    var out: [[UInt8]] = []
    let next = try lines.scan(from: try offset(of: first), to: end) { line, _ in
      out.append(Array(line))
      return out.count < count
    }
    guard out.count == count else {
      throw LogError(.damaged, "\(lines.file.path) has fewer leaves than its checkpoint")
    }
    try check(out, from: first)
    known = (first + out.count, next)
    return out
  }

  /// Checks leaves against their hashes; where those are damaged, against hashes that are computed anew.
  private func check(_ leaves: [[UInt8]], from first: Int) throws {
    let hasher = MerkleHasher()
    let hashes = leaves.map { hasher.leaf($0) }
    try proving { nodes, _ throws(LogError) in
      for (index, hash) in hashes.enumerated() where try nodes.node(0, UInt64(first + index)) != hash {
        throw LogError(.damaged, "leaf \(first + index) is not the one that was signed")
      }
    }
  }

  /// Where leaf `index` begins, from the nearest place that is known.
  private func offset(of index: Int) throws -> Int64 {
    guard let lines, index < size else { return end }
    if index - (known.index <= index ? known.index : 0) > size - index {
      var (at, offset) = (size, end)
      try lines.scanBack(from: end) { _, start in
        at -= 1
        offset = start
        return at > index
      }
      return offset
    }
    var (at, start) = known.index <= index ? known : (0, 0)
    if at == index { return start }
    start = try lines.scan(from: start, to: end) { _, _ in
      at += 1
      return at < index
    }
    return start
  }

  private func checkPlace(_ index: Int, upTo last: Int) throws(LogError) {
    guard (0...max(0, last)).contains(index), last >= 0 else {
      throw LogError(.noSuchLeaf, "the log has \(counted(size, "leaf", "leaves")), and no leaf \(index)")
    }
  }

  /// The proof that leaf `index` is in the checkpoint's tree (RFC 6962 §2.1.1).
  ///
  /// Throws `noSuchLeaf`.
  public func inclusion(of index: Int) throws -> InclusionProof {
    try checkPlace(index, upTo: size - 1)
    return try proving { nodes, root throws(LogError) in
      try nodes.inclusion(of: index, size: size, root: root)
    }
  }

  /// The proof that the checkpoint's tree begins with its first `old` leaves (RFC 6962 §2.1.2).
  ///
  /// Throws `noSuchLeaf` where the log is not so large.
  public func consistency(from old: Int) throws -> ConsistencyProof {
    try checkPlace(old, upTo: size)
    return try proving { nodes, root throws(LogError) in
      try nodes.consistency(from: old, size: size, root: root)
    }
  }

  /// The receipt of leaf `index` under the newest checkpoint.
  ///
  /// Throws `noSuchLeaf`.
  public func receipt(of index: Int) throws -> Receipt {
    let proof = try inclusion(of: index)
    guard let leaf = try leaves(from: index, limit: 1).first, let checkpoint else {
      throw LogError(.noSuchLeaf, "the log has no leaf \(index)")
    }
    return Receipt(leaf: leaf, proof: proof, checkpoint: checkpoint)
  }

  /// What `make` makes of the stored hashes; where one is damaged, of hashes that are computed anew.
  private func proving<R>(_ make: (LogNodes, MerkleHash) throws(LogError) -> R) throws -> R {
    guard let checkpoint, let lines else { return try make(nodes, MerkleHash(MerkleHasher.emptyRoot)) }
    do throws(LogError) {
      return try make(nodes, checkpoint.root)
    } catch {
      guard case .file = nodes else { throw error }
    }
    nodes = .memory(try Self.recompute(lines, checkpoint).hashes)
    return try make(nodes, checkpoint.root)
  }
}

extension RemoteLog {
  /// Reads all leaves: each is canonical, of this vault, and follows the one before, and all of them give the root that
  /// was signed. The stored hashes are not asked. Gives what the leaves say.
  ///
  /// Throws `damaged` where leaves and checkpoint do not fit, else as ``FollowedLog/verify(by:)``.
  func verify(_ vault: ObjectID) throws -> Acceptances {
    var acceptances = Acceptances()
    guard let checkpoint, let lines, size > 0 else { return acceptances }
    var tree = GrowingTree()
    var last: Timestamp?
    let reached = try lines.scan(to: end) { line, _ in
      let leaf = try LogLeaf(leaf: line)
      try leaf.checkFollows(last, vault: vault)
      try acceptances.append(PlacedLeaf(index: tree.size, leaf: leaf))
      tree.append(line)
      last = leaf.received
      return tree.size < size
    }
    guard tree.size == size, tree.root == checkpoint.root, reached == end else {
      throw LogError(.damaged, "\(lines.file.path) has not the leaves that its checkpoint was signed over")
    }
    return acceptances
  }

  /// How many bytes stand behind the leaves that the checkpoint covers. The log's lock is held.
  ///
  /// Throws `damaged` where they are not what one unfinished write leaves.
  func unfinished(_ vault: VaultFolder) throws -> Int {
    guard let lines, size > 0 else { return 0 }
    var last: LogLeaf?
    try lines.scanBack(from: end) { line, _ in
      last = try LogLeaf(leaf: line)
      return false
    }
    return try LogEnd.unfinished(
      lines, from: end, after: last, vault: vault.id, run: try RemoteLogWriter.run(vault))
  }
}

extension RemoteLog {
  /// The whole lines that stand behind the leaves that the checkpoint covers.
  func unsigned() throws -> Set<[UInt8]> {
    var found: Set<[UInt8]> = []
    _ = try lines?.scan(from: end, to: lines?.file.size() ?? 0) { line, _ in
      found.insert(Array(line))
      return found.count < WireLimits.lines
    }
    return found
  }

  /// The newest leaf of each of `subjects` that has one.
  public func newest(of subjects: Set<ChainName>) throws -> [ChainName: PlacedLeaf] {
    try NewestLeaves(vault, to: end, count: size).of(subjects)
  }

  /// As ``newest(of:)``, from the leaves alone: reads back as far as it must.
  func newestRead(of subject: ChainName) throws -> PlacedLeaf? {
    try lines?.newest(of: [subject], before: end, count: size, kept: ChainTips())[subject]
  }

  /// The leaf that accepted a ref's commit, or the trust document, with this sequence or number; nil without one.
  public func find(_ subject: ChainName, _ number: Int) throws -> PlacedLeaf? {
    // Mostly it is the newest one.
    var newest = try newest(of: [subject])[subject]
    // An index that was tampered with hides nothing.
    if newest?.leaf.number ?? 0 < number { newest = try newestRead(of: subject) }
    guard let newest, newest.leaf.number > number else {
      return newest?.leaf.number == number ? newest : nil
    }
    var found: PlacedLeaf?
    try scanBack { placed in
      guard placed.leaf.subject == subject, placed.leaf.number <= number else { return true }
      if placed.leaf.number == number { found = placed }
      return false
    }
    return found
  }

  /// Gives leaves to `body`, the newest first, until that answers false.
  public func scanBack(_ body: (PlacedLeaf) throws -> Bool) throws {
    var index = size
    try lines?.scanBack(from: end) { line, _ in
      index -= 1
      return try body(PlacedLeaf(index: index, leaf: try LogLeaf(leaf: line)))
    }
  }
}

extension NewestLeaves {
  /// Of a remote's own log.
  init(_ vault: VaultFolder, to end: Int64, count: Int) throws {
    try self.init(
      vault.files, kept: ChainTips.path(vault), log: LogFolder(vault).leaves, to: end, count: count)
  }
}
