import VaultCore
import VaultFiles

/// The hashes of a log's complete subtrees in the order of ``StoredHashOrder``: from the file `hashes`, or computed
/// from the leaves. What comes from the file is believed only as far as it leads to a signed root.
enum LogNodes {
  case file(SharedFile)
  case memory([Digest])

  /// The hash of the perfect subtree of 2^level leaves with this index at its level.
  func node(_ level: Int, _ index: UInt64) throws(LogError) -> Digest {
    let place = Int(StoredHashOrder.place(level: level, index: index))
    switch self {
    case .memory(let hashes):
      guard place < hashes.count else { throw LogError(.damaged, "the log has no such subtree") }
      return hashes[place]
    case .file(let file):
      let offset = Int64(place) * Int64(Digest.byteCount)
      guard let bytes = try? file.readFully(at: offset, count: Digest.byteCount), let hash = Digest(bytes)
      else {
        throw LogError(.damaged, "\(file.path) cannot be read to where a hash should stand")
      }
      return hash
    }
  }

  /// The frontier of the first `size` leaves.
  func frontier(_ size: Int) throws(LogError) -> CompactRange {
    var hashes: [Digest] = []
    var at: UInt64 = 0
    for level in CompactRange.subtreeLevels(0, UInt64(size)) {
      hashes.append(try node(level, at >> UInt64(level)))
      at += 1 << UInt64(level)
    }
    guard let range = CompactRange(begin: 0, end: at, hashes: hashes) else {
      throw LogError(.damaged, "the subtrees do not cover the log")
    }
    return range
  }

  /// The proof that leaf `index` is in the tree of the first `size` leaves, checked against `root`.
  ///
  /// Throws `damaged` where the hashes do not lead to it.
  func inclusion(of index: Int, size: Int, root: MerkleHash) throws(LogError) -> InclusionProof {
    let hasher = MerkleHasher()
    let proof = try InclusionProof.make(index: UInt64(index), treeSize: UInt64(size), hasher) {
      (level, index) throws(LogError) in try node(level, index)
    }
    guard proof.root(leaf: try node(0, UInt64(index)), hasher) == root else {
      throw LogError(.damaged, "the stored hashes do not lead to the signed root")
    }
    return proof
  }

  /// The proof that the tree of the first `size` leaves begins with its first `old`, checked against `root`.
  ///
  /// Throws `damaged` where the hashes do not lead to it.
  func consistency(from old: Int, size: Int, root: MerkleHash) throws(LogError) -> ConsistencyProof {
    let hasher = MerkleHasher()
    let proof = try ConsistencyProof.make(from: UInt64(old), to: UInt64(size), hasher) {
      (level, index) throws(LogError) in try node(level, index)
    }
    guard proof.verifies(from: try frontier(old).root(hasher), to: root, hasher) else {
      throw LogError(.damaged, "the stored hashes do not lead to the signed root")
    }
    return proof
  }
}

/// A tree that grows leaf by leaf and keeps every hash that it computes.
struct GrowingTree {
  private(set) var frontier = CompactRange()
  private(set) var hashes: [Digest] = []
  private let hasher = MerkleHasher()

  mutating func append(_ leaf: UnsafeRawBufferPointer) {
    frontier.append(hasher.leaf(leaf), hasher) { hashes.append($2) }
  }

  var size: Int { Int(frontier.end) }
  var root: MerkleHash { frontier.root(hasher) }
}

extension [Digest] {
  /// The hashes as a file holds them.
  var joinedBytes: [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(count * Digest.byteCount)
    for hash in self { hash.withUnsafeBytes { out.append(contentsOf: $0) } }
    return out
  }
}
