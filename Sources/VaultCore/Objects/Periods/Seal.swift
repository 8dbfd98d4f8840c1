/// What the approvers of a period sign: the period as it was before their signatures (docs/format.md, §7.6).
public struct Seal: VaultDocument, Hashable {
  public static let documentType = "seal"
  /// The SSHSIG namespace of signatures over seal documents.
  public static let signatureNamespace = "seal@evidence-vault.org"

  /// The seal of the period before.
  public struct Predecessor: Hashable, Sendable {
    public let period: String
    /// Its document.
    public let seal: ObjectID

    public init(period: String, seal: ObjectID) {
      self.period = period
      self.seal = seal
    }
  }

  /// The reviews as they were.
  public struct Reviews: Hashable, Sendable {
    public let commit: ObjectID
    public let count: Int
    public let root: MerkleHash

    public init(commit: ObjectID, count: Int, root: MerkleHash) {
      self.commit = commit
      self.count = count
      self.root = root
    }
  }

  /// The newest reconciliation of a pair.
  public struct Reconciled: Hashable, Sendable {
    /// Its leaf in the reviews.
    public let leaf: Int
    public let hash: MerkleHash
    /// Keys that are not matched.
    public let open: Int

    public init(leaf: Int, hash: MerkleHash, open: Int) {
      self.leaf = leaf
      self.hash = hash
      self.open = open
    }
  }

  /// What the lines before the seal say, as both its writer and its checkers count it.
  public struct Contents: Hashable, Sendable {
    /// The opening's window.
    public var from: Timestamp
    public var to: Timestamp
    /// Entries of kind `document` that stand.
    public var documents = 0
    /// Series that are expected.
    public var expectations = 0
    /// Populations that stand, by leaf.
    public var populations: [PopulationReference] = []
    /// Sequences of the commits that are repudiated, ascending.
    public var repudiated: [Int] = []
    /// Leaves of the entries that a later revision supersedes, ascending.
    public var superseded: [Int] = []
    /// Leaves of the `waive` lines, ascending.
    public var waivers: [Int] = []

    public init(from: Timestamp, to: Timestamp) {
      self.from = from
      self.to = to
    }
  }

  public let vault: ObjectID
  public let period: String
  /// The newest commit before the seal.
  public let commit: ObjectID
  /// The lines up to it.
  public let count: Int
  /// The RFC 6962 root over them.
  public let root: MerkleHash
  public let contents: Contents
  /// By leaf.
  public let reconciliations: [Reconciled]
  public let reviews: Reviews?
  public let predecessor: Predecessor?
  /// The newest trust document when the seal was made.
  public let trust: ObjectID
  public let time: Timestamp

  public init(
    vault: ObjectID, period: String, commit: ObjectID, count: Int, root: MerkleHash, contents: Contents,
    reconciliations: [Reconciled], reviews: Reviews?, predecessor: Predecessor?, trust: ObjectID,
    time: Timestamp
  ) {
    self.vault = vault
    self.period = period
    self.commit = commit
    self.count = count
    self.root = root
    self.contents = contents
    self.reconciliations = reconciliations
    self.reviews = reviews
    self.predecessor = predecessor
    self.trust = trust
    self.time = time
  }
}
