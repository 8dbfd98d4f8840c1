import Synchronization
import VaultCore
import VaultFiles

/// An immutable, sorted part of a ref's index, mapped from a file or held in memory. It is derived: a segment
/// that fails its checks is as good as none.
///
/// The head is checked when a segment is opened, each page of the body before it is first used: opening
/// costs the same however long the history is.
final class IndexSegment: Sendable {
  static let magic: [UInt8] = Array("VINDEX06".utf8)
  /// Magic, the head's end and its CRC.
  static let headStart = 16
  /// The bytes that have a CRC of their own.
  static let page = 4096

  let head: IndexHead
  let objects: Table
  let paths: Table
  let pathCount: Int
  let restarts: Table
  let commits: Table
  let nodes: Table
  let bases: Table
  let keys: Table
  let sizes: Table
  /// The bytes behind the head.
  let bodyLength: Int
  private let storage: Storage
  private let bodyStart: Int
  private let checks: PageChecks

  /// The bytes' owner.
  enum Storage: Sendable {
    case mapped(MappedFile)
    case memory([UInt8])

    func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
      switch self {
      case .mapped(let file): try body(file.bytes)
      case .memory(let bytes): try bytes.withUnsafeBytes(body)
      }
    }
  }

  /// A table's bytes in the body.
  struct Table: Sendable {
    let offset: Int
    let length: Int
    let recordSize: Int

    var count: Int { length / recordSize }
  }

  /// Checks the head and opens a segment; nil where it is damaged or of another vault or ref.
  init?(_ storage: Storage, vault: ObjectID, ref: RefName) {
    let parsed = storage.withBytes { raw in try? IndexLayout(raw) }
    guard let parsed, parsed.head.vault == vault, parsed.head.ref == ref else { return nil }
    self.storage = storage
    head = parsed.head
    bodyStart = parsed.bodyStart
    bodyLength = parsed.bodyLength
    let tables = parsed.tables
    objects = tables[0]
    paths = tables[1]
    restarts = tables[2]
    commits = tables[3]
    nodes = tables[4]
    bases = tables[5]
    keys = tables[6]
    sizes = tables[7]
    pathCount = parsed.pathCount
    // What this process has just made needs no check.
    let isOwn = if case .memory = storage { true } else { false }
    checks = PageChecks((parsed.bodyLength + Self.page - 1) / Self.page, areSound: isOwn)
  }

  /// Whether a page that was asked for was found damaged: what the segment has answered is not to be used.
  var sawDamage: Bool { checks.sawDamage }

  /// Says that the segment contradicts itself.
  func reportDamage() { checks.reportDamage() }

  /// Whether these bytes of the body are what was written.
  func isSound(_ offset: Int, _ length: Int) -> Bool {
    guard length > 0 else { return true }
    guard offset >= 0, offset <= bodyLength, length <= bodyLength - offset else {
      reportDamage()
      return false
    }
    return storage.withBytes { isSound(offset, length, $0) }
  }

  private func isSound(_ offset: Int, _ length: Int, _ raw: UnsafeRawBufferPointer) -> Bool {
    for page in offset / Self.page...(offset + length - 1) / Self.page where !checks.isKnown(page) {
      let start = bodyStart + page * Self.page
      let bytes = UnsafeRawBufferPointer(rebasing: raw[start..<min(raw.count, start + Self.page)])
      // The pages' CRCs are the last part of the head.
      let crc = raw.little(UInt32.self, at: bodyStart - 4 * (checks.count - page))
      guard Zlib.crc32(bytes) == crc else {
        reportDamage()
        return false
      }
      checks.foundSound(page)
    }
    return true
  }

  /// The first record of a table for which `isAtOrAfter` holds, by bisection over checked pages; the table's
  /// count where there is none, or where a page on the way is damaged.
  func firstIndex(_ table: Table, _ isAtOrAfter: (UnsafeRawBufferPointer) -> Bool) -> Int {
    storage.withBytes { raw in
      bisect(table, 0...table.count, raw, isAtOrAfter)
    }
  }

  /// As ``firstIndex(_:_:)``, for a table whose keys are spread evenly, as hashes are: the search begins where the
  /// record should be, and widens from there.
  func firstIndex(_ table: Table, evenly key: UInt64, _ isAtOrAfter: (UnsafeRawBufferPointer) -> Bool) -> Int
  {
    storage.withBytes { raw in
      var range = 0...table.count
      var place = Int(key.multipliedFullWidth(by: UInt64(table.count)).high)
      // So far from there it lies as a rule: half the square root of the count.
      var step = max(4, 1 << (max(0, Int.bitWidth - table.count.leadingZeroBitCount - 2) / 2))
      var goesDown: Bool?
      while range.contains(place), place < table.count {
        guard let isAfter = probe(table, place, raw, isAtOrAfter) else { return table.count }
        range = isAfter ? range.lowerBound...place : place + 1...range.upperBound
        if let goesDown, goesDown != isAfter { break }
        goesDown = isAfter
        place += isAfter ? -step : step
        step *= 2
      }
      return bisect(table, range, raw, isAtOrAfter)
    }
  }

  private func bisect(
    _ table: Table, _ range: ClosedRange<Int>, _ raw: UnsafeRawBufferPointer,
    _ isAtOrAfter: (UnsafeRawBufferPointer) -> Bool
  ) -> Int {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = (low + high) / 2
      guard let isAfter = probe(table, middle, raw, isAtOrAfter) else { return table.count }
      if isAfter { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// What `isAtOrAfter` says of a record; nil where its page is damaged.
  private func probe(
    _ table: Table, _ index: Int, _ raw: UnsafeRawBufferPointer,
    _ isAtOrAfter: (UnsafeRawBufferPointer) -> Bool
  ) -> Bool? {
    let offset = table.offset + index * table.recordSize
    guard isSound(offset, table.recordSize, raw) else { return nil }
    let start = bodyStart + offset
    return isAtOrAfter(UnsafeRawBufferPointer(rebasing: raw[start..<start + table.recordSize]))
  }

  /// Whether a whole table is what was written.
  func isSound(_ table: Table) -> Bool {
    isSound(table.offset, table.length) && isSound(restarts.offset, restarts.length)
  }

  /// Gives checked bytes of the body to `body`; nil where they are damaged.
  func withChecked<R>(_ offset: Int, _ length: Int, _ body: (UnsafeRawBufferPointer) -> R) -> R? {
    guard isSound(offset, length) else { return nil }
    return storage.withBytes {
      body(UnsafeRawBufferPointer(rebasing: $0[bodyStart + offset..<bodyStart + offset + length]))
    }
  }

  /// Gives a table's bytes, which the caller has checked, to `body`.
  func withTable<R>(_ table: Table, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try storage.withBytes {
      let start = bodyStart + table.offset
      return try body(UnsafeRawBufferPointer(rebasing: $0[start..<start + table.length]))
    }
  }

  /// The segment's bytes, to be written to a file.
  func withFileBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try storage.withBytes(body)
  }
}

/// Which pages of a segment were found sound. Threads that ask at the same time may check a page twice, to the same end.
private final class PageChecks: Sendable {
  let count: Int
  private nonisolated(unsafe) let known: UnsafeMutablePointer<Atomic<Bool>>
  private let damaged = Atomic<Bool>(false)

  init(_ count: Int, areSound: Bool) {
    self.count = count
    known = .allocate(capacity: count)
    for page in 0..<count { (known + page).initialize(to: Atomic(areSound)) }
  }

  deinit {
    known.deinitialize(count: count)
    known.deallocate()
  }

  func isKnown(_ page: Int) -> Bool { known[page].load(ordering: .relaxed) }
  func foundSound(_ page: Int) { known[page].store(true, ordering: .relaxed) }

  var sawDamage: Bool { damaged.load(ordering: .acquiring) }
  func reportDamage() { damaged.store(true, ordering: .releasing) }
}

/// What a segment's head says of its bytes.
private struct IndexLayout {
  let head: IndexHead
  let bodyStart: Int
  let bodyLength: Int
  let tables: [IndexSegment.Table]
  let pathCount: Int

  init(_ raw: UnsafeRawBufferPointer) throws(FormatError) {
    let bad = FormatError(.malformed, "no index segment")
    guard raw.count >= IndexSegment.headStart, raw.starts(with: IndexSegment.magic) else { throw bad }
    bodyStart = Int(raw.little(UInt32.self, at: 8))
    guard bodyStart >= IndexSegment.headStart, bodyStart <= raw.count else { throw bad }
    let headBytes = UnsafeRawBufferPointer(rebasing: raw[IndexSegment.headStart..<bodyStart])
    guard Zlib.crc32(headBytes) == raw.little(UInt32.self, at: 12) else { throw bad }
    bodyLength = raw.count - bodyStart
    var reader = ByteReader(headBytes)
    head = try IndexHead(&reader)
    var tables: [IndexSegment.Table] = []
    var offset = 0
    for size in IndexTables.recordSizes {
      let length = try reader.varint(max: bodyLength - offset, "a table's length")
      guard length % size == 0 else { throw bad }
      tables.append(IndexSegment.Table(offset: offset, length: length, recordSize: size))
      offset += length
    }
    pathCount = try reader.varint(max: bodyLength, "number of paths")
    let pages = (bodyLength + IndexSegment.page - 1) / IndexSegment.page
    guard offset == bodyLength, reader.left == 4 * pages,
      tables[3].count == head.lastSequence - head.firstSequence + 1,
      tables[2].count == (pathCount + PathTableBuilder.interval - 1) / PathTableBuilder.interval
    else { throw bad }
    self.tables = tables
  }
}
