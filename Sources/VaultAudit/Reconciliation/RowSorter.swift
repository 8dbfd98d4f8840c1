import Synchronization
import VaultCore
import VaultFiles

/// Sorts rows with bounded memory: sorted runs, in memory while they are few, else in files of a scratch folder.
final class RowSorter: Sendable {
  /// Rows that a worker collects before it sorts them: 18 MiB.
  static let runLength = 1 << 18
  /// Bytes of runs that stay in memory, those of both sides together.
  static let memoryLimit = 96 << 20

  private let files: any FileLayer
  private let scratch: String
  private let held: Mutex<Int>
  private let runs = Mutex<[RowRun]>([])

  /// A sorter that keeps its runs in `scratch`, a folder of the caller's.
  init(_ files: any FileLayer, scratch: String, held: Int = 0) {
    self.files = files
    self.scratch = scratch
    self.held = Mutex(held)
  }

  /// Bytes of the runs in memory, those of `held` included.
  var heldBytes: Int { held.withLock { $0 } }

  /// Sorts rows and keeps them as a run; from any thread.
  func add(_ rows: inout [KeyedRow]) throws {
    guard !rows.isEmpty else { return }
    rows.sort(by: KeyedRow.precedes)
    let size = rows.count * MemoryLayout<KeyedRow>.stride
    let stays = held.withLock { held in
      guard held + size <= Self.memoryLimit else { return false }
      held += size
      return true
    }
    let run = stays ? RowRun(rows) : try RowRun.spilled(files, scratch: scratch, rows)
    runs.withLock { $0.append(run) }
    rows = []
  }

  /// All rows in order.
  func sorted() throws -> SortedRows { try SortedRows(runs.withLock { $0 }) }
}

/// A sorted run of rows, read once from the front.
final class RowRun: @unchecked Sendable {
  /// Rows that are read of a file at a time.
  private static let piece = 1024

  private var rows: [KeyedRow]
  private var place = 0
  private let file: SharedFile?
  private var left: Int
  private var at: Int64 = 0

  init(_ rows: [KeyedRow]) {
    self.rows = rows
    file = nil
    left = 0
  }

  private init(_ file: SharedFile, count: Int) {
    rows = []
    self.file = file
    left = count
  }

  /// A run in a new file, which has no name once it is open.
  static func spilled(_ files: any FileLayer, scratch: String, _ rows: [KeyedRow]) throws -> RowRun {
    let path = Paths.join(scratch, "run-" + String(UInt64.random(in: .min ... .max), radix: 16))
    let file = try SharedFile(files, path: path, mode: .createNew)
    try files.unlink(path)
    try rows.withUnsafeBytes { try file.file.writeAll($0) }
    return RowRun(file, count: rows.count)
  }

  /// The next row; nil after the last.
  func next() throws -> KeyedRow? {
    if place == rows.count, left > 0, let file {
      let count = min(left, Self.piece)
      let size = count * MemoryLayout<KeyedRow>.stride
      let bytes = try file.readFully(at: at, count: size)
      guard bytes.count == size else {
        throw FileError(operation: "read", path: file.path, errno: 5)
      }
      // An array's bytes are aligned for any of its possible elements.
      rows = bytes.withBytes { Array($0.bindMemory(to: KeyedRow.self)) }
      at += Int64(size)
      left -= count
      place = 0
    }
    guard place < rows.count else { return nil }
    defer { place += 1 }
    return rows[place]
  }
}

/// The rows of several runs in one order.
struct SortedRows {
  private var heap: [(row: KeyedRow, run: RowRun)] = []

  init(_ runs: [RowRun]) throws {
    for run in runs { if let row = try run.next() { heap.append((row, run)) } }
    for place in stride(from: heap.count / 2 - 1, through: 0, by: -1) { sink(from: place) }
  }

  /// The row that comes next.
  var first: KeyedRow? { heap.first?.row }

  /// Takes the next row.
  mutating func next() throws -> KeyedRow? {
    guard let top = heap.first else { return nil }
    if let row = try top.run.next() {
      heap[0].row = row
    } else {
      heap.swapAt(0, heap.count - 1)
      heap.removeLast()
    }
    sink(from: 0)
    return top.row
  }

  private mutating func sink(from place: Int) {
    var at = place
    while true {
      var least = at
      for child in [2 * at + 1, 2 * at + 2]
      where child < heap.count && KeyedRow.precedes(heap[child].row, heap[least].row) {
        least = child
      }
      if least == at { return }
      heap.swapAt(at, least)
      at = least
    }
  }
}
