import VaultCore
import VaultFiles

/// Cuts sources into jobs, one after the other; workers take turns under a lock.
struct IngestCutter {
  private let sources: [IngestSource]
  private let context: Ingest.Context
  private let files: any FileLayer
  private var next = 0
  private var open: OpenRun?
  /// Objects that are stored whole, and deltas.
  private var plain = Group()
  private var deltas = Group()
  private var pending: [IngestJob] = []
  private var tickets = 0
  /// The run-stored files that are met so far, by size, with their ids where these were needed.
  private var runs: [UInt64: [(source: Int, id: ObjectID?)]] = [:]

  /// Small objects that will share a block.
  private struct Group {
    var items: [IngestJob.SolidItem] = []
    var size = 0
    var baseSize: UInt64 = 0

    mutating func flush(to jobs: inout [IngestJob]) {
      if !items.isEmpty { jobs.append(.solid(items)) }
      self = Group()
    }

    mutating func add(_ item: IngestJob.SolidItem, flushingTo jobs: inout [IngestJob]) {
      let baseLength = item.base?.length ?? 0
      let full =
        size + item.count > room(for: item) || items.count >= Limits.basesPerBlock
        || baseSize + baseLength > UInt64(BlockPlan.solidBlock) * 2
      if full { flush(to: &jobs) }
      items.append(item)
      size += item.count
      baseSize += baseLength
    }

    /// How many bytes the block may have with the item: where its base lies in another block than theirs, a new one
    /// had better begin, so that each block is decoded for one only.
    private func room(for item: IngestJob.SolidItem) -> Int {
      guard let block = item.baseBlock else { return BlockPlan.solidBlock }
      return items.contains { $0.baseBlock == block } ? 2 * BlockPlan.solidBlock : BlockPlan.solidBlock / 2
    }
  }

  /// A source that is stored as a run of blocks, while it is read.
  private struct OpenRun {
    let source: Int
    let reader: SourceReader
    let base: DeltaBase?
    let known: ObjectID?
    /// What is read and not yet given out: the next chunk of a plain object, the rest behind the last cut of
    /// a population.
    var ahead: [UInt8]
    var offset: UInt64 = 0
    var records: UInt64?
    var ended = false

    /// Reads on until `count` bytes are ahead or the source ends.
    mutating func fill(to count: Int) throws {
      guard !ended, ahead.count < count else { return }
      let want = count - ahead.count
      if try reader.read(upTo: want, into: &ahead) < want { ended = true }
    }
  }

  init(_ sources: [IngestSource], _ context: Ingest.Context, _ files: any FileLayer) {
    self.sources = sources
    self.context = context
    self.files = files
  }

  /// The next job and its ticket; nil after the last.
  mutating func nextJob() throws -> (ticket: Int, job: IngestJob)? {
    while pending.isEmpty {
      if open != nil {
        try cutRun()
      } else if next < sources.count {
        try begin(next)
        next += 1
      } else {
        deltas.flush(to: &pending)
        plain.flush(to: &pending)
        if pending.isEmpty { return nil }
      }
    }
    defer { tickets += 1 }
    return (tickets, pending.removeFirst())
  }

  private mutating func begin(_ index: Int) throws {
    let source = sources[index]
    let base = source.base.flatMap { $0.isSpent || $0.length == 0 ? nil : $0 }
    if let status = try smallFile(source) { return add(index, .file(status), base) }
    let reader = try SourceReader(source, files)
    // One byte more than a small object may have tells whether there is more.
    let want = Int(min(reader.expectedSize ?? .max, UInt64(BlockPlan.smallObject))) + 1
    let bytes = try reader.read(upTo: want)
    if source.isPopulation || bytes.count > BlockPlan.smallObject {
      open = OpenRun(
        source: index, reader: reader, base: source.isPopulation ? nil : base,
        known: try knownRun(index, reader), ahead: bytes, records: source.isPopulation ? 0 : nil,
        ended: bytes.count < want)
      return
    }
    try reader.finish()
    add(index, .bytes(bytes), base)
  }

  /// What a file is that shares a block with others; nil where the source is something else. It is read by the worker
  /// that makes the block, since here one waits for the other.
  private func smallFile(_ source: IngestSource) throws -> FileStatus? {
    guard case .file(let path) = source.origin, !source.isPopulation else { return nil }
    let status = try files.status(path: path, followLinks: true)
    guard status.kind == .regular, status.size <= BlockPlan.smallObject else { return nil }
    return status
  }

  private mutating func add(_ index: Int, _ content: IngestJob.SolidItem.Content, _ base: DeltaBase?) {
    let isDelta = base.map { $0.length <= UInt64(BlockPlan.smallObject) } ?? false
    let item = IngestJob.SolidItem(
      source: index, content: content, base: isDelta ? base : nil,
      basePlace: isDelta ? sources[index].basePlace : nil)
    if isDelta { deltas.add(item, flushingTo: &pending) } else { plain.add(item, flushingTo: &pending) }
  }

  /// The id of a larger file that is stored already, in the period or earlier in this ingest. Hashing it ahead
  /// costs a second reading, so only a file whose size was met before is.
  private mutating func knownRun(_ index: Int, _ reader: SourceReader) throws -> ObjectID? {
    guard let size = reader.expectedSize else { return nil }
    var own: ObjectID?
    if size <= UInt64(BlockPlan.smallObject) || context.mayHold(size) {
      own = try reader.hashAhead()
      if let own, try context.isKnown(own) { return own }
    }
    var met = runs[size] ?? []
    if !met.isEmpty, own == nil { own = try reader.hashAhead() }
    for place in met.indices {
      if met[place].id == nil {
        met[place].id = try SourceReader(sources[met[place].source], files).hashAhead()
      }
      if let own, met[place].id == own { return own }
    }
    met.append((index, own))
    runs[size] = met
    return nil
  }

  private mutating func cutRun() throws {
    guard var run = open else { return }
    // Given away, so that the run's bytes are not copied when they change.
    open = nil
    let bytes: [UInt8]
    let isLast: Bool
    if run.records == nil {
      let target = run.base == nil ? BlockPlan.chunk : BlockPlan.deltaChunk
      try run.fill(to: target)
      bytes = run.ahead
      run.ahead = []
      // Whether this is the last chunk shows only when no byte follows.
      try run.fill(to: target)
      isLast = run.ahead.isEmpty
    } else {
      try run.fill(to: BlockPlan.recordFrame)
      let cut = try recordCut(&run)
      // The rest is copied, not the frame.
      let rest = Array(run.ahead[cut...])
      run.ahead.removeLast(rest.count)
      bytes = run.ahead
      run.ahead = rest
      if run.ahead.isEmpty { try run.fill(to: BlockPlan.recordFrame) }
      isLast = run.ahead.isEmpty
    }
    pending.append(
      .chunk(
        IngestJob.Chunk(
          source: run.source, bytes: bytes, offset: run.offset, isLast: isLast, base: run.base,
          firstRecord: run.records, known: run.known)))
    run.offset += UInt64(bytes.count)
    if let records = run.records {
      let unended = bytes.last.map { $0 != 0x0A } == true ? 1 : 0
      run.records = records + UInt64(bytes.withBytes { LineFeeds.count(in: $0) } + unended)
    }
    if isLast { try run.reader.finish() } else { open = run }
  }

  /// Where to cut a frame: after the last whole record that fits, or after the first where that is longer.
  private func recordCut(_ run: inout OpenRun) throws -> Int {
    let target = BlockPlan.recordFrame
    if run.ended, run.ahead.count <= target { return run.ahead.count }
    let window = min(target, run.ahead.count)
    if let last = run.ahead.withBytes({ LineFeeds.last(in: UnsafeRawBufferPointer(rebasing: $0[..<window])) })
    {
      return last + 1
    }
    var searched = window
    while true {
      let found = run.ahead.withBytes {
        LineFeeds.first(in: UnsafeRawBufferPointer(rebasing: $0[searched...]))
      }
      searched = found.map { searched + $0 } ?? run.ahead.count
      guard searched <= Limits.recordBytes else {
        let line = (run.records ?? 0) + 1
        throw StoreError(
          .badInput, "\(run.reader.name), line \(line): a record is over \(Limits.recordBytes) bytes")
      }
      if found != nil { return searched + 1 }
      if run.ended { return run.ahead.count }
      try run.fill(to: searched + target)
    }
  }
}
