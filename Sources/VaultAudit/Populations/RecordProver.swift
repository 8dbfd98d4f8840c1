import VaultCore
import VaultStore

/// Proves records of one population from the signed commit down.
public struct RecordProver: Sendable {
  public let entry: Entry
  /// The line of the entry, whose `population` names the records' root.
  public let line: [UInt8]
  /// From the line to the root of ``commit``.
  public let entryInclusion: InclusionProof
  /// The newest commit of the period, verified.
  public let commit: VerifiedCommit
  private let population: StoredPopulation

  /// A prover of the population at `place`; throws `damaged` where the entry is not under the root that is signed.
  public init(_ vault: OpenVault, _ reader: RefReader, _ place: PathRecord) throws {
    entry = try reader.entry(place)
    line = try reader.lineBytes(place)
    commit = try VerifiedCommit(vault, reader, sequence: reader.index.sequence)
    entryInclusion = try reader.inclusionProof(leaf: place.leaf)
    let hasher = MerkleHasher()
    guard entryInclusion.root(leaf: hasher.leaf(line), hasher) == commit.commit.root else {
      throw StoreError(
        .damaged, "the entry is not in the tree that the newest commit signs", hint: "run 'vault fsck'")
    }
    population = try StoredPopulation(reader, entry)
  }

  /// The root over the records.
  public var root: MerkleHash { population.population.root }

  /// Record `index`, from 0, with its proof to ``root``; throws `notFound` where there is none.
  public func prove(_ index: UInt64) throws -> RecordProof {
    try population.prove([index], workers: 1)[0]
  }
}
