import Synchronization
import VaultCore
import VaultFiles

/// Takes evidence in: reads, hashes, compresses on all cores and writes one evidence pack.
///
/// Each worker takes the next job and its ticket from the cutter, reads what small files it has, names it in ticket
/// order, compresses it on its own, and hands the block to the pack in ticket order. The pack's bytes do not
/// depend on the number of workers. What nobody waits for, all but the last block of
/// a larger object and blocks that take much memory, is put down for whoever has the turn.
public final class Ingest: Sendable {
  /// What an ingest needs to know of the period that it adds to.
  public struct Context: Sendable {
    /// Whether the period holds the object already.
    public var isKnown: @Sendable (ObjectID) throws -> Bool
    /// A reader of the period's objects, for bases of deltas; one is made for each worker.
    public var makeReader: @Sendable () -> ObjectReader?
    /// Whether the period may hold a population or larger object of this size: only then is a file hashed
    /// before it is read to be stored.
    public var mayHold: @Sendable (UInt64) -> Bool

    public init(
      isKnown: @escaping @Sendable (ObjectID) throws -> Bool,
      makeReader: @escaping @Sendable () -> ObjectReader?,
      mayHold: @escaping @Sendable (UInt64) -> Bool = { _ in true }
    ) {
      self.isKnown = isKnown
      self.makeReader = makeReader
      self.mayHold = mayHold
    }

    /// The period that `index` describes.
    public init(_ index: RefIndex) {
      let bases = BlockCache(limit: Self.baseCache)
      self.init(
        isKnown: { id in
          // Nearly all evidence is new, and a reader is made only for what may not be.
          try !index.places(id).isEmpty && ObjectReader(index.folder, index, bases).contains(id)
        },
        makeReader: { ObjectReader(index.folder, index, bases) },
        mayHold: { index.mayHold(size: $0) })
    }

    /// Bytes of decoded bases that the workers keep. Sources come in the order of their paths, as their bases
    /// did, so the next base is near the last one; more is fresh memory, which costs a fault for each page.
    private static let baseCache = 2 << 20

    /// A period that holds nothing.
    public static let empty = Context(isKnown: { _ in false }, makeReader: { nil }, mayHold: { _ in false })
  }

  /// What gives jobs their ids.
  private struct Naming {
    /// The hash of the larger object that is being read; there is one at a time.
    let hasher = SHA256Hasher()
    /// Small objects that a job of this ingest stores.
    var claimed: Set<ObjectID> = []
  }

  /// What is written, and what is said of it.
  private struct Writing {
    let pack: PackAssembler
    let merkle = MerkleHasher()
    var results: [Ingested?]
    /// The record table and the use of a base of the larger object that is being written.
    var table = RecordTableBuilder()
    var usesBase = false
    var tables: [ObjectID: [UInt8]] = [:]
  }

  private let sources: [IngestSource]
  private let context: Context
  private let files: any FileLayer
  private let cutter: Mutex<IngestCutter>
  private let naming: Turnstile<Naming>
  private let writing: Turnstile<Writing>

  private init(
    _ sources: [IngestSource], _ context: Context, _ pack: sending PackAssembler, _ files: any FileLayer
  ) {
    self.sources = sources
    self.context = context
    self.files = files
    cutter = Mutex(IngestCutter(sources, context, files))
    naming = Turnstile(Naming())
    writing = Turnstile(Writing(pack: pack, results: Array(repeating: nil, count: sources.count)))
  }

  /// Takes `sources` in and returns what became of each, with the pack of the objects that are new.
  public static func run(
    _ sources: [IngestSource], _ context: Context, files: any FileLayer, staging: String, workers: Int
  ) throws -> ([Ingested], FinishedPack?) {
    let ingest = Ingest(sources, context, try PackAssembler(.evidence, files, staging: staging), files)
    try Parallel.run(workers: workers) { _ in try ingest.work() }
    let done = try ingest.writing.finalState()
    let results = done.results.compactMap { $0 }
    precondition(results.count == sources.count, "every source has a result")
    let tables = done.tables.sorted { $0.key < $1.key }.map(\.value)
    try done.pack.append(objects: tables, BlockCoder())
    // What came from a stream is known for known only once it is stored: then the pack is dropped.
    let nothingNew = tables.isEmpty && results.allSatisfy(\.wasKnown)
    return (results, nothingNew ? nil : try done.pack.finish())
  }

  private func work() throws {
    do {
      let worker = IngestWorker(reader: context.makeReader())
      while let (ticket, job) = try cutter.withLock({ cutter throws(any Error) in try cutter.nextJob() }) {
        let passed: Void? =
          switch job {
          case .solid(let items): try solid(items, ticket, worker)
          case .chunk(let chunk): try self.chunk(chunk, ticket, worker)
          }
        guard passed != nil else { return }
      }
    } catch {
      naming.abort()
      writing.abort()
      throw error
    }
  }

  /// Nil where another worker has failed.
  private func solid(_ items: [IngestJob.SolidItem], _ ticket: Int, _ worker: IngestWorker) throws -> Void? {
    let bytes = try SolidBytes(items, sources, files, in: worker.solid)
    let ids = worker.pair.hash(bytes.raw, parts: bytes.parts).map(ObjectID.init)
    let known = try ids.map { try context.isKnown($0) }
    let isNew = try naming.pass(ticket) { state in
      zip(ids, known).map { id, known in !known && state.claimed.insert(id).inserted }
    }
    guard let isNew else { return nil }
    let fresh = items.indices.filter { isNew[$0] }
    let block =
      fresh.isEmpty
      ? nil : try worker.encodeSolid(fresh.map { items[$0] }, bytes.only(fresh, in: worker.fresh))
    let ending = fresh.map { (ids[$0], UInt64(items[$0].count)) }
    let results = items.indices.map { index in
      let item = items[index]
      return (
        item.source,
        Ingested(
          object: ids[index], size: UInt64(item.count), records: nil,
          base: isNew[index] && block?.isDelta == true ? item.base : nil, wasKnown: !isNew[index])
      )
    }
    return writing.post(ticket) { state in
      if let block { try state.pack.append(block.block, ending: ending) }
      for (source, result) in results { state.results[source] = result }
    }
  }

  /// Nil where another worker has failed.
  private func chunk(_ chunk: IngestJob.Chunk, _ ticket: Int, _ worker: IngestWorker) throws -> Void? {
    guard let id = try name(chunk, ticket) else { return nil }
    if let id, let known = chunk.known, id != known {
      throw StoreError(
        .inputChanged, "an input changed while it was read",
        hint: "export to a file of its own, then commit it")
    }
    let records = chunk.firstRecord.map { first in
      chunk.bytes.withBytes { FrameRecords($0, firstRecord: first, worker.merkle) }
    }
    let observer = chunk.firstRecord == nil ? nil : sources[chunk.source].observer
    let examined = try observer.map { observer in
      try chunk.bytes.withUnsafeBytes { try observer.examine($0, firstRecord: chunk.firstRecord ?? 0) }
    }
    let encoded = chunk.known == nil ? try worker.encodeChunk(chunk, records: records?.count ?? 0) : nil
    let (end, count) = (chunk.end, chunk.bytes.count)
    let add: @Sendable (inout Writing) throws -> Void = { state in
      if let encoded {
        try state.pack.append(encoded.block, ending: id.map { [($0, end)] } ?? [])
        if encoded.isDelta { state.usesBase = true }
      }
      if let examined { try observer?.take(examined) }
      if let records { state.table.append(records, byteCount: count, state.merkle) }
    }
    if chunk.isPosted { return writing.post(ticket, add) }
    return try writing.pass(ticket) { state in
      try add(&state)
      if let id { try finish(chunk, id, &state) }
    }
  }

  /// Adds a chunk to its object's hash. The object's name after the last one, else nil; nothing where another worker has
  /// failed.
  private func name(_ chunk: IngestJob.Chunk, _ ticket: Int) throws -> ObjectID?? {
    // Nobody waits for the name of a part: whoever's turn it is takes the bytes.
    if chunk.isPosted {
      let posted: Void? = naming.post(ticket) { $0.hasher.update(chunk.bytes) }
      return posted.map { nil }
    }
    return try naming.pass(ticket) { state in
      state.hasher.update(chunk.bytes)
      return chunk.isLast ? ObjectID(state.hasher.finish()) : nil
    }
  }

  private func finish(
    _ chunk: IngestJob.Chunk, _ id: ObjectID, _ state: inout Writing
  ) throws {
    var summary: RecordSummary?
    if chunk.firstRecord != nil {
      let (table, root) = state.table.finish(state.merkle)
      let bytes = table.encoded()
      let tableID = ObjectID(of: bytes)
      summary = RecordSummary(count: table.records, root: root, table: tableID)
      if try !context.isKnown(tableID) { state.tables[tableID] = bytes }
    }
    let wasKnown = try chunk.known != nil || context.isKnown(id)
    state.results[chunk.source] = Ingested(
      object: id, size: chunk.end, records: summary, base: state.usesBase ? chunk.base : nil,
      wasKnown: wasKnown)
    state.table = RecordTableBuilder()
    state.usesBase = false
  }
}
