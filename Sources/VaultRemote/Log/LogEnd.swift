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

  /// The end of a log whose last write was finished: leaves, hashes and checkpoint have the same size. Else nil.
  static func sound(_ folder: LogFolder, _ lines: LeafLines, _ checkpoint: VerifiedCheckpoint?) throws
    -> LogEnd?
  {
    let size = try lines.file.size()
    guard try folder.files.exists(folder.hashes) else { return nil }
    let expected = StoredHashOrder.count(size: UInt64(checkpoint?.size ?? 0)) * UInt64(Digest.byteCount)
    guard try folder.files.status(path: folder.hashes, followLinks: false).size == expected else {
      return nil
    }
    guard let checkpoint, checkpoint.size > 0 else {
      return size == 0 ? LogEnd(frontier: CompactRange(), last: nil, length: 0, hashes: []) : nil
    }
    guard let nodes = try RemoteLog.stored(folder, checkpoint), try lines.lastLineEnd(size: size) == size,
      let last = try lastLine(lines, size),
      MerkleHasher().leaf(last) == (try nodes.node(0, UInt64(checkpoint.size - 1)))
    else { return nil }
    return LogEnd(
      frontier: try nodes.frontier(checkpoint.size),
      last: try last.withUnsafeBytes { raw throws(LogError) in try LogLeaf(leaf: raw) }, length: size,
      hashes: [])
  }

  private static func lastLine(_ lines: LeafLines, _ end: Int64) throws -> [UInt8]? {
    var found: [UInt8]?
    try lines.scanBack(from: end) { line, _ in
      found = Array(line)
      return false
    }
    return found
  }

  /// The end of a log, from all its leaves. Those that the checkpoint covers must be what was signed; behind them
  /// stands at most what one unfinished write left.
  static func replayed(
    _ lines: LeafLines, _ checkpoint: VerifiedCheckpoint?, vault: ObjectID
  ) throws -> LogEnd {
    let covered = checkpoint?.size ?? 0
    var tree = GrowingTree()
    var last: LogLeaf?
    let size = try lines.file.size()
    var torn: Int64?
    let length = try lines.scan(to: size) { line, start in
      if tree.size == covered, !isLeaf(line, after: last, vault) {
        guard line.contains(0), start + Int64(line.count) + 1 == size else {
          throw LogError(.damaged, "\(lines.file.path) has a line that is no leaf, at byte \(start)")
        }
        // A power cut took a part of the line, which reads as zeros now.
        torn = start
        return false
      }
      guard tree.size <= covered else {
        throw LogError(.damaged, "\(lines.file.path) has leaves behind those that its checkpoint covers")
      }
      tree.append(line)
      if tree.size >= covered { last = try LogLeaf(leaf: line) }
      if tree.size == covered, tree.root != checkpoint?.root {
        throw LogError(.damaged, "\(lines.file.path) has not the leaves that its checkpoint was signed over")
      }
      return true
    }
    guard tree.size >= covered else {
      throw LogError(
        .damaged, "\(lines.file.path) has \(tree.size) of the \(covered) leaves that its checkpoint covers")
    }
    return LogEnd(frontier: tree.frontier, last: last, length: torn ?? length, hashes: tree.hashes)
  }

  private static func isLeaf(_ line: UnsafeRawBufferPointer, after last: LogLeaf?, _ vault: ObjectID) -> Bool
  {
    guard let leaf = try? LogLeaf(leaf: line) else { return false }
    if let last, last.subject == leaf.subject, last.number >= leaf.number { return false }
    return (try? leaf.checkFollows(last?.received, vault: vault)) != nil
  }
}
