import Synchronization
import VaultCore
import VaultFiles

/// Takes evidence in: reads, hashes, compresses on all cores and writes one evidence pack.
///
/// Each worker takes the next job in turn (reading is serial), hashes it in ticket order where it belongs to
/// a larger object, compresses it on its own and hands the block to the pack in ticket order.
public final class Ingest: Sendable {
  /// What an ingest needs to know of the period that it adds to.
  public struct Context: Sendable {
    /// Whether the period holds the object already.
    public var isKnown: @Sendable (ObjectID) throws -> Bool
    /// A reader of the period's objects, for bases of deltas; one is made for each worker.
    public var makeReader: @Sendable () -> ObjectReader?

    public init(
      isKnown: @escaping @Sendable (ObjectID) throws -> Bool, makeReader: @escaping @Sendable () -> ObjectReader?
    ) {
      self.isKnown = isKnown
      self.makeReader = makeReader
    }

    /// A period that holds nothing.
    public static let empty = Context(isKnown: { _ in false }, makeReader: { nil })
  }

  private struct State {
    var cutter: IngestCutter
    var results: [Ingested?]
    var claimed: Set<ObjectID> = []
    /// The object being hashed, by source; there is one at a time.
    var hashers: [Int: SHA256Hasher] = [:]
    var sizes: [Int: UInt64] = [:]
    var tables: [Int: RecordTableBuilder] = [:]
    var tableObjects: [[UInt8]] = []
    var chunkBases: Set<Int> = []
  }

  private let context: Context
  private let hashGate = OrderedGate()
  private let packGate = OrderedGate()
  private let sources: [IngestSource]
  // Guarded by the gates and the mutex below; `Mutex` cannot hold what throws untyped errors out of it.
  private nonisolated(unsafe) var state: State
  private let lock = Mutex(())
  private nonisolated(unsafe) let pack: PackAssembler
  private nonisolated(unsafe) var largeID: ObjectID?

  private init(_ sources: [IngestSource], _ context: Context, _ pack: PackAssembler, _ files: any FileLayer) {
    self.sources = sources
    self.context = context
    self.pack = pack
    state = State(
      cutter: IngestCutter(sources) { try SourceReader($0, files) }, results: Array(repeating: nil, count: sources.count))
  }

  /// Takes `sources` in and returns what became of each, with the pack of the objects that are new.
  public static func run(
    _ sources: [IngestSource], _ context: Context, files: any FileLayer, staging: String, workers: Int
  ) throws -> ([Ingested], FinishedPack?) {
    let pack = try PackAssembler(.evidence, files, staging: staging)
    let ingest = Ingest(sources, context, pack, files)
    try Parallel.run(workers: workers) { _ in try ingest.work() }
    if !ingest.state.tableObjects.isEmpty { try pack.append(objects: ingest.state.tableObjects, BlockCoder()) }
    let results = ingest.state.results.compactMap { $0 }
    precondition(results.count == sources.count, "every source has a result")
    let nothingNew = results.allSatisfy(\.wasKnown)
    return (results, nothingNew ? nil : try pack.finish())
  }

  private func work() throws {
    let worker = IngestWorker(reader: context.makeReader())
    do {
      while let (ticket, job) = try lock.withLock({ _ in try state.cutter.nextJob() }) {
        switch job {
        case .solid(let items): try solid(items, ticket, worker)
        case .chunk(let chunk): try self.chunk(chunk, ticket, worker)
        }
        if packGate.isAborted { return }
      }
    } catch {
      hashGate.abort()
      packGate.abort()
      throw error
    }
  }

  private func solid(_ items: [IngestJob.SolidItem], _ ticket: Int, _ worker: IngestWorker) throws {
    let named = items.map { ($0, ObjectID(worker.hasher.hash($0.bytes))) }
    _ = hashGate.pass(ticket) {}
    var fresh: [(IngestJob.SolidItem, ObjectID)] = []
    for (item, id) in named {
      let known = try context.isKnown(id)
      let isNew = lock.withLock { _ in !known && state.claimed.insert(id).inserted }
      if isNew { fresh.append((item, id)) } else { record(item.source, id, UInt64(item.bytes.count), nil, known: true) }
    }
    let block = try fresh.isEmpty ? nil : worker.encodeSolid(fresh.map(\.0))
    try packGate.pass(ticket) {
      guard let block else { return }
      try pack.append(block.block, ending: fresh.map { ($0.1, UInt64($0.0.bytes.count)) })
    }
    for (item, id) in fresh {
      record(item.source, id, UInt64(item.bytes.count), block?.isDelta == true ? item.base : nil, known: false)
    }
  }

  private func record(_ source: Int, _ id: ObjectID, _ size: UInt64, _ base: DeltaBase?, known: Bool) {
    let result = Ingested(object: id, size: size, records: nil, base: base, wasKnown: known)
    lock.withLock { _ in state.results[source] = result }
  }

  private func chunk(_ chunk: IngestJob.Chunk, _ ticket: Int, _ worker: IngestWorker) throws {
    let digest = hashGate.pass(ticket) { hash(chunk) }
    let records = chunk.firstRecord.map { first in
      chunk.bytes.withBytes { FrameRecords($0, firstRecord: first, worker.merkle) }
    }
    let (block, isDelta) = try worker.encodeChunk(chunk)
    try packGate.pass(ticket) {
      if isDelta { state.chunkBases.insert(chunk.source) }
      if let records {
        state.tables[chunk.source, default: RecordTableBuilder()].append(
          records, byteCount: chunk.bytes.count, worker.merkle)
      }
      let end = chunk.offset + UInt64(chunk.bytes.count)
      guard chunk.isLast, let digest = digest ?? nil else { return try pack.append(block, ending: []) }
      try pack.append(block, ending: [(ObjectID(digest), end)])
      try finish(chunk, ObjectID(digest), end, worker)
    }
  }

  /// Adds a chunk to its object's hash, in ticket order; the digest after the last.
  private func hash(_ chunk: IngestJob.Chunk) -> Digest? {
    let hasher = lock.withLock { _ in state.hashers[chunk.source] ?? SHA256Hasher() }
    chunk.bytes.withBytes { hasher.update($0) }
    lock.withLock { _ in state.hashers[chunk.source] = chunk.isLast ? nil : hasher }
    return chunk.isLast ? hasher.finish() : nil
  }

  private func finish(_ chunk: IngestJob.Chunk, _ id: ObjectID, _ size: UInt64, _ worker: IngestWorker) throws {
    var summary: RecordSummary?
    if let table = state.tables.removeValue(forKey: chunk.source) {
      let (made, root) = table.finish(worker.merkle)
      let bytes = made.encoded()
      lock.withLock { _ in state.tableObjects.append(bytes) }
      summary = RecordSummary(count: table.count, root: root, table: ObjectID(of: bytes))
    }
    let base = state.chunkBases.contains(chunk.source) ? chunk.base : nil
    let known = try context.isKnown(id)
    let result = Ingested(object: id, size: size, records: summary, base: base, wasKnown: known)
    lock.withLock { _ in state.results[chunk.source] = result }
  }
}
