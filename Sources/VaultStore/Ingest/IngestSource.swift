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
  /// An earlier object that this one is likely to resemble.
  public let base: DeltaBase?
  /// Where what it will be stored against lies, if that is known: sources whose bases share a block are best stored
  /// together, since they need the same bytes decoded.
  public let basePlace: ObjectLocation?
  /// Who looks at a population's records.
  public let observer: (any RecordObserver)?

  public init(
    _ origin: Origin, isPopulation: Bool = false, base: DeltaBase? = nil, basePlace: ObjectLocation? = nil,
    observer: (any RecordObserver)? = nil
  ) {
    self.origin = origin
    self.isPopulation = isPopulation
    self.base = base
    self.basePlace = basePlace
    self.observer = observer
  }

  /// The source's name in errors.
  var name: String {
    switch origin {
    case .file(let path): path
    case .descriptor: "standard input"
    }
  }
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
