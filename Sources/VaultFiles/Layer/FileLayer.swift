import Glibc

/// The seam: every system call of the vault's store goes through one of these, so that a test can count
/// them, fail them, or cut the power between them.
///
/// The calls are thin. A layer retries what a signal interrupted and nothing else; loops over short
/// transfers belong to ``File``. Calls that take a descriptor throw errors without a path, since a layer
/// does not know it; ``File`` adds it. Descriptors belong to the layer that opened them.
public protocol FileLayer: AnyObject, Sendable {
  /// Opens `path`; `permissions` (less the process's umask) count only where a file is made.
  func open(_ path: String, _ mode: OpenMode, permissions: UInt32) throws(FileError) -> Int32

  /// Closes a descriptor. There is no error to act on: what must be on disk was synced before.
  func close(_ fd: Int32)

  /// One `read(2)`: at most `buffer.count` bytes, 0 at the end of the file.
  func read(_ fd: Int32, into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int

  /// One `pread(2)`, which leaves the descriptor's position alone.
  func pread(_ fd: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(FileError)
    -> Int

  /// One `write(2)`: how many bytes were taken, possibly fewer than given.
  func write(_ fd: Int32, _ bytes: UnsafeRawBufferPointer) throws(FileError) -> Int

  /// Returns once the file's content, or the folder's names, survive a power cut. After a failure the
  /// system may have dropped what was not written, so the call must not be repeated.
  func fsync(_ fd: Int32) throws(FileError)

  /// Asks the system to begin writing these bytes to the disk, so that a later fsync has less to wait for. It
  /// promises nothing and hides no failure: that is told by fsync.
  func startWriting(_ fd: Int32, at offset: Int64, count: Int64)

  /// Forgets what is kept in memory of `count` bytes of the file, nil for all from `offset` on, and is not waiting to be
  /// written: the next read asks the disk. It promises nothing, and memory that is mapped stays.
  func dropCache(_ fd: Int32, from offset: Int64, count: Int64?)

  /// Cuts the file to `length` bytes, not more than it has. The cut survives a power cut only after ``fsync(_:)``.
  func truncate(_ fd: Int32, to length: Int64) throws(FileError)

  func status(_ fd: Int32) throws(FileError) -> FileStatus

  func status(path: String, followLinks: Bool) throws(FileError) -> FileStatus

  /// The names in a folder, without `.` and `..`, sorted by their bytes. A name that is not UTF-8 fails
  /// with `EILSEQ`, since no `String` could open it again; the error's path shows it with its bytes escaped.
  func list(_ path: String) throws(FileError) -> [String]

  func makeDirectory(_ path: String, permissions: UInt32) throws(FileError)

  /// Renames atomically; without `replace` an existing target fails with `EEXIST`.
  func rename(_ from: String, _ to: String, replace: Bool) throws(FileError)

  /// Whether ``name(_:_:)`` can be expected to work.
  var namesUnnamed: Bool { get }

  /// Gives a file that was opened as ``OpenMode/unnamed`` its name; an existing one fails with `EEXIST`.
  func name(_ fd: Int32, _ path: String) throws(FileError)

  func unlink(_ path: String) throws(FileError)

  /// Removes an empty folder.
  func removeDirectory(_ path: String) throws(FileError)

  /// Takes a `flock(2)` lock, which is released when the descriptor is closed. False, and only without
  /// `wait`, if another descriptor holds it.
  func lock(_ fd: Int32, exclusive: Bool, wait: Bool) throws(FileError) -> Bool

  func setPermissions(_ path: String, _ mode: UInt32) throws(FileError)

  /// The file's marks; `ENOTTY` where the file system keeps none.
  func inodeFlags(_ fd: Int32) throws(FileError) -> InodeFlags

  /// Changes the file's marks, which takes CAP_LINUX_IMMUTABLE for those that the vault uses; a descriptor for
  /// reading will do.
  func setInodeFlags(_ fd: Int32, _ flags: InodeFlags) throws(FileError)

  /// Maps the first `length` bytes for reading; an empty buffer for 0.
  func map(_ fd: Int32, length: Int) throws(FileError) -> UnsafeRawBufferPointer

  /// Ends a mapping made by ``map(_:length:)``, given whole.
  func unmap(_ bytes: UnsafeRawBufferPointer)
}

extension FileLayer {
  public func startWriting(_ fd: Int32, at offset: Int64, count: Int64) {}

  public func dropCache(_ fd: Int32, from offset: Int64, count: Int64?) {}

  public var namesUnnamed: Bool { false }

  public func name(_ fd: Int32, _ path: String) throws(FileError) {
    throw FileError(operation: "name", path: path, errno: ENOTSUP)
  }

  public func inodeFlags(_ fd: Int32) throws(FileError) -> InodeFlags {
    throw FileError(operation: "get flags", path: "", errno: ENOTTY)
  }

  public func setInodeFlags(_ fd: Int32, _ flags: InodeFlags) throws(FileError) {
    throw FileError(operation: "set flags", path: "", errno: ENOTTY)
  }

  /// For layers that no cut goes through.
  public func truncate(_ fd: Int32, to length: Int64) throws(FileError) {
    throw FileError(operation: "truncate", path: "", errno: ENOTSUP)
  }
}
