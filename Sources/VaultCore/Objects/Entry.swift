/// What a piece of evidence is: one line of a period (docs/format.md, "Lines: entry").
public struct Entry: VaultDocument, Hashable {
  public static let documentType = "entry"

  /// Whether the evidence is one document or a population of records.
  public enum Kind: String, Hashable, Sendable {
    case document
    case population
  }

  /// Where evidence comes from.
  public struct Source: Hashable, Sendable {
    /// The system, for example `aws-cloudtrail`.
    public let system: String
    /// What the system was asked.
    public let query: String?
    /// The program that asked.
    public let collector: String?
    /// That program's version.
    public let version: String?

    public init(system: String, query: String? = nil, collector: String? = nil, version: String? = nil) {
      self.system = system
      self.query = query
      self.collector = collector
      self.version = version
    }
  }

  /// The time that the evidence speaks about, `[from, to)`; a single instant where both are equal.
  public struct Window: Hashable, Sendable {
    public let from: Timestamp
    public let to: Timestamp

    public init(from: Timestamp, to: Timestamp) {
      self.from = from
      self.to = to
    }
  }

  /// The entry that a revision takes the place of.
  public struct Supersession: Hashable, Sendable {
    /// The leaf's index in the ref, from 0.
    public let leaf: Int
    /// The leaf's hash.
    public let hash: MerkleHash
    /// Why.
    public let reason: String

    public init(leaf: Int, hash: MerkleHash, reason: String) {
      self.leaf = leaf
      self.hash = hash
      self.reason = reason
    }
  }

  /// One `key=value` of the entry's context.
  public struct ContextItem: Hashable, Sendable {
    public let key: String
    public let value: String

    public init(key: String, value: String) {
      self.key = key
      self.value = value
    }
  }

  /// Where the evidence stands.
  public let path: EvidencePath
  /// 1, then one more for each supersession of the path.
  public let revision: Int
  /// The evidence's bytes.
  public let object: ObjectID
  /// Their number.
  public let size: UInt64
  public let mediaType: String
  /// The controls that the evidence supports, in the order given.
  public let controls: [String]
  /// What is collected again and again under one name.
  public let series: String?
  public let source: Source
  /// The time that the evidence speaks about.
  public let effective: Window
  /// When the collector took it from the source, by the collector's claim.
  public let collected: Timestamp
  /// Ticket, approval, change, actor …, ordered by key.
  public let context: [ContextItem]
  /// Why evidence from outside the period's window is here.
  public let late: String?
  /// The earlier period that late evidence is about.
  public let concerns: String?
  public let supersedes: Supersession?
  /// What a population adds; present exactly for that kind.
  public let population: Population?

  /// Whether this is a population.
  public var kind: Kind { population == nil ? .document : .population }

  public init(
    path: EvidencePath, revision: Int, object: ObjectID, size: UInt64, mediaType: String, controls: [String],
    series: String?, source: Source, effective: Window, collected: Timestamp, context: [ContextItem],
    late: String?, concerns: String? = nil, supersedes: Supersession?, population: Population?
  ) {
    self.path = path
    self.revision = revision
    self.object = object
    self.size = size
    self.mediaType = mediaType
    self.controls = controls
    self.series = series
    self.source = source
    self.effective = effective
    self.collected = collected
    self.context = context
    self.late = late
    self.concerns = concerns
    self.supersedes = supersedes
    self.population = population
  }
}
