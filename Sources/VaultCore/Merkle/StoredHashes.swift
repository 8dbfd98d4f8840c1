/// The order in which a growing tree's perfect subtrees become complete: the leaf's own hash, then those of each
/// level that it completes. A file of hashes in this order only ever grows, and each has one fixed place.
public enum StoredHashOrder {
  /// How many perfect subtrees a tree of `size` leaves has, leaves among them: 2·size less its bits that are 1.
  public static func count(size: UInt64) -> UInt64 { 2 * size - UInt64(size.nonzeroBitCount) }

  /// The place, from 0, of the perfect subtree of 2^level leaves with this index at its level.
  public static func place(level: Int, index: UInt64) -> UInt64 {
    count(size: ((index + 1) << UInt64(level)) - 1) + UInt64(level)
  }
}
