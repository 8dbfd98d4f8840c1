import Glibc

extension FileLayer {
  /// Makes the names in `folder` survive a power cut.
  ///
  /// fsync of a file persists its content, not the entry in the folder that leads to it: without this a
  /// file just made, renamed or removed may be absent, or back, after a crash.
  public func syncDirectory(_ folder: String) throws(FileError) {
    let file = try File(self, path: folder, mode: .readDirectory)
    do throws(FileError) {
      try file.fsync()
    } catch  where error.errno == EINVAL {
      // The file system knows no fsync for folders (some network and user-space ones); it leaves nothing
      // more to do.
    }
  }

  /// Makes the name `path`, or its absence, survive a power cut; see ``syncDirectory(_:)``.
  public func syncParent(of path: String) throws(FileError) {
    try syncDirectory(Paths.parent(path))
  }

  /// Makes a folder and those above it, each durable before the next is made.
  ///
  /// The name of the deepest folder that was there already is synced too: whoever made it may have died
  /// before doing so.
  public func makeDirectories(
    _ path: String, permissions: UInt32 = 0o777, durable: Bool = true
  ) throws(FileError) {
    var missing: [String] = []
    var folder = path
    while true {
      do throws(FileError) {
        let kind = try status(path: folder, followLinks: true).kind
        guard kind == .directory else { throw FileError(operation: "mkdir", path: folder, errno: ENOTDIR) }
        break
      } catch  where error.errno == ENOENT {
        missing.append(folder)
        let parent = Paths.parent(folder)
        if parent == folder { throw error }
        folder = parent
      }
    }
    if durable {
      do throws(FileError) {
        try syncParent(of: folder)
      } catch  where error.errno == EACCES {
        // A folder above that may be passed but not read was not made by this program.
      }
    }
    for folder in missing.reversed() {
      do throws(FileError) {
        try makeDirectory(folder, permissions: permissions)
      } catch  where error.errno == EEXIST {
        // Somebody else was quicker; sync it all the same.
        let kind = try status(path: folder, followLinks: true).kind
        guard kind == .directory else { throw FileError(operation: "mkdir", path: folder, errno: ENOTDIR) }
      }
      if durable { try syncParent(of: folder) }
    }
  }

  /// Makes a file that is there whole or not at all: written under a passing name in `staging` (by default
  /// the folder of `path`; always of the same file system), then renamed.
  ///
  /// With `durable` it survives a power cut once this returns. Without `replace` a taken name fails with
  /// `EEXIST`; who then relies on the file found there calls ``syncParent(of:)``, since its maker may have
  /// died before that.
  public func writeNewFile(
    _ path: String, _ bytes: RawSpan, durable: Bool = true, replace: Bool = false,
    permissions: UInt32 = 0o666, staging: String? = nil
  ) throws(FileError) {
    let folder = staging ?? Paths.parent(path)
    let random = String(UInt64.random(in: .min ... .max), radix: 16)
    let passing = Paths.join(folder, Paths.passingPrefix + random)
    let file = try File(self, path: passing, mode: .createNew, permissions: permissions)
    do throws(FileError) {
      try file.writeAll(bytes)
      if durable { try file.fsync() }
      try rename(passing, path, replace: replace)
    } catch {
      try? unlink(passing)
      throw error
    }
    if durable { try syncParent(of: path) }
  }

  /// As ``writeNewFile(_:_:durable:replace:permissions:staging:)-(_,RawSpan,_,_,_,_)``.
  public func writeNewFile(
    _ path: String, _ bytes: [UInt8], durable: Bool = true, replace: Bool = false,
    permissions: UInt32 = 0o666, staging: String? = nil
  ) throws(FileError) {
    try writeNewFile(
      path, bytes.span.bytes, durable: durable, replace: replace, permissions: permissions, staging: staging)
  }
}
