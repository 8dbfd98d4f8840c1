import VaultCore
import VaultSigning
import VaultStore

/// Which entries of a period count; belongs to one thread.
///
/// The index says which commits repudiate which leaves. Each such commit is read and verified once, when one of
/// its leaves is asked about, and only then believed: who may not repudiate hides nothing.
public final class Standing {
  /// A commit with repudiations that do not count.
  public struct Rejected: Sendable {
    public let sequence: Int
    /// Why they do not count.
    public let reason: String
  }

  private var vault: OpenVault
  private let reader: RefReader
  private var known: [Int: [Int: VerifiedRepudiation]] = [:]
  /// The commits so far whose repudiations were found not to count.
  public private(set) var rejected: [Rejected] = []
  /// Commits that repudiate; none of them can be repudiated.
  private lazy var repudiating = Set(reader.index.repudiated.map(\.by))

  public init(_ vault: OpenVault, _ reader: RefReader) {
    self.vault = vault
    self.reader = reader
  }

  /// What says that leaf `leaf` does not count; nil where it counts.
  public func repudiation(ofLeaf leaf: UInt64) throws -> VerifiedRepudiation? {
    for claim in reader.index.repudiations(ofLeaf: leaf) {
      guard let found = try statements(of: claim.by)[claim.sequence], found.leaves.contains(leaf),
        !repudiating.contains(claim.sequence)
      else { continue }
      return found
    }
    return nil
  }

  /// What says that the entries of the commit with a sequence do not count; nil where they count.
  public func repudiation(ofCommit sequence: Int) throws -> VerifiedRepudiation? {
    try reader.index.commit(sequence).flatMap { try repudiation(ofLeaf: $0.firstLeaf) }
  }

  /// Every repudiation that counts, in the order of the commits that are repudiated.
  public func all() throws -> [VerifiedRepudiation] {
    var seen: Set<Int> = []
    return try reader.index.repudiated.map(\.sequence).filter { seen.insert($0).inserted }
      .compactMap { try repudiation(ofCommit: $0) }
  }

  /// How many entries count, and how many are repudiated.
  public func counts() throws -> (standing: Int, repudiated: Int) {
    let repudiated = try all().reduce(0) { $0 + $1.entries }
    return (max(0, Int(reader.index.entries) - repudiated), repudiated)
  }

  /// What a commit repudiates, by the sequences of what it names.
  private func statements(of by: Int) throws -> [Int: VerifiedRepudiation] {
    if let found = known[by] { return found }
    var found: [Int: VerifiedRepudiation] = [:]
    do {
      // The index may be newer than the trust that was read before it.
      vault = try vault.refreshed()
      for repudiation in try VerifiedRepudiation.read(by, vault, reader) {
        found[repudiation.sequence] = found[repudiation.sequence] ?? repudiation
      }
    } catch let error as TrustError {
      rejected.append(Rejected(sequence: by, reason: error.reason))
    } catch let flaw as VerifiedRepudiation.Flaw {
      rejected.append(Rejected(sequence: by, reason: flaw.reason))
    }
    known[by] = found
    return found
  }
}
