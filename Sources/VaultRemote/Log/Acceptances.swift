import VaultCore

/// What a log accepted and when, by ref: the received times at which commits and their keys are judged.
public struct Acceptances: Sendable {
  private var leaves: [ChainName: [PlacedLeaf]] = [:]

  /// Nothing accepted yet.
  public init() {}

  /// Adds the next leaf of a log.
  ///
  /// Throws `sequenceWentBack`.
  public mutating func append(_ placed: PlacedLeaf) throws(LogError) {
    if let last = leaves[placed.leaf.subject]?.last, last.leaf.number >= placed.leaf.number {
      throw LogError(
        .sequenceWentBack,
        "the log accepts \(placed.leaf.number) of \(placed.leaf.subject) after \(last.leaf.number)")
    }
    leaves[placed.leaf.subject, default: []].append(placed)
  }

  /// The leaves about a ref, or about trust, in order.
  public subscript(subject: ChainName) -> [PlacedLeaf] { leaves[subject] ?? [] }

  /// The refs that have leaves, in order of their names.
  public var refs: [RefName] {
    leaves.keys.compactMap { if case .ref(let name) = $0 { name } else { nil } }
      .sorted { $0.description.utf8.lexicographicallyPrecedes($1.description.utf8) }
  }

  /// The leaf of exactly this sequence or number; nil where it has none.
  public func leaf(_ subject: ChainName, _ number: Int) -> PlacedLeaf? {
    bound(subject, number).flatMap { $0.leaf.number == number ? $0 : nil }
  }

  /// The first leaf at or behind this sequence or number: what it accepts was received no later (docs/protocol.md
  /// §5.4). Nil where there is none.
  public func bound(_ subject: ChainName, _ number: Int) -> PlacedLeaf? {
    let list = self[subject]
    var (low, high) = (0, list.count)
    while low < high {
      let middle = (low + high) / 2
      if list[middle].leaf.number < number { low = middle + 1 } else { high = middle }
    }
    return low < list.count ? list[low] : nil
  }
}
