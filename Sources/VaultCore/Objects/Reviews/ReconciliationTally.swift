/// The newest reconciliation of each pair of populations, as a seal document names them (docs/format.md, §7.6); fed the
/// lines of a period's reviews in order.
public struct ReconciliationTally: Sendable {
  /// The paths of both sides.
  private struct Pair: Hashable {
    let left: [UInt8]
    let right: [UInt8]
  }

  private var newest: [Pair: Item] = [:]

  /// A reconciliation with its place.
  public struct Item: Sendable {
    public let reconciliation: Reconciliation
    public let leaf: Int
    public let hash: MerkleHash

    public init(_ reconciliation: Reconciliation, leaf: Int, hash: MerkleHash) {
      self.reconciliation = reconciliation
      self.leaf = leaf
      self.hash = hash
    }
  }

  public init() {}

  /// Takes in the next line.
  public mutating func take(_ item: Item) {
    let both = item.reconciliation
    newest[Pair(left: Array(both.left.path.text.utf8), right: Array(both.right.path.text.utf8))] = item
  }

  /// The newest of each pair, by leaf.
  public var items: [Item] { newest.values.sorted { $0.leaf < $1.leaf } }

  /// The same as a seal document has them.
  public var reconciled: [Seal.Reconciled] {
    items.map { Seal.Reconciled(leaf: $0.leaf, hash: $0.hash, open: $0.reconciliation.open) }
  }
}
