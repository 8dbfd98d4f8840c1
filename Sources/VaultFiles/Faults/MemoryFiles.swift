import Glibc

/// A file system in memory that knows what a power cut would take: see ``crash(seed:)``.
///
/// It behaves as ``SystemFiles`` does (one conformance suite runs over both), except that permission bits
/// and inode flags are kept but not enforced and that there are no symbolic links, so `..` is resolved in the text of a
/// path. Paths without a leading slash begin at the root too. Descriptors are never used twice, so that a
/// double close shows as ``strayCloses``.
public final class MemoryFiles: FileLayer {
  struct Handle {
    let node: MemoryNode
    let mode: OpenMode
    var position = 0
  }

  let monitor = Monitor()
  // All of it is touched only inside the monitor.
  nonisolated(unsafe) var root: MemoryNode
  nonisolated(unsafe) var changes: [MemoryChange] = []
  nonisolated(unsafe) private var handles: [Int32: Handle] = [:]
  nonisolated(unsafe) private var nextDescriptor: Int32 = 1000
  nonisolated(unsafe) var nextInode: UInt64 = 2
  nonisolated(unsafe) var clock: Int64 = 0
  nonisolated(unsafe) private var mappings = 0
  nonisolated(unsafe) private var stray = 0

  /// An empty file system.
  public init() {
    root = MemoryNode(inode: 1, isFolder: true, mode: 0o755, changed: 0)
  }

  /// How many descriptors are open.
  public var openDescriptors: Int { monitor.enter { handles.count } }

  /// How many mappings are not yet unmapped.
  public var openMappings: Int { monitor.enter { mappings } }

  /// How many times a descriptor was closed that was not open.
  public var strayCloses: Int { monitor.enter { stray } }
}

// MARK: - Descriptors

extension MemoryFiles {
  public func open(_ path: String, _ mode: OpenMode, permissions: UInt32) throws(FileError) -> Int32 {
    try monitor.enter { () throws(FileError) in
      let place = try resolve("open", path)
      let node: MemoryNode
      if let found = place.node {
        try require(!mode.isSuperset(of: [.create, .exclusive]), EEXIST, "open", path)
        try require(!found.isFolder || mode.isDisjoint(with: [.write, .create]), EISDIR, "open", path)
        try require(found.isFolder || !mode.wantsDirectory, ENOTDIR, "open", path)
        node = found
      } else {
        try require(mode.mayCreate, ENOENT, "open", path)
        node = make(isFolder: false, permissions)
        add(node, to: place)
      }
      let fd = nextDescriptor
      nextDescriptor += 1
      handles[fd] = Handle(node: node, mode: mode)
      return fd
    }
  }

  public func close(_ fd: Int32) {
    monitor.enter {
      guard let handle = handles.removeValue(forKey: fd) else {
        stray += 1
        return
      }
      unlock(fd, handle.node)
    }
  }

  public func read(_ fd: Int32, into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    try monitor.enter { () throws(FileError) in
      let handle = try readable(fd)
      let count = fill(buffer, from: handle.node.content, at: handle.position)
      handles[fd]!.position += count
      return count
    }
  }

  public func pread(
    _ fd: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
  ) throws(FileError) -> Int {
    try monitor.enter { () throws(FileError) in
      let handle = try readable(fd)
      try require(offset >= 0, EINVAL, "read")
      return fill(buffer, from: handle.node.content, at: Int(offset))
    }
  }

  public func write(_ fd: Int32, _ bytes: UnsafeRawBufferPointer) throws(FileError) -> Int {
    try monitor.enter { () throws(FileError) in
      let handle = try open("write", fd)
      try require(handle.mode.contains(.write), EBADF, "write")
      if bytes.isEmpty { return 0 }
      let offset = handle.mode.appends ? handle.node.content.count : handle.position
      handle.node.write([UInt8](bytes), at: offset)
      handle.node.changed = tick()
      handles[fd]!.position = offset + bytes.count
      return bytes.count
    }
  }

  public func fsync(_ fd: Int32) throws(FileError) {
    try monitor.enter { () throws(FileError) in
      let node = try open("fsync", fd).node
      node.syncContent()
      if node.isFolder { syncNames(of: node) }
    }
  }

  /// What a failed fsync does: what was pending stays to be read, and is not on the disk, nor will a later fsync bring it
  /// there.
  func loseUnsynced(_ fd: Int32) {
    monitor.enter { if let node = handles[fd]?.node, !node.isFolder { node.losePending() } }
  }

  public func dropCache(_ fd: Int32, from offset: Int64, count: Int64?) {
    monitor.enter { handles[fd]?.node.dropCache() }
  }

  public func truncate(_ fd: Int32, to length: Int64) throws(FileError) {
    try monitor.enter { () throws(FileError) in
      let handle = try open("truncate", fd)
      try require(handle.mode.contains(.write) && length >= 0, EINVAL, "truncate")
      try require(length <= handle.node.content.count, EINVAL, "truncate")
      handle.node.cut(to: Int(length))
      handle.node.changed = tick()
    }
  }

  public func status(_ fd: Int32) throws(FileError) -> FileStatus {
    try monitor.enter { () throws(FileError) in status(of: try open("stat", fd).node) }
  }

  public func lock(_ fd: Int32, exclusive: Bool, wait: Bool) throws(FileError) -> Bool {
    try monitor.enter { () throws(FileError) in
      while true {
        let node = try open("lock", fd).node
        // As flock(2): changing the kind of a lock gives up the one held.
        unlock(fd, node)
        if node.exclusiveLock == nil, !exclusive || node.sharedLocks.isEmpty {
          if exclusive { node.exclusiveLock = fd } else { node.sharedLocks.insert(fd) }
          return true
        }
        if !wait { return false }
        monitor.wait()
      }
    }
  }

  public func inodeFlags(_ fd: Int32) throws(FileError) -> InodeFlags {
    try monitor.enter { () throws(FileError) in try open("get flags", fd).node.flags }
  }

  public func setInodeFlags(_ fd: Int32, _ flags: InodeFlags) throws(FileError) {
    try monitor.enter { () throws(FileError) in try open("set flags", fd).node.flags = flags }
  }

  public func map(_ fd: Int32, length: Int) throws(FileError) -> UnsafeRawBufferPointer {
    try monitor.enter { () throws(FileError) in
      let handle = try open("map", fd)
      try require(handle.mode.contains(.read), EACCES, "map")
      try require(!handle.node.isFolder, ENODEV, "map")
      if length == 0 { return UnsafeRawBufferPointer(start: nil, count: 0) }
      mappings += 1
      let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: length, alignment: 16)
      bytes.initializeMemory(as: UInt8.self, repeating: 0)
      _ = fill(bytes, from: handle.node.content, at: 0)
      return UnsafeRawBufferPointer(bytes)
    }
  }

  public func unmap(_ bytes: UnsafeRawBufferPointer) {
    if bytes.isEmpty { return }
    bytes.deallocate()
    monitor.enter { mappings -= 1 }
  }

  private func open(_ operation: String, _ fd: Int32) throws(FileError) -> Handle {
    guard let handle = handles[fd] else { throw FileError(operation: operation, path: "", errno: EBADF) }
    return handle
  }

  private func readable(_ fd: Int32) throws(FileError) -> Handle {
    let handle = try open("read", fd)
    try require(handle.mode.contains(.read), EBADF, "read")
    try require(!handle.node.isFolder, EISDIR, "read")
    return handle
  }

  private func unlock(_ fd: Int32, _ node: MemoryNode) {
    if node.exclusiveLock == fd {
      node.exclusiveLock = nil
    } else if node.sharedLocks.remove(fd) == nil {
      return
    }
    monitor.wakeAll()
  }
}

/// Copies what fits of `content` from `start` on.
private func fill(_ buffer: UnsafeMutableRawBufferPointer, from content: [UInt8], at start: Int) -> Int {
  if start >= content.count { return 0 }
  let part = content[start...].prefix(buffer.count)
  buffer.copyBytes(from: part)
  return part.count
}

func require(
  _ condition: Bool, _ errno: Int32, _ operation: String, _ path: String = ""
) throws(FileError) {
  if !condition { throw FileError(operation: operation, path: path, errno: errno) }
}
