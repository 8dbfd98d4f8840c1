import Synchronization
import VaultFiles

/// Files that can only be read, made from a table of paths and bytes: a check that wrote anything would fail.
final class FlatFiles: FileLayer {
  let contents: [String: [UInt8]]
  private let folders: [String: [String]]
  private let open = Mutex<(next: Int32, table: [Int32: String])>((100, [:]))

  init(_ contents: [String: [UInt8]], folders extra: [String] = []) {
    self.contents = contents
    var folders: [String: Set<String>] = [:]
    for path in Array(contents.keys) + extra.map({ $0 + "/" }) {
      var child = path
      while child != "/", !child.isEmpty {
        let parent = Paths.parent(child)
        let name = String(child.split(separator: "/").last ?? "")
        if child.hasSuffix("/") { folders[String(child.dropLast()), default: []] = [] }
        folders[parent, default: []].insert(name)
        child = parent
      }
    }
    self.folders = folders.mapValues { $0.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }
  }

  private static let denied = FileError(operation: "write", path: "", errno: 30)
  private static func absent(_ path: String) -> FileError {
    FileError(operation: "open", path: path, errno: 2)
  }

  func open(_ path: String, _ mode: OpenMode, permissions: UInt32) throws(FileError) -> Int32 {
    guard mode.isDisjoint(with: [.write, .create]) else { throw Self.denied }
    guard contents[path] != nil || folders[path] != nil else { throw Self.absent(path) }
    return open.withLock { state in
      state.next += 1
      state.table[state.next] = path
      return state.next
    }
  }

  func close(_ fd: Int32) { open.withLock { $0.table[fd] = nil } }

  /// How many descriptors are open.
  var openDescriptors: Int { open.withLock { $0.table.count } }

  private func bytes(_ fd: Int32) throws(FileError) -> [UInt8] {
    let path = open.withLock { $0.table[fd] } ?? ""
    guard let bytes = contents[path] else { throw FileError(operation: "read", path: path, errno: 21) }
    return bytes
  }

  func read(_ fd: Int32, into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    // Only whole files are read in turn, so the end is reached after one read.
    let path = open.withLock { state in
      defer { state.table[fd]? += "#" }
      return state.table[fd] ?? ""
    }
    guard let bytes = contents[path] else { return 0 }
    precondition(buffer.count >= bytes.count, "a test reads whole files at once")
    buffer.copyBytes(from: bytes)
    return bytes.count
  }

  func pread(_ fd: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(FileError)
    -> Int
  {
    let all = try bytes(fd)
    guard offset < all.count else { return 0 }
    let part = all[Int(offset)...].prefix(buffer.count)
    buffer.copyBytes(from: part)
    return part.count
  }

  func status(_ fd: Int32) throws(FileError) -> FileStatus {
    try status(path: open.withLock { $0.table[fd] } ?? "", followLinks: false)
  }

  func status(path: String, followLinks: Bool) throws(FileError) -> FileStatus {
    let size = contents[path]?.count
    guard size != nil || folders[path] != nil else { throw Self.absent(path) }
    return FileStatus(
      kind: size == nil ? .directory : .regular, size: Int64(size ?? 0), device: 1, inode: 1, mtimeSeconds: 0,
      mtimeNanoseconds: 0, ctimeSeconds: 0, ctimeNanoseconds: 0, mode: 0o644, links: 1)
  }

  func list(_ path: String) throws(FileError) -> [String] {
    guard let names = folders[path] else { throw Self.absent(path) }
    return names
  }

  func lock(_ fd: Int32, exclusive: Bool, wait: Bool) throws(FileError) -> Bool { true }
  func write(_ fd: Int32, _ bytes: UnsafeRawBufferPointer) throws(FileError) -> Int { throw Self.denied }
  func fsync(_ fd: Int32) throws(FileError) { throw Self.denied }
  func makeDirectory(_ path: String, permissions: UInt32) throws(FileError) { throw Self.denied }
  func rename(_ from: String, _ to: String, replace: Bool) throws(FileError) { throw Self.denied }
  func unlink(_ path: String) throws(FileError) { throw Self.denied }
  func removeDirectory(_ path: String) throws(FileError) { throw Self.denied }
  func setPermissions(_ path: String, _ mode: UInt32) throws(FileError) { throw Self.denied }
  func map(_ fd: Int32, length: Int) throws(FileError) -> UnsafeRawBufferPointer { throw Self.denied }
  func unmap(_ bytes: UnsafeRawBufferPointer) {}
}
