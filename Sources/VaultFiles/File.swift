import Glibc
import Synchronization

/// An owned descriptor, closed exactly once: when this value ends.
///
/// Positioned reads may run on several threads at a time; see ``SharedFile`` to share one. After a failed
/// ``fsync()`` the file is *poisoned*: every later write and fsync fails with the same reason, because the
/// system may have dropped the unwritten bytes and a second fsync would report success.
public struct File: ~Copyable, Sendable {
  /// The layer that opened ``descriptor``.
  public let layer: any FileLayer

  /// The path that was opened, for errors.
  public let path: String

  /// For calls to ``layer``; must not be closed by others.
  public let descriptor: Int32

  /// The reason of the first failed fsync, or 0.
  private let poison = Atomic<Int32>(0)

  public init(
    _ layer: any FileLayer = SystemFiles.shared, path: String, mode: OpenMode, permissions: UInt32 = 0o666
  ) throws(FileError) {
    self.layer = layer
    self.path = path
    descriptor = try layer.open(path, mode, permissions: permissions)
  }

  deinit {
    layer.close(descriptor)
  }

  /// Closes the file here rather than at the end of its scope; also releases its lock.
  public consuming func close() {}
}

// MARK: - Reading

extension File {
  /// One read at the descriptor's own position; 0 at the end of the file.
  public func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    do { return try layer.read(descriptor, into: buffer) } catch { throw error.of(path) }
  }

  /// Reads until `buffer` is full; returns the bytes read, fewer only where the file ends.
  public func preadFully(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
  ) throws(FileError) -> Int {
    var done = 0
    while done < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      let count: Int
      do {
        count = try layer.pread(descriptor, into: rest, at: offset + Int64(done))
      } catch {
        throw error.of(path)
      }
      if count == 0 { break }
      done += count
    }
    return done
  }

  /// The `count` bytes at `offset`, fewer only where the file ends. Allocates `count` bytes at once, so a
  /// count that comes from a file is checked against a limit before.
  public func readFully(at offset: Int64, count: Int) throws(FileError) -> [UInt8] {
    var failure: FileError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      do throws(FileError) {
        filled = try preadFully(into: UnsafeMutableRawBufferPointer(rebasing: raw(buffer, count)), at: offset)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }
}

private func raw(
  _ buffer: UnsafeMutableBufferPointer<UInt8>, _ count: Int
) -> Slice<UnsafeMutableRawBufferPointer> {
  UnsafeMutableRawBufferPointer(buffer)[..<count]
}

// MARK: - Writing

extension File {
  /// Writes every byte, at the end of the file if it was opened to append. After a failure some of them
  /// may have been written.
  public func writeAll(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    var rest = bytes
    while !rest.isEmpty {
      try checkPoison("write")
      let count: Int
      do { count = try layer.write(descriptor, rest) } catch { throw error.of(path) }
      // No file system does this; going round for ever would be the worst answer to one that did.
      if count == 0 { throw FileError(operation: "write", path: path, errno: EIO) }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  /// Writes every byte; see ``writeAll(_:)-(UnsafeRawBufferPointer)``.
  public func writeAll(_ bytes: [UInt8]) throws(FileError) {
    try writeAll(bytes.span.bytes)
  }

  /// Writes every byte; see ``writeAll(_:)-(UnsafeRawBufferPointer)``.
  public func writeAll(_ bytes: RawSpan) throws(FileError) {
    try bytes.withUnsafeBytes { (buffer) throws(FileError) in try writeAll(buffer) }
  }

  /// Asks the system to begin writing bytes that a later `fsync` waits for.
  public func startWriting(at offset: Int64, count: Int64) {
    layer.startWriting(descriptor, at: offset, count: count)
  }

  /// Lets the system's memory go of bytes that are on the disk; see ``FileLayer/dropCache(_:from:count:)``.
  public func dropCache(from offset: Int64, count: Int64?) {
    layer.dropCache(descriptor, from: offset, count: count)
  }

  /// As ``fsync()``, for what another process wrote from `offset` on; false where that is not there any more.
  ///
  /// After a failed fsync Linux keeps the bytes in its cache as if they were written, and later ones succeed (fsync(2)). Whoever
  /// failed so knows; who comes after must not believe what the cache says. So it is dropped, and what is read again is what the
  /// disk has. `offset` is near the end: what is behind it is read whole.
  public func settle(from offset: Int64) throws(FileError) -> Bool {
    let before = try tail(from: offset)
    try fsync()
    layer.dropCache(descriptor, from: offset, count: nil)
    // Others may append meanwhile.
    return try tail(from: offset).starts(with: before)
  }

  private func tail(from offset: Int64) throws(FileError) -> [UInt8] {
    let count = Int(max(try size() - offset, 0))
    var failure: FileError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      do throws(FileError) {
        filled = try preadFully(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Returns once the content survives a power cut. The *name* of a new file needs
  /// ``FileLayer/syncParent(of:)`` besides.
  public func fsync() throws(FileError) {
    try checkPoison("fsync")
    do {
      try layer.fsync(descriptor)
    } catch {
      poison.store(error.errno, ordering: .releasing)
      throw error.of(path)
    }
  }

  /// Cuts the file to `length` bytes, which must not be more than it has.
  public func truncate(to length: Int64) throws(FileError) {
    try checkPoison("truncate")
    do { try layer.truncate(descriptor, to: length) } catch { throw error.of(path) }
  }

  /// Whether an fsync has failed.
  public var isPoisoned: Bool { poison.load(ordering: .acquiring) != 0 }

  private func checkPoison(_ operation: String) throws(FileError) {
    let reason = poison.load(ordering: .acquiring)
    if reason != 0 { throw FileError(operation: operation, path: path, errno: reason) }
  }
}

// MARK: - Status and locks

extension File {
  public func status() throws(FileError) -> FileStatus {
    do { return try layer.status(descriptor) } catch { throw error.of(path) }
  }

  /// The file's marks; see ``FileLayer/inodeFlags(_:)``.
  public func inodeFlags() throws(FileError) -> InodeFlags {
    do { return try layer.inodeFlags(descriptor) } catch { throw error.of(path) }
  }

  /// Changes the file's marks; see ``FileLayer/setInodeFlags(_:_:)``.
  public func setInodeFlags(_ flags: InodeFlags) throws(FileError) {
    do { try layer.setInodeFlags(descriptor, flags) } catch { throw error.of(path) }
  }

  /// The length in bytes, now.
  public func size() throws(FileError) -> Int64 {
    try status().size
  }

  /// Takes a lock against other openings of the file, in this process too; held until the file is closed.
  /// False, and only without `wait`, if another opening holds it.
  @discardableResult
  public func lock(exclusive: Bool = true, wait: Bool = true) throws(FileError) -> Bool {
    do {
      return try layer.lock(descriptor, exclusive: exclusive, wait: wait)
    } catch {
      throw error.of(path)
    }
  }
}
