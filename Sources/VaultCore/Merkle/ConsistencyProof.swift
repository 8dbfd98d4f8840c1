/// Proofs of RFC 6962 §2.1.2 that a tree begins with the leaves of a smaller one, and their check of RFC 9162
/// §2.1.4.2.
public struct ConsistencyProof: Hashable, Sendable {
  /// The number of the smaller tree's leaves.
  public let oldSize: UInt64
  /// The number of the larger tree's leaves.
  public let newSize: UInt64
  /// The nodes of PROOF(oldSize, D[newSize]), in the order of RFC 6962.
  public let path: [Digest]

  public init(oldSize: UInt64, newSize: UInt64, path: [Digest]) {
    self.oldSize = oldSize
    self.newSize = newSize
    self.path = path
  }

  /// Whether the tree with root `new` begins with the one with root `old`. Every tree begins with the empty one;
  /// trees of one size are consistent where their roots are the same.
  public func verifies(from old: MerkleHash, to new: MerkleHash, _ hasher: MerkleHasher) -> Bool {
    guard oldSize <= newSize else { return false }
    if oldSize == newSize { return path.isEmpty && old == new }
    if oldSize == 0 { return path.isEmpty && old.digest == MerkleHasher.emptyRoot }
    guard let roots = roots(old, hasher) else { return false }
    return roots == (old.digest, new.digest)
  }

  /// The two roots that the path gives, for 0 < oldSize < newSize; nil when it has the wrong length.
  private func roots(_ old: MerkleHash, _ hasher: MerkleHasher) -> (Digest, Digest)? {
    // A smaller tree of 2^k leaves is a node of the larger one, so the path leaves it out.
    let nodes = oldSize & (oldSize - 1) == 0 ? [old.digest] + path : path
    guard let first = nodes.first else { return nil }
    let shift = UInt64((~(oldSize - 1)).trailingZeroBitCount)
    var fn = (oldSize - 1) >> shift
    var sn = (newSize - 1) >> shift
    var (fr, sr) = (first, first)
    for node in nodes.dropFirst() {
      guard sn != 0 else { return nil }
      if fn & 1 == 1 || fn == sn {
        fr = hasher.node(node, fr)
        sr = hasher.node(node, sr)
        while fn & 1 == 0, fn != 0 {
          fn >>= 1
          sn >>= 1
        }
      } else {
        sr = hasher.node(sr, node)
      }
      fn >>= 1
      sn >>= 1
    }
    return sn == 0 ? (fr, sr) : nil
  }

  /// The proof that a tree of `newSize` leaves begins with its own first `oldSize`; `subtree(level, index)` gives
  /// the hash of a perfect subtree of 2^level leaves. From nothing, and to itself, the proof is empty.
  public static func make<E: Error>(
    from oldSize: UInt64, to newSize: UInt64, _ hasher: MerkleHasher,
    subtree: (Int, UInt64) throws(E) -> Digest
  ) throws(E) -> ConsistencyProof {
    precondition(oldSize <= newSize, "the larger tree comes second")
    var path: [Digest] = []
    var low: UInt64 = 0
    var high = newSize
    // SUBPROOF(m, D[low:high], b) of RFC 6962 §2.1.2, with b true as long as `low` is 0.
    while oldSize != 0, oldSize != high {
      let split = low + Subtree.split(high - low)
      if oldSize <= split {
        path.append(try Subtree.root(split, high, hasher, subtree: subtree))
        high = split
      } else {
        path.append(try Subtree.root(low, split, hasher, subtree: subtree))
        low = split
      }
    }
    if low != 0 { path.append(try Subtree.root(low, high, hasher, subtree: subtree)) }
    return ConsistencyProof(oldSize: oldSize, newSize: newSize, path: path.reversed())
  }
}
