import VaultCore
import VaultFiles
import VaultSigning

/// The end of a remote's log as its next writer finds it.
struct LogEnd {
  let frontier: CompactRange
  let last: LogLeaf?
  /// One past the line end of the last leaf.
  let length: Int64
  /// The hashes of all complete subtrees, where they were computed.
  let hashes: [Digest]

  /// So many of the newest leaves are compared with their hashes before anything is built upon them.
  static let compared = 16

  /// The end of a log whose last write was finished: leaves, hashes and checkpoint have the same size, and the leaves the
  /// length that their writer left. Else nil, also where leaves were taken away or put in since.
  static func sound(_ folder: LogFolder, _ lines: LeafLines, _ checkpoint: VerifiedCheckpoint?) throws
    -> LogEnd?
  {
    let size = try lines.file.size()
    guard folder.knownLength == size, try folder.files.exists(folder.hashes) else { return nil }
    let expected = StoredHashOrder.count(size: UInt64(checkpoint?.size ?? 0)) * UInt64(Digest.byteCount)
    guard try folder.files.status(path: folder.hashes, followLinks: false).size == expected else {
      return nil
    }
    guard let checkpoint, checkpoint.size > 0 else {
      return size == 0 ? LogEnd(frontier: CompactRange(), last: nil, length: 0, hashes: []) : nil
    }
    guard let nodes = try RemoteLog.stored(folder, checkpoint),
      // A run that was broken off may have left more than a line of zeros.
      (try? lines.lastLineEnd(size: size)) == size,
      let last = try newest(lines, size, nodes, checkpoint.size)
    else { return nil }
    return LogEnd(
      frontier: try nodes.frontier(checkpoint.size),
      last: try last.withUnsafeBytes { raw throws(LogError) in try LogLeaf(leaf: raw) }, length: size,
      hashes: [])
  }

  /// The newest leaf, if it and some before it have the hashes that are stored.
  private static func newest(
    _ lines: LeafLines, _ end: Int64, _ nodes: LogNodes, _ count: Int
  ) throws -> [UInt8]? {
    let hasher = MerkleHasher()
    var (index, fits) = (count, true)
    var last: [UInt8]?
    try lines.scanBack(from: end) { line, start in
      index -= 1
      fits = try hasher.leaf(line) == nodes.node(0, UInt64(index)) && (index > 0 || start == 0)
      last = last ?? Array(line)
      return fits && index > max(0, count - compared)
    }
    return fits ? last : nil
  }

  /// The end of a log, from all its leaves. Those that the checkpoint covers must be what was signed; behind them
  /// stands at most what one unfinished write left: of one leaf, or of the leaves of `run`, one per line.
  static func replayed(
    _ lines: LeafLines, _ checkpoint: VerifiedCheckpoint?, vault: ObjectID, run: [UInt8] = []
  ) throws -> LogEnd {
    let covered = checkpoint?.size ?? 0
    let size = try lines.file.size()
    var (tree, last, end) = try signed(lines, covered, to: size)
    guard tree.size == covered else {
      throw LogError(
        .damaged, "\(lines.file.path) has \(tree.size) of the \(covered) leaves that its checkpoint covers")
    }
    guard covered == 0 || tree.root == checkpoint?.root else {
      throw LogError(.damaged, "\(lines.file.path) has not the leaves that its checkpoint was signed over")
    }
    if let whole = try standing(run, from: end, to: size, lines) {
      for line in whole.split(separator: 0x0A) {
        try line.withUnsafeBytes {
          tree.append($0)
          last = try LogLeaf(leaf: $0)
        }
      }
      end += Int64(whole.count)
    } else {
      end = try unsigned(lines, from: end, to: size, &tree, &last, vault)
    }
    return LogEnd(frontier: tree.frontier, last: last, length: end, hashes: tree.hashes)
  }

  /// How many bytes stand from `start` on, behind the leaves that the checkpoint covers, of which `last` is the newest.
  ///
  /// Throws `damaged` where they are not what one unfinished write leaves.
  static func unfinished(
    _ lines: LeafLines, from start: Int64, after last: LogLeaf?, vault: ObjectID, run: [UInt8]
  ) throws -> Int {
    let size = try lines.file.size()
    var (tree, last) = (GrowingTree(), last)
    if try standing(run, from: start, to: size, lines) == nil {
      _ = try unsigned(lines, from: start, to: size, &tree, &last, vault)
    }
    return Int(size - start)
  }

  /// The leaves that a checkpoint covers, as far as they are there, and where they end.
  private static func signed(
    _ lines: LeafLines, _ covered: Int, to size: Int64
  ) throws -> (GrowingTree, LogLeaf?, Int64) {
    var tree = GrowingTree()
    var last: LogLeaf?
    guard covered > 0 else { return (tree, nil, 0) }
    let end = try lines.scan(to: size) { line, _ in
      tree.append(line)
      if tree.size == covered { last = try LogLeaf(leaf: line) }
      return tree.size < covered
    }
    return (tree, last, end)
  }

  /// Adds the one leaf that may stand behind the signed ones; gives where it ends.
  private static func unsigned(
    _ lines: LeafLines, from start: Int64, to size: Int64, _ tree: inout GrowingTree, _ last: inout LogLeaf?,
    _ vault: ObjectID
  ) throws -> Int64 {
    let covered = tree.size
    var torn: Int64?
    let end = try lines.scan(from: start, to: size) { line, start in
      guard tree.size == covered else {
        throw LogError(.damaged, "\(lines.file.path) has leaves behind those that its checkpoint covers")
      }
      if !isLeaf(line, after: last, vault) {
        guard line.contains(0), start + Int64(line.count) + 1 == size else {
          throw LogError(.damaged, "\(lines.file.path) has a line that is no leaf, at byte \(start)")
        }
        // A power cut took a part of the line, which reads as zeros now.
        torn = start
        return false
      }
      tree.append(line)
      last = try LogLeaf(leaf: line)
      return true
    }
    return torn ?? end
  }

  /// The whole leaves of a run that stand from `start` on, each with its LF; nil where something else stands there than
  /// a beginning of the run, of which a power cut may have turned some bytes to zeros.
  private static func standing(
    _ run: [UInt8], from start: Int64, to size: Int64, _ lines: LeafLines
  ) throws -> ArraySlice<UInt8>? {
    guard start < size, size - start <= run.count else { return nil }
    let bytes = try lines.file.readFully(at: start, count: Int(size - start))
    guard zip(bytes, run).allSatisfy({ $0 == $1 || $0 == 0 }) else { return nil }
    let same = zip(bytes, run).prefix { $0 == $1 }.count
    return run[..<(run[..<same].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0)]
  }

  private static func isLeaf(_ line: UnsafeRawBufferPointer, after last: LogLeaf?, _ vault: ObjectID) -> Bool
  {
    guard let leaf = try? LogLeaf(leaf: line) else { return false }
    if let last, last.subject == leaf.subject, last.number >= leaf.number { return false }
    return (try? leaf.checkFollows(last?.received, vault: vault)) != nil
  }
}
