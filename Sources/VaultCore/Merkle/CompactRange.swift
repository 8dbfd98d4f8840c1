/// The hashes of the largest perfect subtrees that cover leaves `[begin, end)` of an RFC 6962 tree, from left
/// to right; with `begin` 0 it is the tree's frontier. It has at most 2·64 hashes however many leaves.
public struct CompactRange: Hashable, Sendable {
  /// The first covered leaf.
  public let begin: UInt64
  /// One past the last covered leaf.
  public private(set) var end: UInt64
  /// The subtree hashes from left to right.
  public private(set) var hashes: [Digest]

  /// The empty range at `begin`.
  public init(at begin: UInt64 = 0) {
    self.begin = begin
    end = begin
    hashes = []
  }

  /// The range of leaves with these hashes from leaf `begin` on: what appending one after the other makes, in less time.
  public init(at begin: UInt64, leaves: [Digest], _ hasher: MerkleHasher) {
    self.begin = begin
    end = begin + UInt64(leaves.count)
    hashes = []
    // From level to level: a node whose other half lies outside stays, and the others go into those above them.
    var fromRight: [Digest] = []
    var row = leaves[...]
    var first = begin
    while !row.isEmpty {
      if first & 1 == 1 { hashes.append(row.removeFirst()) }
      if row.count & 1 == 1 { fromRight.append(row.removeLast()) }
      first = (first + 1) >> 1
      row = hasher.nodes(above: row)[...]
    }
    hashes += fromRight.reversed()
  }

  /// A range from its parts; nil when the number of hashes is not the one that `[begin, end)` has.
  public init?(begin: UInt64, end: UInt64, hashes: [Digest]) {
    guard begin <= end, hashes.count == Self.subtreeLevels(begin, end).count else { return nil }
    self.begin = begin
    self.end = end
    self.hashes = hashes
  }

  /// The levels of the perfect subtrees that cover `[begin, end)`, from left to right; level k has 2^k leaves.
  public static func subtreeLevels(_ begin: UInt64, _ end: UInt64) -> [Int] {
    var levels: [Int] = []
    var at = begin
    while at < end {
      var level = at == 0 ? 63 : at.trailingZeroBitCount
      while level > 0, level >= 64 - (end - at).leadingZeroBitCount { level -= 1 }
      levels.append(level)
      at += 1 << UInt64(level)
    }
    return levels
  }

  /// Appends the leaf hash of leaf `end`; `completed` is told each perfect subtree that this completes, by
  /// level and index at that level, the leaf itself (level 0) first.
  public mutating func append(
    _ leaf: Digest, _ hasher: MerkleHasher, completed: (Int, UInt64, Digest) -> Void = { _, _, _ in }
  ) {
    completed(0, end, leaf)
    var hash = leaf
    var level = 0
    var index = end
    while index & 1 == 1, (index - 1) << UInt64(level) >= begin, let left = hashes.popLast() {
      hash = hasher.node(left, hash)
      level += 1
      index >>= 1
      completed(level, index, hash)
    }
    hashes.append(hash)
    end += 1
  }

  /// The root over the leaves so far (RFC 6962 §2.1); only a range from 0 has one.
  public func root(_ hasher: MerkleHasher) -> MerkleHash {
    precondition(begin == 0, "only a range from leaf 0 has a root")
    guard var hash = hashes.last else { return MerkleHash(MerkleHasher.emptyRoot) }
    for left in hashes.dropLast().reversed() { hash = hasher.node(left, hash) }
    return MerkleHash(hash)
  }
}

extension CompactRange {
  /// Appends a range that begins where this one ends.
  public mutating func append(_ next: CompactRange, _ hasher: MerkleHasher) {
    precondition(next.begin == end, "ranges must touch")
    for (hash, level) in zip(next.hashes, Self.subtreeLevels(next.begin, next.end)) {
      append(subtree: hash, level: level, hasher)
    }
  }

  /// Appends the perfect subtree of 2^level leaves that begins at `end`.
  private mutating func append(subtree: Digest, level: Int, _ hasher: MerkleHasher) {
    var hash = subtree
    var level = level
    var index = end >> UInt64(level)
    end += 1 << UInt64(level)
    while index & 1 == 1, (index - 1) << UInt64(level) >= begin, let left = hashes.popLast() {
      hash = hasher.node(left, hash)
      level += 1
      index >>= 1
    }
    hashes.append(hash)
  }
}
