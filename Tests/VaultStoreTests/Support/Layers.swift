import Glibc
import Synchronization
import VaultFiles

/// Counts calls and the bytes that they read; a mapped file counts nothing, since its pages are read on use.
final class CountingFiles: FileLayer {
  private let inner: any FileLayer
  private let counts = Mutex<(calls: Int, bytes: Int)>((0, 0))
  /// Below such a path nothing can be made.
  private let readOnly: String?

  init(_ inner: any FileLayer, readOnly: String? = nil) {
    self.inner = inner
    self.readOnly = readOnly
  }

  var calls: Int { counts.withLock { $0.calls } }
  var bytesRead: Int { counts.withLock { $0.bytes } }

  private func count(bytes: Int = 0) {
    counts.withLock {
      $0.calls += 1
      $0.bytes += bytes
    }
  }

  private func refuse(_ operation: String, _ path: String) throws(FileError) {
    guard let readOnly, path.contains(readOnly) else { return }
    throw FileError(operation: operation, path: path, errno: EACCES)
  }

  func open(_ path: String, _ mode: OpenMode, permissions: UInt32) throws(FileError) -> Int32 {
    count()
    if mode.mayCreate { try refuse("open", path) }
    return try inner.open(path, mode, permissions: permissions)
  }
  func close(_ fd: Int32) { inner.close(fd) }
  func read(_ fd: Int32, into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    let got = try inner.read(fd, into: buffer)
    count(bytes: got)
    return got
  }
  func pread(
    _ fd: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
  ) throws(FileError) -> Int {
    let got = try inner.pread(fd, into: buffer, at: offset)
    count(bytes: got)
    return got
  }
  func write(_ fd: Int32, _ bytes: UnsafeRawBufferPointer) throws(FileError) -> Int {
    count()
    return try inner.write(fd, bytes)
  }
  func fsync(_ fd: Int32) throws(FileError) {
    count()
    try inner.fsync(fd)
  }
  func status(_ fd: Int32) throws(FileError) -> FileStatus {
    count()
    return try inner.status(fd)
  }
  func status(path: String, followLinks: Bool) throws(FileError) -> FileStatus {
    count()
    return try inner.status(path: path, followLinks: followLinks)
  }
  func list(_ path: String) throws(FileError) -> [String] {
    count()
    return try inner.list(path)
  }
  func makeDirectory(_ path: String, permissions: UInt32) throws(FileError) {
    count()
    try refuse("mkdir", path)
    try inner.makeDirectory(path, permissions: permissions)
  }
  func rename(_ from: String, _ to: String, replace: Bool) throws(FileError) {
    count()
    try inner.rename(from, to, replace: replace)
  }
  func unlink(_ path: String) throws(FileError) {
    count()
    try inner.unlink(path)
  }
  func removeDirectory(_ path: String) throws(FileError) { try inner.removeDirectory(path) }
  func setPermissions(_ path: String, _ mode: UInt32) throws(FileError) {
    try inner.setPermissions(path, mode)
  }
  func lock(_ fd: Int32, exclusive: Bool, wait: Bool) throws(FileError) -> Bool {
    count()
    return try inner.lock(fd, exclusive: exclusive, wait: wait)
  }
  func map(_ fd: Int32, length: Int) throws(FileError) -> UnsafeRawBufferPointer {
    count()
    return try inner.map(fd, length: length)
  }
  func unmap(_ bytes: UnsafeRawBufferPointer) { inner.unmap(bytes) }
}
