import Glibc

/// A file that several owners share, closed when the last of them lets go. Positioned reads on it may run
/// on several threads at a time.
public final class SharedFile: Sendable {
  public let file: File

  public init(_ file: consuming File) {
    self.file = file
  }

  public convenience init(
    _ layer: any FileLayer = SystemFiles.shared, path: String, mode: OpenMode = .read
  ) throws(FileError) {
    self.init(try File(layer, path: path, mode: mode))
  }

  public var path: String { file.path }

  /// See ``File/preadFully(into:at:)``.
  public func preadFully(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
  ) throws(FileError) -> Int {
    try file.preadFully(into: buffer, at: offset)
  }

  /// See ``File/readFully(at:count:)``.
  public func readFully(at offset: Int64, count: Int) throws(FileError) -> [UInt8] {
    try file.readFully(at: offset, count: count)
  }

  /// See ``File/size()``.
  public func size() throws(FileError) -> Int64 {
    try file.size()
  }
}

extension SharedFile {
  /// Opens and locks a file that others may rename or remove while they hold its lock: what is locked is what has the
  /// name, and keeps it as long as the lock is held. Nil where another opening holds it.
  ///
  /// Between opening and locking it may have become something else's, such as a packfile, which its lock's next holder
  /// must not touch.
  public static func locked(
    _ layer: any FileLayer, path: String, mode: OpenMode
  ) throws(FileError) -> SharedFile? {
    while true {
      let file = try SharedFile(layer, path: path, mode: mode)
      guard try file.file.lock(wait: false) else { return nil }
      if try file.hasName() { return file }
    }
  }

  /// Whether the path by which the file was opened still names it.
  public func hasName() throws(FileError) -> Bool {
    let status = try file.status()
    do throws(FileError) {
      let named = try file.layer.status(path: path, followLinks: false)
      return named.inode == status.inode && named.device == status.device
    } catch  where error.errno == ENOENT {
      return false
    }
  }

  /// Removes the name by which the file was opened, where it still is the file's; its lock is held.
  public func unlink() {
    if (try? hasName()) == true { try? file.layer.unlink(path) }
  }
}
