/// Proofs of RFC 6962 §2.1.1 that a leaf is in a tree, and their check of RFC 9162 §2.1.3.2.
public struct InclusionProof: Hashable, Sendable {
  /// The leaf's position, from 0.
  public let index: UInt64
  /// The number of the tree's leaves.
  public let treeSize: UInt64
  /// The audit path from the leaf's sibling to the root's child.
  public let path: [Digest]

  public init(index: UInt64, treeSize: UInt64, path: [Digest]) {
    self.index = index
    self.treeSize = treeSize
    self.path = path
  }

  /// The root that the proof gives for a leaf hash; nil when the path has the wrong length.
  public func root(leaf: Digest, _ hasher: MerkleHasher) -> MerkleHash? {
    guard index < treeSize else { return nil }
    var fn = index
    var sn = treeSize - 1
    var hash = leaf
    for sibling in path {
      guard sn != 0 else { return nil }
      if fn & 1 == 1 || fn == sn {
        hash = hasher.node(sibling, hash)
        if fn & 1 == 0 {
          while fn & 1 == 0, fn != 0 {
            fn >>= 1
            sn >>= 1
          }
        }
      } else {
        hash = hasher.node(hash, sibling)
      }
      fn >>= 1
      sn >>= 1
    }
    return sn == 0 ? MerkleHash(hash) : nil
  }

  /// The proof for leaf `index` of a tree of `treeSize` leaves; `subtree(level, index)` gives the hash of a
  /// perfect subtree of 2^level leaves.
  public static func make<E: Error>(
    index: UInt64, treeSize: UInt64, _ hasher: MerkleHasher,
    subtree: (Int, UInt64) throws(E) -> Digest
  ) throws(E) -> InclusionProof {
    precondition(index < treeSize, "no such leaf")
    var path: [Digest] = []
    var low: UInt64 = 0
    var high = treeSize
    while high - low > 1 {
      let split = low + Subtree.split(high - low)
      if index < split {
        path.append(try Subtree.root(split, high, hasher, subtree: subtree))
        high = split
      } else {
        path.append(try Subtree.root(low, split, hasher, subtree: subtree))
        low = split
      }
    }
    return InclusionProof(index: index, treeSize: treeSize, path: path.reversed())
  }
}
