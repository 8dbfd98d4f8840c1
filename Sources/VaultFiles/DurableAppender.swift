import Glibc

/// The end of a log. ``append(_:)-([UInt8])`` adds bytes, ``sync()`` is the commit point.
///
/// After any failure, of a write or of an fsync, the appender is spent: every later call fails. The file
/// may end in a torn record then, and only somebody who has read it again may append behind that.
public struct DurableAppender: ~Copyable, Sendable {
  /// The file that is appended to; its lock guards the log against other writers.
  public let file: File

  /// Where the next append lands, as long as the log is locked against other writers.
  public private(set) var end: Int64

  private var nameIsSynced: Bool
  private var failure: FileError?

  /// Opens the log at `path`, making it if `create` says so.
  ///
  /// With `syncName` the first ``append(_:)-([UInt8])`` or ``sync()`` first syncs the folder, even if the file
  /// was there before: whoever made it may have died between making and syncing. So a log that holds anything
  /// has a durable name, and who finds it so need not sync the folder again.
  public init(
    _ layer: any FileLayer = SystemFiles.shared, path: String, create: Bool = true, syncName: Bool = true
  ) throws(FileError) {
    let file = try File(layer, path: path, mode: [create ? .appendOrCreate : .append, .read, .noFollow])
    let size = try file.size()
    self.file = file
    end = size
    nameIsSynced = !syncName
  }

  /// Locks the log against other writers and finds its end again.
  @discardableResult
  public mutating func lock(wait: Bool = true) throws(FileError) -> Bool {
    guard try file.lock(exclusive: true, wait: wait) else { return false }
    end = try file.size()
    return true
  }

  /// Writes `bytes` at the end; returns where they begin. They are durable only after ``sync()``.
  @discardableResult
  public mutating func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) -> Int64 {
    try checkSpent("write")
    let start = end
    do {
      try syncName()
      try file.writeAll(bytes)
    } catch {
      failure = error
      throw error
    }
    end += Int64(bytes.count)
    return start
  }

  /// Writes `bytes` at the end; returns where they begin. They are durable only after ``sync()``.
  @discardableResult
  public mutating func append(_ bytes: [UInt8]) throws(FileError) -> Int64 {
    try append(bytes.span.bytes)
  }

  /// Writes `bytes` at the end; returns where they begin. They are durable only after ``sync()``.
  @discardableResult
  public mutating func append(_ bytes: RawSpan) throws(FileError) -> Int64 {
    try bytes.withUnsafeBytes { (buffer) throws(FileError) in try append(buffer) }
  }

  /// Returns once everything appended, and the log's name, survive a power cut.
  public mutating func sync() throws(FileError) {
    try checkSpent("fsync")
    do {
      try syncName()
      try file.fsync()
    } catch {
      failure = error
      throw error
    }
  }

  /// Cuts off, durably, what stands behind `length`: the rest of an unfinished write. The caller holds the lock.
  public mutating func cut(to length: Int64) throws(FileError) {
    try checkSpent("truncate")
    precondition(length <= end, "a cut makes nothing longer")
    do {
      try file.truncate(to: length)
      // Before anything is appended: a power cut must not bring the tail back over it.
      try file.fsync()
    } catch {
      failure = error
      throw error
    }
    end = length
  }

  private mutating func syncName() throws(FileError) {
    if !nameIsSynced { try file.layer.syncParent(of: file.path) }
    nameIsSynced = true
  }

  private func checkSpent(_ operation: String) throws(FileError) {
    if let failure { throw FileError(operation: operation, path: file.path, errno: failure.errno) }
  }
}
