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
    let wanted = Dictionary(grouping: Set(records)) { frame(of: $0) }.sorted { $0.key < $1.key }
    // Each worker takes a run of frames, with one reader.
    let share = max(1, (wanted.count + workers - 1) / max(1, workers))
    let runs = stride(from: 0, to: wanted.count, by: share).map {
      wanted[$0..<min($0 + share, wanted.count)]
    }
    let read = try Parallel.map(runs, workers: runs.count) { run in
      let reader = FrameReader(self)
      return try run.flatMap { number, records in Self.take(records, of: try reader.frame(number)) }
    }
    var taken: [UInt64: FrameProof] = [:]
    for proof in read.joined() { taken[proof.record] = proof }
    var tree = RecordTree(self)
    return try records.map { record in
      guard let found = taken[record] else { preconditionFailure("every frame was read") }
      return RecordProof(bytes: found.bytes, proof: try tree.proof(found))
    }
  }

  private static func take(_ records: [UInt64], of frame: RecordFrame) -> [FrameProof] {
    let hasher = MerkleHasher()
    return records.map { record in
      let bytes = Array(frame.bytes[frame.records[Int(record - frame.first)]])
      return FrameProof(record: record, bytes: bytes, frame: frame, hasher)
    }
  }
}

/// A record with the hashes of its proof that come from its own frame.
struct FrameProof: Sendable {
  let record: UInt64
  let bytes: [UInt8]
  /// Perfect subtrees inside the frame that the proof may need.
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
