/// The subtrees of RFC 6962's recursion, from which proofs are made.
enum Subtree {
  /// MTH of leaves `[low, high)` where `low` is aligned as RFC 6962's recursion leaves it; `subtree(level, index)`
  /// gives the hash of a perfect subtree of 2^level leaves.
  static func root<E: Error>(
    _ low: UInt64, _ high: UInt64, _ hasher: MerkleHasher, subtree: (Int, UInt64) throws(E) -> Digest
  ) throws(E) -> Digest {
    let count = high - low
    if count & (count - 1) == 0 {
      let level = count.trailingZeroBitCount
      return try subtree(level, low >> UInt64(level))
    }
    let middle = low + split(count)
    let left = try root(low, middle, hasher, subtree: subtree)
    return hasher.node(left, try root(middle, high, hasher, subtree: subtree))
  }

  /// The largest power of two below `n`, for n of at least 2: how many leaves the left half has.
  static func split(_ n: UInt64) -> UInt64 {
    1 << UInt64(63 - (n - 1).leadingZeroBitCount)
  }
}
