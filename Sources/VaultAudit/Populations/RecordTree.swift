import VaultCore
import VaultStore

/// A perfect subtree of 2^level leaves.
struct NodePlace: Hashable, Sendable {
  let level: Int
  let index: UInt64

  init(_ level: Int, _ index: UInt64) {
    self.level = level
    self.index = index
  }

  /// The subtree's first leaf; nil where no leaf has so high a number.
  var begin: UInt64? {
    let begin = index << UInt64(level)
    return level < 64 && begin >> UInt64(level) == index ? begin : nil
  }
}

/// The tree over a population's records as far as its record table knows it.
struct RecordTree {
  /// Subtrees of so many levels and more are kept once they are made; others are made again from a few of the table's.
  private static let keptFrom = 12

  private let count: UInt64
  private let root: MerkleHash
  private let hasher = MerkleHasher()
  /// The table's subtrees from left to right: the first leaf of each, its level and its hash.
  private var begins: [UInt64] = []
  private var levels: [Int] = []
  private var hashes: [Digest] = []
  private var made: [NodePlace: Digest] = [:]

  init(_ population: StoredPopulation) {
    count = population.table.records
    root = population.population.root
    for number in population.table.frames.indices {
      let records = population.records(ofFrame: number)
      var at = records.lowerBound
      for level in CompactRange.subtreeLevels(records.lowerBound, records.upperBound) {
        begins.append(at)
        levels.append(level)
        at += 1 << UInt64(level)
      }
      hashes += population.table.frames[number].hashes
    }
  }

  mutating func proof(_ found: FrameProof) throws -> InclusionProof {
    let proof = try InclusionProof.make(index: found.record, treeSize: count, hasher) { level, index in
      try node(NodePlace(level, index), found.nodes)
    }
    guard let leaf = found.nodes[NodePlace(0, found.record)], proof.root(leaf: leaf, hasher) == root else {
      throw Self.damaged
    }
    return proof
  }

  /// A subtree: the frame's own, or made of the table's.
  private mutating func node(_ place: NodePlace, _ own: [NodePlace: Digest]) throws -> Digest {
    if let found = own[place] ?? made[place] { return found }
    if let found = fold(place) { return found }
    guard place.level >= Self.keptFrom else { throw Self.damaged }
    let left = try node(NodePlace(place.level - 1, 2 * place.index), own)
    let right = try node(NodePlace(place.level - 1, 2 * place.index + 1), own)
    let hash = hasher.node(left, right)
    made[place] = hash
    return hash
  }

  /// A subtree that the table has, or a small one from those of the table that fill it; nil where none do.
  private func fold(_ place: NodePlace) -> Digest? {
    guard let begin = place.begin else { return nil }
    var at = Self.first(notBelow: begin, in: begins)
    guard at < begins.count, begins[at] == begin else { return nil }
    if levels[at] == place.level { return hashes[at] }
    guard place.level < Self.keptFrom else { return nil }
    var stack: [(level: Int, hash: Digest)] = []
    var next = begin
    // From an aligned leaf on, subtrees stand as the ones of a number do: two of a level make one of the next.
    while next - begin < 1 << UInt64(place.level), at < begins.count, begins[at] == next {
      var (level, hash) = (levels[at], hashes[at])
      while let left = stack.last, left.level == level {
        hash = hasher.node(left.hash, hash)
        level += 1
        stack.removeLast()
      }
      stack.append((level, hash))
      next += 1 << UInt64(levels[at])
      at += 1
    }
    return stack.count == 1 && stack[0].level == place.level ? stack[0].hash : nil
  }

  private static func first(notBelow leaf: UInt64, in begins: [UInt64]) -> Int {
    var (low, high) = (0, begins.count)
    while low < high {
      let middle = (low + high) / 2
      if begins[middle] < leaf { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private static let damaged = StoreError(
    .damaged, "a record does not lead to its population's root", hint: "run 'vault fsck'")
}
