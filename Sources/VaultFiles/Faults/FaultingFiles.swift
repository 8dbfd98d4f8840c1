import Synchronization

/// A layer that counts the calls to another one and spoils some of them.
///
/// A test runs once without faults to learn ``calls``, then once for each number with a fault there. Once
/// the process is dead every call fails with ``FileError/processDied`` and nothing reaches the other layer
/// any more, but for the closing of descriptors, which a dying process does as well. Closing and unmapping
/// cannot fail and are not counted.
public final class FaultingFiles: FileLayer {
  private struct State {
    var faults: [Fault]
    var calls: [FileCall] = []
    var mutations = 0
    var dead = false
    var paths: [Int32: String] = [:]
    var interruptions: [Interruption] = []
  }

  /// What comes between two calls.
  private struct Interruption {
    let operation: String
    let path: String
    let body: @Sendable () -> Void
  }

  private let inner: any FileLayer
  private let largestTransfer: Int
  private let state: Mutex<State>

  /// `largestTransfer` bounds every single read and write, so that loops over short ones are tried.
  public init(_ inner: any FileLayer, faults: [Fault] = [], largestTransfer: Int = .max) {
    precondition(largestTransfer > 0, "a transfer of nothing means the end")
    self.inner = inner
    self.largestTransfer = largestTransfer
    state = Mutex(State(faults: faults))
  }

  /// Every call so far, in order.
  public var calls: [FileCall] { state.withLock { $0.calls } }

  /// How many calls so far were mutating.
  public var mutationCount: Int { state.withLock { $0.mutations } }

  public var isDead: Bool { state.withLock { $0.dead } }

  /// Kills the process now, between two calls.
  public func die() {
    state.withLock { $0.dead = true }
  }

  /// Does something just before the next such call of a path, as another process might.
  public func beforeNext(_ operation: String, of path: String, _ body: @escaping @Sendable () -> Void) {
    state.withLock { $0.interruptions.append(Interruption(operation: operation, path: path, body: body)) }
  }

  /// Adds a fault; calls keep the numbers they have.
  public func add(_ fault: Fault) {
    state.withLock { $0.faults.append(fault) }
  }
}

// MARK: - Counting

extension FaultingFiles {
  /// Counts a call; returns what is to be done to it.
  private func begin(_ operation: String, _ path: String, mutates: Bool) throws(FileError) -> Fault.Effect? {
    interrupt(operation, path)
    let (wasDead, effect) = state.withLock { state -> (Bool, Fault.Effect?) in
      if state.dead { return (true, nil) }
      let (number, mutation) = (state.calls.count, state.mutations)
      state.calls.append(FileCall(operation: operation, path: path, mutates: mutates))
      if mutates { state.mutations += 1 }
      let fault = state.faults.first { fault in
        switch fault.counting {
        case .all: fault.call == number
        case .mutating: mutates && fault.call == mutation
        }
      }
      switch fault?.effect {
      case .die, .dieWriting: state.dead = true
      case .fail, .failWriting, nil: break
      }
      return (false, fault?.effect)
    }
    if wasDead { throw FileError(operation: operation, path: path, errno: FileError.processDied) }
    return effect
  }

  private func interrupt(_ operation: String, _ path: String) {
    let found = state.withLock { state -> Interruption? in
      state.interruptions.firstIndex { $0.operation == operation && $0.path == path }
        .map { state.interruptions.remove(at: $0) }
    }
    found?.body()
  }

  /// Makes a call, or spoils it. `undo` takes back what a dead process cannot hold.
  private func pass<R>(
    _ operation: String, _ path: String, mutates: Bool = false, undo: (R) -> Void = { _ in },
    _ call: () throws(FileError) -> R
  ) throws(FileError) -> R {
    switch try begin(operation, path, mutates: mutates) {
    case nil:
      return try call()
    case .fail(let errno), .failWriting(_, let errno):
      throw FileError(operation: operation, path: path, errno: errno)
    case .die, .dieWriting:
      if let result = try? call() { undo(result) }
      throw FileError(operation: operation, path: path, errno: FileError.processDied)
    }
  }

  private func path(_ fd: Int32) -> String {
    state.withLock { $0.paths[fd] ?? "" }
  }
}

// MARK: - The layer

extension FaultingFiles {
  public func open(_ path: String, _ mode: OpenMode, permissions: UInt32) throws(FileError) -> Int32 {
    let fd = try pass("open", path, mutates: mode.mayCreate, undo: inner.close) { () throws(FileError) in
      try inner.open(path, mode, permissions: permissions)
    }
    state.withLock { $0.paths[fd] = path }
    return fd
  }

  public func close(_ fd: Int32) {
    state.withLock { $0.paths[fd] = nil }
    inner.close(fd)
  }

  public func read(_ fd: Int32, into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    try pass("read", path(fd)) { () throws(FileError) in
      try inner.read(fd, into: UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(largestTransfer)))
    }
  }

  public func pread(
    _ fd: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
  ) throws(FileError) -> Int {
    try pass("read", path(fd)) { () throws(FileError) in
      let short = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(largestTransfer))
      return try inner.pread(fd, into: short, at: offset)
    }
  }

  public func write(_ fd: Int32, _ bytes: UnsafeRawBufferPointer) throws(FileError) -> Int {
    let path = path(fd)
    switch try begin("write", path, mutates: true) {
    case nil:
      return try inner.write(fd, UnsafeRawBufferPointer(rebasing: bytes.prefix(largestTransfer)))
    case .fail(let errno):
      throw FileError(operation: "write", path: path, errno: errno)
    case .failWriting(let count, let errno):
      writePrefix(fd, bytes.prefix(count))
      throw FileError(operation: "write", path: path, errno: errno)
    case .die:
      writePrefix(fd, bytes[...])
    case .dieWriting(let count):
      writePrefix(fd, bytes.prefix(count))
    }
    throw FileError(operation: "write", path: path, errno: FileError.processDied)
  }

  private func writePrefix(_ fd: Int32, _ bytes: Slice<UnsafeRawBufferPointer>) {
    var rest = bytes
    while !rest.isEmpty, let count = try? inner.write(fd, UnsafeRawBufferPointer(rebasing: rest)), count > 0 {
      rest = rest.dropFirst(count)
    }
  }

  public func fsync(_ fd: Int32) throws(FileError) {
    do throws(FileError) {
      try pass("fsync", path(fd), mutates: true) { () throws(FileError) in try inner.fsync(fd) }
    } catch {
      // What a failed fsync leaves is in memory only, and no later one brings it to the disk.
      if error.errno != FileError.processDied { (inner as? MemoryFiles)?.loseUnsynced(fd) }
      throw error
    }
  }

  public func dropCache(_ fd: Int32, from offset: Int64, count: Int64?) {
    inner.dropCache(fd, from: offset, count: count)
  }

  public func startWriting(_ fd: Int32, at offset: Int64, count: Int64) {
    inner.startWriting(fd, at: offset, count: count)
  }

  public func truncate(_ fd: Int32, to length: Int64) throws(FileError) {
    try pass("truncate", path(fd), mutates: true) { () throws(FileError) in
      try inner.truncate(fd, to: length)
    }
  }

  public func status(_ fd: Int32) throws(FileError) -> FileStatus {
    try pass("stat", path(fd)) { () throws(FileError) in try inner.status(fd) }
  }

  public func status(path: String, followLinks: Bool) throws(FileError) -> FileStatus {
    try pass("stat", path) { () throws(FileError) in
      try inner.status(path: path, followLinks: followLinks)
    }
  }

  public func list(_ path: String) throws(FileError) -> [String] {
    try pass("list", path) { () throws(FileError) in try inner.list(path) }
  }

  public func makeDirectory(_ path: String, permissions: UInt32) throws(FileError) {
    try pass("mkdir", path, mutates: true) { () throws(FileError) in
      try inner.makeDirectory(path, permissions: permissions)
    }
  }

  public func rename(_ from: String, _ to: String, replace: Bool) throws(FileError) {
    try pass("rename", to, mutates: true) { () throws(FileError) in
      try inner.rename(from, to, replace: replace)
    }
  }

  public func unlink(_ path: String) throws(FileError) {
    try pass("unlink", path, mutates: true) { () throws(FileError) in try inner.unlink(path) }
  }

  public func removeDirectory(_ path: String) throws(FileError) {
    try pass("rmdir", path, mutates: true) { () throws(FileError) in try inner.removeDirectory(path) }
  }

  public func lock(_ fd: Int32, exclusive: Bool, wait: Bool) throws(FileError) -> Bool {
    try pass("lock", path(fd)) { () throws(FileError) in
      try inner.lock(fd, exclusive: exclusive, wait: wait)
    }
  }

  public func setPermissions(_ path: String, _ mode: UInt32) throws(FileError) {
    try pass("chmod", path, mutates: true) { () throws(FileError) in
      try inner.setPermissions(path, mode)
    }
  }

  public func inodeFlags(_ fd: Int32) throws(FileError) -> InodeFlags {
    try pass("get flags", path(fd)) { () throws(FileError) in try inner.inodeFlags(fd) }
  }

  public func setInodeFlags(_ fd: Int32, _ flags: InodeFlags) throws(FileError) {
    try pass("set flags", path(fd), mutates: true) { () throws(FileError) in
      try inner.setInodeFlags(fd, flags)
    }
  }

  public func map(_ fd: Int32, length: Int) throws(FileError) -> UnsafeRawBufferPointer {
    try pass("map", path(fd), undo: inner.unmap) { () throws(FileError) in
      try inner.map(fd, length: length)
    }
  }

  public func unmap(_ bytes: UnsafeRawBufferPointer) {
    inner.unmap(bytes)
  }
}
