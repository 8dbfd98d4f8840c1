import VaultCore
import VaultFiles

/// One piece of evidence on its way in.
public struct IngestSource: Sendable {
  /// Where the bytes come from.
  public enum Origin: Sendable {
    /// A regular file.
    case file(String)
    /// An open descriptor, as standard input; not closed.
    case descriptor(Int32)
  }

  public let origin: Origin
  /// Whether the bytes are records, each ended by LF.
  public let isPopulation: Bool
  /// An earlier object that this one is likely to resemble, and that is stored whole.
  public let base: DeltaBase?

  public init(_ origin: Origin, isPopulation: Bool = false, base: DeltaBase? = nil) {
    self.origin = origin
    self.isPopulation = isPopulation
    self.base = base
  }

  /// The source's name in errors.
  var name: String {
    switch origin {
    case .file(let path): path
    case .descriptor: "standard input"
    }
  }
}

/// An object that is stored whole and that later ones are stored as deltas of.
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

  /// Whether the next version is better stored whole, and becomes the base of those that follow. Deltas grow
  /// with the distance from their base; where they grow evenly, all together are least when a base is left as
  /// soon as its deltas have cost as much as it did.
  var isSpent: Bool { uses >= Self.maxUses || cost > 0 && spent >= cost }

  /// What `count` bytes of a like object would take whole, by what this one takes.
  func cost(of count: Int) -> Int {
    let known = cost > 0 && length > 0
    return known ? Int(Double(count) * Double(cost) / Double(length)) : count / 4
  }

  /// Bounds how much hangs on one base.
  static let maxUses = 64
}

/// What became of one source.
public struct Ingested: Sendable {
  public let object: ObjectID
  public let size: UInt64
  /// The records' count, root and table, for a population.
  public let records: RecordSummary?
  /// The base that the object was stored against; nil where it is stored whole.
  public let base: DeltaBase?
  /// Whether the vault held the object already.
  public let wasKnown: Bool
}

/// A population's records as counted on the way in.
public struct RecordSummary: Sendable {
  public let count: UInt64
  public let root: MerkleHash
  /// The record table's object.
  public let table: ObjectID
}
