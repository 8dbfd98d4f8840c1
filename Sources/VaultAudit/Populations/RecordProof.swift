import VaultCore
import VaultFiles
import VaultStore

/// A record with the proof that it is in its population.
public struct RecordProof: Hashable, Sendable {
  /// The record's bytes, without its LF.
  public let bytes: [UInt8]
  public let proof: InclusionProof

  public init(bytes: [UInt8], proof: InclusionProof) {
    self.bytes = bytes
    self.proof = proof
  }

  /// The record's index in the population.
  public var record: UInt64 { proof.index }

  /// Whether the record is in the population of this root and count.
  public func verifies(root: MerkleHash, count: Int, _ hasher: MerkleHasher) -> Bool {
    proof.treeSize == UInt64(count) && proof.root(leaf: hasher.leaf(bytes), hasher) == root
  }
}

extension StoredPopulation {
  /// Reads records and proves them, in the order asked for; each touches one frame. Throws `notFound` for a record
  /// that the population does not have.
  public func prove(_ records: [UInt64], workers: Int) throws -> [RecordProof] {
    if let beyond = records.first(where: { $0 >= table.records }) {
      throw StoreError(
        .notFound, "there is no record \(beyond)",
        hint: table.records == 0 ? "the population is empty" : "records are 0 to \(table.records - 1)")
    }
    let wanted = Dictionary(grouping: Set(records)) { frame(of: $0) }
    let read = try Parallel.map(wanted.sorted { $0.key < $1.key }, workers: min(workers, wanted.count)) {
      number, records in
      try Self.take(records, of: FrameReader(self).frame(number))
    }
    var taken: [UInt64: FrameProof] = [:]
    for proof in read.joined() { taken[proof.record] = proof }
    var tree = RecordTree(self)
    return try records.map { record in
      guard let found = taken[record] else { preconditionFailure("every frame was read") }
      return RecordProof(bytes: found.bytes, proof: try tree.proof(found))
    }
  }

  private static func take(_ records: [UInt64], of frame: RecordFrame) throws -> [FrameProof] {
    let hasher = MerkleHasher()
    return records.map { record in
      let bytes = Array(frame.bytes[frame.records[Int(record - frame.first)]])
      return FrameProof(record: record, bytes: bytes, frame: frame, hasher)
    }
  }
}

/// A record with the hashes of its proof that come from its own frame.
private struct FrameProof: Sendable {
  let record: UInt64
  let bytes: [UInt8]
  /// Perfect subtrees inside the frame that the proof may need, by level and index.
  let nodes: [NodePlace: Digest]

  init(record: UInt64, bytes: [UInt8], frame: RecordFrame, _ hasher: MerkleHasher) {
    self.record = record
    self.bytes = bytes
    let end = frame.first + UInt64(frame.leaves.count)
    var nodes: [NodePlace: Digest] = [:]
    // The record's leaf and the sibling of each of its ancestors, as far as they lie in the frame.
    var level = 0
    nodes[NodePlace(0, record)] = frame.leaves[Int(record - frame.first)]
    while level < 63 {
      let sibling = (record >> UInt64(level)) ^ 1
      let from = sibling << UInt64(level)
      let (to, isOver) = from.addingReportingOverflow(1 << UInt64(level))
      guard !isOver, from >= frame.first, to <= end else { break }
      var range = CompactRange()
      for leaf in from..<to { range.append(frame.leaves[Int(leaf - frame.first)], hasher) }
      nodes[NodePlace(level, sibling)] = range.root(hasher).digest
      level += 1
    }
    self.nodes = nodes
  }
}

/// A perfect subtree of 2^level leaves.
private struct NodePlace: Hashable {
  let level: Int
  let index: UInt64

  init(_ level: Int, _ index: UInt64) {
    self.level = level
    self.index = index
  }
}

/// The tree over a population's records as far as its record table knows it.
private struct RecordTree {
  private let count: UInt64
  private let root: MerkleHash
  private let hasher = MerkleHasher()
  private var known: [NodePlace: Digest] = [:]

  init(_ population: StoredPopulation) {
    count = population.table.records
    root = population.population.root
    for number in population.table.frames.indices {
      let records = population.records(ofFrame: number)
      var at = records.lowerBound
      let levels = CompactRange.subtreeLevels(records.lowerBound, records.upperBound)
      for (level, hash) in zip(levels, population.table.frames[number].hashes) {
        known[NodePlace(level, at >> UInt64(level))] = hash
        at += 1 << UInt64(level)
      }
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

  /// A subtree: the frame's own, one of the table's, or made of smaller ones of the table.
  private mutating func node(_ place: NodePlace, _ own: [NodePlace: Digest]) throws -> Digest {
    if let found = own[place] ?? known[place] { return found }
    guard place.level > 0 else { throw Self.damaged }
    let left = try node(NodePlace(place.level - 1, 2 * place.index), own)
    let right = try node(NodePlace(place.level - 1, 2 * place.index + 1), own)
    let made = hasher.node(left, right)
    known[place] = made
    return made
  }

  private static let damaged = StoreError(
    .damaged, "a record does not lead to its population's root", hint: "run 'vault fsck'")
}
