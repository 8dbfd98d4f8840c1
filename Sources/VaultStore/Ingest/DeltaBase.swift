import VaultCore

/// An object that later ones of its kind are stored as deltas of.
///
/// Small objects stand on two levels: now and then one is stored whole (a root), now and then one is a delta
/// of the root and the base of those that follow. Larger ones stand on their root alone, since decoding both
/// for each of their blocks would cost more than it saves.
public struct DeltaBase: Hashable, Sendable {
  public let object: ObjectID
  public let length: UInt64
  /// How many objects are stored as a delta of it.
  public let uses: Int
  /// The bytes that the object itself takes in its pack; 0 where that is not known.
  let cost: Int
  /// The bytes that its deltas take together.
  let spent: Int
  /// The root, where the object is itself a delta of one.
  let root: Root?

  /// A base that is stored whole.
  struct Root: Hashable, Sendable {
    let object: ObjectID
    let length: UInt64
    let uses: Int
    let cost: Int
    let spent: Int
  }

  public init(object: ObjectID, length: UInt64, uses: Int) {
    self.init(object: object, length: length, uses: uses, cost: 0, spent: 0, root: nil)
  }

  init(object: ObjectID, length: UInt64, uses: Int, cost: Int, spent: Int, root: Root? = nil) {
    self.object = object
    self.length = length
    self.uses = uses
    self.cost = cost
    self.spent = spent
    self.root = root
  }

  init(_ root: Root) {
    self.init(object: root.object, length: root.length, uses: root.uses, cost: root.cost, spent: root.spent)
  }

  /// Whether the next version is better stored against something else. Deltas grow with the distance from
  /// their base; where they grow evenly, all together are least when a base is left as soon as its deltas
  /// have cost as much as it did.
  private var isSpent: Bool { uses >= Self.maxUses || cost > 0 && spent >= cost }

  /// What the next version is best stored against; nil where it is best stored whole.
  package var next: DeltaBase? {
    if !isSpent { return self }
    guard let root = root.map({ DeltaBase($0) }), !root.isSpent else { return nil }
    return root
  }

  /// What `count` bytes of a like object would take whole, by what the root takes.
  func wholeCost(of count: Int) -> Int {
    let (cost, length) = root.map { ($0.cost, $0.length) } ?? (self.cost, self.length)
    return cost > 0 && length > 0 ? Int(Double(count) * Double(cost) / Double(length)) : count / 4
  }

  /// Bounds how much hangs on one base.
  static let maxUses = 64

  /// The base with one more delta, of `bytes` stored bytes.
  func used(_ bytes: Int) -> DeltaBase {
    DeltaBase(object: object, length: length, uses: uses + 1, cost: cost, spent: spent + bytes, root: root)
  }

  /// What later versions have as their base once `object` takes `bytes` as a delta of `used`, where this was the
  /// base before; nil where `used` is nothing that this knows.
  func after(_ object: ObjectID, size: UInt64, bytes: Int, deltaOf used: ObjectID) -> DeltaBase? {
    guard used != self.object || root == nil else { return self.used(bytes) }
    let root = root ?? Root(object: self.object, length: length, uses: uses, cost: cost, spent: spent)
    guard used == root.object else { return nil }
    if size > UInt64(BlockPlan.smallObject) { return DeltaBase(root).used(bytes) }
    return DeltaBase(
      object: object, length: size, uses: 0, cost: bytes, spent: 0,
      root: Root(
        object: root.object, length: root.length, uses: root.uses + 1, cost: root.cost,
        spent: root.spent + bytes))
  }
}
