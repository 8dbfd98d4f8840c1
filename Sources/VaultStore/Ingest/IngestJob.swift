import VaultCore

/// A piece of work of an ingest: what makes one block, or for a large object one block of its run.
enum IngestJob {
  /// Small objects that share a block.
  case solid([SolidItem])
  /// One part of a larger object.
  case chunk(Chunk)

  struct SolidItem {
    /// The source's place in the request.
    let source: Int
    let bytes: [UInt8]
    let base: DeltaBase?
  }

  struct Chunk {
    let source: Int
    let bytes: [UInt8]
    let offset: UInt64
    let isFirst: Bool
    let isLast: Bool
    let base: DeltaBase?
    /// For a population: the number of the first record.
    let firstRecord: UInt64?
  }
}

/// Cuts sources into jobs, one after the other; callers take turns under a lock.
struct IngestCutter {
  private let sources: [IngestSource]
  private let make: (IngestSource) throws -> SourceReader
  private var next = 0
  private var open: OpenRun?
  private var plain = Group()
  private var delta = Group()
  private var pending: [IngestJob] = []
  private var tickets = 0

  private struct Group {
    var items: [IngestJob.SolidItem] = []
    var size = 0
    var baseSize: UInt64 = 0

    mutating func flush(to jobs: inout [IngestJob]) {
      if !items.isEmpty { jobs.append(.solid(items)) }
      self = Group()
    }

    mutating func add(_ item: IngestJob.SolidItem, baseLength: UInt64, flushingTo jobs: inout [IngestJob]) {
      let full =
        size + item.bytes.count > BlockPlan.solidBlock || items.count >= Limits.basesPerBlock
        || baseSize + baseLength > UInt64(BlockPlan.solidBlock) * 2
      if full { flush(to: &jobs) }
      items.append(item)
      size += item.bytes.count
      baseSize += baseLength
    }
  }

  /// A larger source that is being read.
  private struct OpenRun {
    let source: Int
    let reader: SourceReader
    let base: DeltaBase?
    var ahead: [UInt8]
    var offset: UInt64 = 0
    var records: UInt64?
    var ended = false
  }

  init(_ sources: [IngestSource], open make: @escaping (IngestSource) throws -> SourceReader) {
    self.sources = sources
    self.make = make
  }

  /// The next job and its ticket; nil after the last.
  mutating func nextJob() throws -> (Int, IngestJob)? {
    while pending.isEmpty {
      if open != nil {
        try readChunk()
      } else if next < sources.count {
        try begin(next)
        next += 1
      } else {
        delta.flush(to: &pending)
        plain.flush(to: &pending)
        if pending.isEmpty { return nil }
      }
    }
    defer { tickets += 1 }
    return (tickets, pending.removeFirst())
  }

  private mutating func begin(_ index: Int) throws {
    let source = sources[index]
    let reader = try make(source)
    let base = source.base.flatMap { $0.uses < DeltaBase.maxUses ? $0 : nil }
    // One byte more than a small object may have tells whether there is more.
    let want = min(Int(reader.expectedSize ?? UInt64(BlockPlan.smallObject)), BlockPlan.smallObject) + 1
    let bytes = try reader.read(upTo: want)
    if source.isPopulation || bytes.count > BlockPlan.smallObject {
      open = OpenRun(source: index, reader: reader, base: base, ahead: bytes, records: source.isPopulation ? 0 : nil)
      return
    }
    try reader.finish()
    let item = IngestJob.SolidItem(source: index, bytes: bytes, base: base)
    if let base, base.length <= UInt64(BlockPlan.smallObject) {
      delta.add(item, baseLength: base.length, flushingTo: &pending)
    } else {
      plain.add(
        IngestJob.SolidItem(source: index, bytes: bytes, base: nil), baseLength: 0, flushingTo: &pending)
    }
  }

  private mutating func readChunk() throws {
    guard var run = open else { return }
    let isDelta = run.base != nil && run.records == nil
    let target =
      run.records != nil ? BlockPlan.recordFrame : isDelta ? BlockPlan.deltaChunk : BlockPlan.chunk
    try fill(&run, to: target + 1)
    var cut = min(target, run.ahead.count)
    if run.records != nil { cut = try recordCut(&run, from: cut) }
    let bytes = Array(run.ahead[..<cut])
    run.ahead.removeFirst(cut)
    if run.ahead.isEmpty { try fill(&run, to: 1) }
    let isLast = run.ahead.isEmpty
    pending.append(
      .chunk(
        IngestJob.Chunk(
          source: run.source, bytes: bytes, offset: run.offset, isFirst: run.offset == 0, isLast: isLast,
          base: isDelta ? run.base : nil, firstRecord: run.records)))
    run.offset += UInt64(cut)
    if let records = run.records {
      let unended = isLast && bytes.last.map { $0 != 0x0A } == true ? 1 : 0
      run.records = records + UInt64(bytes.withBytes { LineFeeds.count(in: $0) } + unended)
    }
    if isLast {
      try run.reader.finish()
      open = nil
    } else {
      open = run
    }
  }

  /// Reads on until `count` bytes are ahead or the source ends.
  private func fill(_ run: inout OpenRun, to count: Int) throws {
    guard !run.ended, run.ahead.count < count else { return }
    let more = try run.reader.read(upTo: count - run.ahead.count)
    if more.isEmpty { run.ended = true }
    run.ahead.append(contentsOf: more)
  }

  /// Where to cut a frame: after the last whole record that fits, or after the first where that is longer.
  private func recordCut(_ run: inout OpenRun, from target: Int) throws -> Int {
    if run.ended, run.ahead.count <= target { return run.ahead.count }
    if let last = run.ahead[..<target].withUnsafeBytes({ LineFeeds.last(in: $0) }) { return last + 1 }
    var searched = target
    while true {
      if let end = run.ahead[searched...].firstIndex(of: 0x0A) { return end + 1 }
      searched = run.ahead.count
      guard searched <= Limits.recordBytes else {
        throw StoreError(.badInput, "a record is over \(Limits.recordBytes) bytes")
      }
      if run.ended { return run.ahead.count }
      try fill(&run, to: searched + BlockPlan.recordFrame)
    }
  }
}
