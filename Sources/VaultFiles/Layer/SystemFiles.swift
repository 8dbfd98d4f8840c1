import CLinux
import Glibc

/// The real file system.
public final class SystemFiles: FileLayer {
  public static let shared = SystemFiles()

  private init() {}

  public func open(_ path: String, _ mode: OpenMode, permissions: UInt32) throws(FileError) -> Int32 {
    try check("open", path)
    return Int32(try retrying("open", path) { Int(Glibc.open(path, mode.flags, permissions)) })
  }

  public func close(_ fd: Int32) {
    // Linux has released the descriptor even where close reports EINTR: a second close could hit a
    // descriptor that another thread was given in between.
    _ = Glibc.close(fd)
  }

  public func read(_ fd: Int32, into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    try retrying("read") { Glibc.read(fd, buffer.baseAddress, buffer.count) }
  }

  public func pread(
    _ fd: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
  ) throws(FileError) -> Int {
    try retrying("read") { Glibc.pread(fd, buffer.baseAddress, buffer.count, Int(offset)) }
  }

  public func write(_ fd: Int32, _ bytes: UnsafeRawBufferPointer) throws(FileError) -> Int {
    try retrying("write") { Glibc.write(fd, bytes.baseAddress, bytes.count) }
  }

  public func fsync(_ fd: Int32) throws(FileError) {
    // Not retried, whatever the reason: a second fsync may succeed although data was dropped.
    guard Glibc.fsync(fd) == 0 else { throw FileError(operation: "fsync", path: "", errno: errno) }
  }

  /// SYNC_FILE_RANGE_WRITE: begin, wait for nothing.
  private static let beginOnly: UInt32 = 2

  public func startWriting(_ fd: Int32, at offset: Int64, count: Int64) {
    _ = sync_file_range(fd, offset, count, Self.beginOnly)
  }

  public func dropCache(_ fd: Int32, from offset: Int64, count: Int64?) {
    // Whole pages only: a part of a page would be kept. A count of 0 is all to the end.
    let page = Int64(sysconf(Int32(_SC_PAGESIZE)))
    let start = offset / page * page
    let length = count.map { Int(offset + $0 - start) } ?? 0
    if length > 0 || count == nil { posix_fadvise(fd, Int(start), length, POSIX_FADV_DONTNEED) }
  }

  public func status(_ fd: Int32) throws(FileError) -> FileStatus {
    var status = stat()
    _ = try retrying("stat") { Int(fstat(fd, &status)) }
    return FileStatus(status)
  }

  public func status(path: String, followLinks: Bool) throws(FileError) -> FileStatus {
    try check("stat", path)
    var status = stat()
    let flags = followLinks ? 0 : AT_SYMLINK_NOFOLLOW
    _ = try retrying("stat", path) { Int(fstatat(AT_FDCWD, path, &status, flags)) }
    return FileStatus(status)
  }

  public func truncate(_ fd: Int32, to length: Int64) throws(FileError) {
    _ = try retrying("truncate") { Int(ftruncate(fd, Int(length))) }
  }

  public func makeDirectory(_ path: String, permissions: UInt32) throws(FileError) {
    try check("mkdir", path)
    _ = try retrying("mkdir", path) { Int(mkdir(path, permissions)) }
  }

  public func unlink(_ path: String) throws(FileError) {
    try check("unlink", path)
    _ = try retrying("unlink", path) { Int(Glibc.unlink(path)) }
  }

  public func removeDirectory(_ path: String) throws(FileError) {
    try check("rmdir", path)
    _ = try retrying("rmdir", path) { Int(rmdir(path)) }
  }

  public func setPermissions(_ path: String, _ mode: UInt32) throws(FileError) {
    try check("chmod", path)
    _ = try retrying("chmod", path) { Int(chmod(path, mode)) }
  }

  public func inodeFlags(_ fd: Int32) throws(FileError) -> InodeFlags {
    var bits: UInt32 = 0
    _ = try retrying("get flags") { Int(vault_get_inode_flags(fd, &bits)) }
    return InodeFlags(rawValue: bits)
  }

  public func setInodeFlags(_ fd: Int32, _ flags: InodeFlags) throws(FileError) {
    _ = try retrying("set flags") { Int(vault_set_inode_flags(fd, flags.rawValue)) }
  }

  public func lock(_ fd: Int32, exclusive: Bool, wait: Bool) throws(FileError) -> Bool {
    let operation = (exclusive ? LOCK_EX : LOCK_SH) | (wait ? 0 : LOCK_NB)
    do throws(FileError) {
      _ = try retrying("lock") { Int(flock(fd, operation)) }
      return true
    } catch  where error.errno == EWOULDBLOCK {
      return false
    }
  }

  public func map(_ fd: Int32, length: Int) throws(FileError) -> UnsafeRawBufferPointer {
    // mmap(2) refuses an empty mapping.
    if length == 0 { return UnsafeRawBufferPointer(start: nil, count: 0) }
    guard let base = mmap(nil, length, PROT_READ, MAP_SHARED, fd, 0), base != MAP_FAILED else {
      throw FileError(operation: "map", path: "", errno: errno)
    }
    return UnsafeRawBufferPointer(start: base, count: length)
  }

  public func unmap(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress, !bytes.isEmpty else { return }
    munmap(UnsafeMutableRawPointer(mutating: base), bytes.count)
  }
}

extension SystemFiles {
  public func rename(_ from: String, _ to: String, replace: Bool) throws(FileError) {
    try check("rename", from)
    try check("rename", to)
    if replace {
      _ = try retrying("rename", to) { Int(Glibc.rename(from, to)) }
      return
    }
    do throws(FileError) {
      let noReplace: UInt32 = 1  // RENAME_NOREPLACE
      _ = try retrying("rename", to) { Int(renameat2(AT_FDCWD, from, AT_FDCWD, to, noReplace)) }
    } catch  where error.errno == EINVAL || error.errno == ENOSYS {
      // Some network file systems know no RENAME_NOREPLACE. A hard link never replaces either; dying
      // before the unlink leaves both names on the same complete file.
      guard link(from, to) == 0 else {
        throw errno == EEXIST ? FileError(operation: "rename", path: to, errno: EEXIST) : error
      }
      try unlink(from)
    }
  }

  public var namesUnnamed: Bool { Self.showsDescriptors }

  private static let showsDescriptors = access("/proc/self/fd", X_OK) == 0

  public func name(_ fd: Int32, _ path: String) throws(FileError) {
    try check("name", path)
    // The way without /proc takes a privilege on older kernels.
    _ = try retrying("name", path) {
      Int(linkat(AT_FDCWD, "/proc/self/fd/\(fd)", AT_FDCWD, path, AT_SYMLINK_FOLLOW))
    }
  }

  public func list(_ path: String) throws(FileError) -> [String] {
    try check("list", path)
    guard let folder = opendir(path) else { throw FileError(operation: "list", path: path, errno: errno) }
    defer { closedir(folder) }
    let nameOffset = MemoryLayout<dirent>.offset(of: \.d_name)!
    var names: [String] = []
    while true {
      errno = 0  // the only way to tell readdir's end from its failure
      guard let entry = readdir(folder) else {
        guard errno == 0 else { throw FileError(operation: "list", path: path, errno: errno) }
        break
      }
      let bytes = (UnsafeRawPointer(entry) + nameOffset).assumingMemoryBound(to: CChar.self)
      if strcmp(bytes, ".") == 0 || strcmp(bytes, "..") == 0 { continue }
      guard let name = String(validatingCString: bytes) else {
        throw FileError(operation: "list", path: Paths.join(path, escaped(bytes)), errno: EILSEQ)
      }
      names.append(name)
    }
    names.sortByBytes()
    return names
  }
}

/// A name that is not UTF-8, each byte above ASCII written as `\xFF`.
private func escaped(_ name: UnsafePointer<CChar>) -> String {
  var out = ""
  for byte in UnsafeBufferPointer(start: name, count: strlen(name)).lazy.map({ UInt8(bitPattern: $0) }) {
    if byte < 0x80 {
      out.unicodeScalars.append(Unicode.Scalar(byte))
    } else {
      out += "\\x" + String(byte, radix: 16, uppercase: true)
    }
  }
  return out
}

/// Makes a system call again as long as a signal interrupts it.
@inline(__always)
package func retrying(_ operation: String, _ path: String = "", _ call: () -> Int) throws(FileError) -> Int {
  while true {
    let result = call()
    if result >= 0 { return result }
    let reason = errno
    if reason != EINTR { throw FileError(operation: operation, path: path, errno: reason) }
  }
}

/// The C library ends a path at its first NUL, so `a\0b` would silently mean `a`.
@inline(__always)
private func check(_ operation: String, _ path: String) throws(FileError) {
  if path.utf8.contains(0) { throw FileError(operation: operation, path: path, errno: EINVAL) }
}

extension FileStatus {
  fileprivate init(_ status: stat) {
    let kind: Kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .regular
      case S_IFDIR: .directory
      case S_IFLNK: .symlink
      default: .other
      }
    self.init(
      kind: kind, size: Int64(status.st_size), device: UInt64(status.st_dev), inode: UInt64(status.st_ino),
      mtimeSeconds: Int64(status.st_mtim.tv_sec), mtimeNanoseconds: Int64(status.st_mtim.tv_nsec),
      ctimeSeconds: Int64(status.st_ctim.tv_sec), ctimeNanoseconds: Int64(status.st_ctim.tv_nsec),
      mode: status.st_mode & 0o7777, links: UInt64(status.st_nlink))
  }
}
