import VaultCore

/// An object, stored whole, that later ones of its kind are stored as deltas of.
public struct DeltaBase: Hashable, Sendable {
  public let object: ObjectID
  public let length: UInt64
  /// How many objects are stored as a delta of it.
  public let uses: Int
  /// The bytes that the object itself takes in its pack; 0 where that is not known.
  let cost: Int
  /// The bytes that its deltas take together.
  let spent: Int

  public init(object: ObjectID, length: UInt64, uses: Int) {
    self.init(object: object, length: length, uses: uses, cost: 0, spent: 0)
  }

  init(object: ObjectID, length: UInt64, uses: Int, cost: Int, spent: Int) {
    self.object = object
    self.length = length
    self.uses = uses
    self.cost = cost
    self.spent = spent
  }

  /// Whether the next version is better stored whole. Deltas grow with the distance from their base; where they grow
  /// evenly, all together are least when a base is left as soon as its deltas have cost as much as it did, and hardly
  /// more when it is kept for half as long again, which makes fewer of the whole ones that take longer to compress.
  package var isSpent: Bool { uses >= Self.maxUses || cost > 0 && spent >= cost + cost / 2 }

  /// What `count` bytes of a like object would take whole, by what this one takes.
  func wholeCost(of count: Int) -> Int {
    cost > 0 && length > 0 ? Int(Double(count) * Double(cost) / Double(length)) : count / 4
  }

  /// Bounds how much hangs on one base.
  static let maxUses = 64

  /// The base with one more delta, of `bytes` stored bytes.
  func used(_ bytes: Int) -> DeltaBase {
    DeltaBase(object: object, length: length, uses: uses + 1, cost: cost, spent: spent + bytes)
  }
}
