import VaultCore
import VaultStore

/// The populations of a period, as reviews may name them: by their leaves, in compact form.
struct PopulationLedger: Sendable {
  /// A hash of each population's reference, by its leaf.
  private var hashes: [Int: ObjectID] = [:]
  /// The period's index, where the period itself is not read.
  private var index: RefIndex?

  init() {}

  /// The populations of the period that the reviews of `index` are about; none where it is no index of reviews.
  init(reviewedIn index: RefIndex) throws {
    guard case .reviews(let period) = index.ref else { return }
    self.index = try RefIndex.openOrNew(index.vault, .period(period))
  }

  mutating func add(_ entry: Entry, _ population: Population, leaf: Int, hash: MerkleHash) {
    hashes[leaf] = Self.hash(
      PopulationReference(
        path: entry.path, revision: entry.revision, leaf: leaf, hash: hash, count: population.count,
        root: population.root))
  }

  mutating func add(_ other: PopulationLedger) { hashes.merge(other.hashes) { $1 } }

  /// Whether the period has this very population at the leaf that the reference names. Throws where the period
  /// cannot be read.
  mutating func holds(_ reference: PopulationReference) throws -> Bool {
    if hashes[reference.leaf] == nil, let index { try look(reference.leaf, index) }
    return hashes[reference.leaf] == Self.hash(reference)
  }

  private mutating func look(_ leaf: Int, _ index: RefIndex) throws {
    guard UInt64(leaf) < index.count else { return }
    let bytes = try RefReader(index).lineBytes(leaf: UInt64(leaf))
    guard case .entry(let entry)? = try? Line(decoding: bytes), let population = entry.population else {
      return
    }
    add(entry, population, leaf: leaf, hash: MerkleHash(MerkleHasher().leaf(bytes)))
  }

  private static func hash(_ reference: PopulationReference) -> ObjectID {
    ObjectID(of: reference.value.encoded())
  }
}
