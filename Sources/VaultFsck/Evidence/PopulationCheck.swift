import Synchronization
import VaultCore
import VaultFiles
import VaultStore

/// Recomputes a population's record table from its bytes, with the frames as the table cuts them.
struct PopulationCheck {
  /// Up to so many bytes a population is checked along with its line.
  static let small = 1 << 20
  /// Bytes that a worker takes at a time, where one frame has no more.
  private static let share: UInt64 = 2 << 20

  private let claim: PopulationClaim
  private let table: RecordTable
  private let blocks: ObjectBlocks
  /// The population's bytes.
  private let length: UInt64

  /// Why a population is not what its entry says.
  private struct Mismatch: Error {
    let reason: String
  }

  /// Checks a population and returns how many records were hashed; `source` serves the first worker.
  static func run(
    _ claim: PopulationClaim, _ source: BlockSource, workers: Int, _ context: CheckContext
  ) throws -> UInt64 {
    do {
      let length = source.set.table.record(claim.object).length
      try context.budget?.check(source.set.table.record(claim.object).id, Int(clamping: length))
      let check = try PopulationCheck(claim, source)
      try check.checkTotals()
      try check.checkFrames(source, workers: workers, context)
      return check.table.records
    } catch let mismatch as Mismatch {
      context.log.add(.populationMismatch, claim.subject, mismatch.reason)
    } catch let flaw as BlockFlaw {
      context.log.add(flaw.name, claim.subject, flaw.reason)
    }
    return 0
  }

  private init(_ claim: PopulationClaim, _ source: BlockSource) throws {
    self.claim = claim
    length = source.set.table.record(claim.object).length
    let bytes = try source.read(source.set.table.record(claim.table), limit: Limits.recordTableBytes)
    do throws(FormatError) {
      table = try bytes.withBytes { raw throws(FormatError) in try RecordTable(decoding: raw) }
    } catch {
      throw Mismatch(reason: "its record table is malformed: \(error.reason)")
    }
    blocks = try ObjectBlocks(source.set.table.record(claim.object), source)
  }

  private func checkTotals() throws {
    guard table.bytes == length else {
      throw Mismatch(reason: "its record table speaks of \(table.bytes) bytes; there are \(length)")
    }
    guard table.records == UInt64(claim.population.count) else {
      throw Mismatch(
        reason: "its entry says \(claim.population.count) records, its record table \(table.records)")
    }
    guard (table.records == 0) == (length == 0) else {
      throw Mismatch(reason: "its record table has no frames")
    }
    let merkle = MerkleHasher()
    var whole = CompactRange()
    for (index, frame) in table.frames.enumerated() {
      let end = range(index)
      guard end.isFrame,
        let next = CompactRange(begin: frame.firstRecord, end: end.records, hashes: frame.hashes)
      else { throw Mismatch(reason: "frame \(index) of its record table is out of order") }
      whole.append(next, merkle)
    }
    guard whole.root(merkle) == claim.population.root else {
      throw Mismatch(reason: "the root in its entry is not that of its record table")
    }
  }

  private struct FrameRange {
    let from: UInt64
    let to: UInt64
    /// One past the frame's last record.
    let records: UInt64

    var isFrame: Bool { from < to }
  }

  private func range(_ index: Int) -> FrameRange {
    let frame = table.frames[index]
    guard index + 1 < table.frames.count else {
      return FrameRange(from: frame.offset, to: table.bytes, records: table.records)
    }
    let next = table.frames[index + 1]
    return FrameRange(from: frame.offset, to: next.offset, records: next.firstRecord)
  }

  private func checkFrames(_ source: BlockSource, workers: Int, _ context: CheckContext) throws {
    if let first = table.frames.first, first.offset != 0 {
      throw Mismatch(reason: "its first frame does not begin it")
    }
    let next = Atomic<Int>(0)
    guard workers > 1 else { return try checkFrames(next, source) }
    let set = source.set
    try Parallel.run(workers: min(workers, table.frames.count)) { _ in
      try checkFrames(next, BlockSource(set, cacheLimit: context.cachePerWorker))
    }
  }

  /// Takes frames that lie side by side, as long as there are any.
  private func checkFrames(_ next: borrowing Atomic<Int>, _ source: BlockSource) throws {
    let merkle = MerkleHasher()
    while true {
      let first = next.load(ordering: .acquiring)
      guard first < table.frames.count else { return }
      var end = first + 1
      while end < table.frames.count, table.frames[end].offset - table.frames[first].offset < Self.share {
        end += 1
      }
      guard next.compareExchange(expected: first, desired: end, ordering: .acquiringAndReleasing).exchanged
      else {
        continue
      }
      for index in first..<end { try checkFrame(index, source, merkle) }
    }
  }

  /// Hashes a frame's records and compares them with the table.
  private func checkFrame(_ index: Int, _ source: BlockSource, _ merkle: MerkleHasher) throws {
    let range = range(index)
    var records = RecordHasher(table.frames[index].firstRecord, merkle)
    try blocks.read(range.from..<range.to, source) { records.add($0) }
    guard !records.isOverlong else {
      throw Mismatch(
        reason: "a record in frame \(index) of its record table is over \(Limits.recordBytes) bytes")
    }
    guard records.endsInRecord || index + 1 == table.frames.count else {
      throw Mismatch(reason: "frame \(index) of its record table does not end with a record")
    }
    let found = records.finish()
    guard found.end == range.records, found.hashes == table.frames[index].hashes else {
      throw Mismatch(
        reason:
          "its records \(table.frames[index].firstRecord) to \(range.records) are not those of its record table"
      )
    }
  }
}

/// Hashes records, which may come in several pieces.
struct RecordHasher {
  private var leaves: RecordLeaves
  private var open: [UInt8] = []
  private var isOpen = false
  /// Whether the record that has begun is longer than any may be.
  private var isOpenOverlong = false

  init(_ first: UInt64, _ merkle: MerkleHasher) { leaves = RecordLeaves(at: first, merkle) }

  /// Whether a record is longer than any may be.
  var isOverlong: Bool { isOpenOverlong || leaves.longest > Limits.recordBytes }

  /// Whether the bytes so far end with a record's LF.
  var endsInRecord: Bool { !isOpen }

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    var rest = bytes
    if isOpen, let length = LineFeeds.first(in: rest) {
      open.append(contentsOf: rest[..<length])
      closeRecord()
      rest = UnsafeRawBufferPointer(rebasing: rest[(length + 1)...])
    }
    if !isOpen { rest = leaves.add(rest) }
    guard !rest.isEmpty else { return }
    isOpen = true
    isOpenOverlong = isOpenOverlong || open.count + rest.count > Limits.recordBytes
    if !isOpenOverlong { open.append(contentsOf: rest) }
  }

  private mutating func closeRecord() {
    open.withBytes { leaves.add(record: $0) }
    open.removeAll(keepingCapacity: true)
    isOpen = false
  }

  /// The range over all records; a last one without LF counts.
  mutating func finish() -> CompactRange {
    if isOpen { closeRecord() }
    return leaves.finish()
  }
}
