import VaultFiles

/// Sorts any number of keys within bounded memory: what does not fit is sorted in runs that lie in a staging file
/// without a name, and the runs are merged. Belongs to one thread at a time.
public final class KeySorter {
  private struct Run {
    let offset: Int64
    let count: Int
  }

  private let files: any FileLayer
  private let staging: String
  private let capacity: Int
  private var keys: [SortKey] = []
  private var file: SharedFile?
  private var written: Int64 = 0
  private var runs: [Run] = []

  /// Keys that are read of a run at a time.
  private static let window = 4096

  /// A sorter that keeps at most `memoryLimit` bytes of keys in memory.
  public init(_ files: any FileLayer, staging: String, memoryLimit: Int) {
    self.files = files
    self.staging = staging
    capacity = max(2, memoryLimit / MemoryLayout<SortKey>.stride)
  }

  /// How many runs lie in the file.
  public var runCount: Int { runs.count }

  public func add(_ key: SortKey) throws(FileError) {
    if keys.count == capacity { try spill() }
    keys.append(key)
  }

  public func add(_ more: [SortKey]) throws(FileError) {
    if keys.count + more.count <= capacity {
      keys.append(contentsOf: more)
    } else {
      for key in more { try add(key) }
    }
  }

  /// Gives all keys to `body`, the smallest first; nothing may be added after.
  public func forEachKey(_ body: (SortKey) throws -> Void) throws {
    sort()
    guard !runs.isEmpty else {
      for key in keys { try body(key) }
      return
    }
    try spill()
    keys = []
    try merge(body)
  }

  private func sort() {
    let isSorted = keys.withUnsafeBufferPointer { keys in
      keys.indices.dropFirst().allSatisfy { keys[$0 - 1] <= keys[$0] }
    }
    if isSorted { return }
    keys.withUnsafeMutableBufferPointer {
      RadixSort.sort($0, keyLength: 16, workers: Parallel.coreCount, by: <)
    }
  }

  private func spill() throws(FileError) {
    sort()
    let file = try openFile()
    try keys.withUnsafeBufferPointer { (keys) throws(FileError) in
      try file.file.writeAll(UnsafeRawBufferPointer(keys))
    }
    runs.append(Run(offset: written, count: keys.count))
    written += Int64(keys.count * MemoryLayout<SortKey>.stride)
    keys.removeAll(keepingCapacity: true)
  }

  /// The file, which loses its name at once: no end of this process can leave it behind.
  private func openFile() throws(FileError) -> SharedFile {
    if let file { return file }
    let made = try StagingFolder(files, staging).makeFile()
    try files.unlink(made.path)
    file = made
    return made
  }

  private func merge(_ body: (SortKey) throws -> Void) throws {
    guard let file else { return }
    var heap = MergeHeap()
    for run in runs {
      var cursor = RunCursor(file: file, offset: run.offset, left: run.count)
      if try cursor.advance(Self.window) { heap.push(cursor) }
    }
    while var cursor = heap.pop() {
      // As long as it is the least, without touching the heap.
      repeat { try body(cursor.key) } while try cursor.advance(Self.window) && heap.isAtLeast(cursor.key)
      if cursor.isOpen { heap.push(cursor) }
    }
  }
}

/// The place in one run of a merge.
private struct RunCursor {
  let file: SharedFile
  var offset: Int64
  /// Keys that are not read yet.
  var left: Int
  var window: [SortKey] = []
  var place = -1

  var isOpen: Bool { place < window.count }
  var key: SortKey { window[place] }

  /// Goes to the next key; false behind the last.
  mutating func advance(_ count: Int) throws -> Bool {
    place += 1
    if place < window.count { return true }
    guard left > 0 else { return false }
    let want = min(count, left)
    let bytes = want * MemoryLayout<SortKey>.stride
    var got = 0
    let (file, offset) = (self.file, self.offset)
    window = try [SortKey](unsafeUninitializedCapacity: want) { buffer, filled in
      got = try file.file.preadFully(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
      filled = got / MemoryLayout<SortKey>.stride
    }
    guard got == bytes else { throw FileError(operation: "read", path: file.path, errno: 5) }
    self.offset += Int64(bytes)
    left -= want
    place = 0
    return true
  }
}

/// The runs of a merge, the one with the least key first.
private struct MergeHeap {
  private var cursors: [RunCursor] = []

  /// Whether no run has a lesser key than `key`.
  func isAtLeast(_ key: SortKey) -> Bool { cursors.first.map { key <= $0.key } ?? true }

  mutating func push(_ cursor: RunCursor) {
    cursors.append(cursor)
    var place = cursors.count - 1
    while place > 0, cursors[place].key < cursors[(place - 1) / 2].key {
      cursors.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  mutating func pop() -> RunCursor? {
    guard let first = cursors.first, let last = cursors.popLast() else { return nil }
    guard !cursors.isEmpty else { return first }
    cursors[0] = last
    var place = 0
    while true {
      var least = place
      for child in [place * 2 + 1, place * 2 + 2]
      where child < cursors.count && cursors[child].key < cursors[least].key {
        least = child
      }
      if least == place { return first }
      cursors.swapAt(place, least)
      place = least
    }
  }
}
