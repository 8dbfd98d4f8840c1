import VaultCore
import VaultFiles

/// What the log of a remote's vault lists as accepted (docs/protocol.md, §5.1). Nothing is proved by it here: it tells
/// a commit whose line was taken away from one of a run that was broken off before it was accepted.
package enum LoggedCommits {
  private static let chunk = 256 << 10
  /// A leaf of a commit begins with its first member in canonical order.
  private static let head = Array("{\"commit\":\"".utf8)
  private static let idBytes = 71

  /// Those of `commits` that have a leaf; nil where the vault is no remote's.
  package static func among(_ commits: Set<ObjectID>, _ vault: VaultFolder) throws -> Set<ObjectID>? {
    let path = vault.root + "/log/leaves.log"
    guard try vault.files.exists(path) else { return nil }
    let file = try SharedFile(vault.files, path: path, mode: [.read, .noFollow, .noWait])
    let end = try file.size()
    var found: Set<ObjectID> = []
    var at: Int64 = 0
    while at < end {
      let bytes = try file.readFully(at: at, count: Int(min(Int64(chunk), end - at)))
      let used = bytes.withUnsafeBytes { collect($0, commits, &found) }
      // A line that is longer than any leaf is none, and a torn one has no end.
      guard used > 0 else { break }
      at += Int64(used)
    }
    return found
  }

  /// Looks through the whole lines of `bytes`, and returns where the next one begins.
  private static func collect(
    _ bytes: UnsafeRawBufferPointer, _ commits: Set<ObjectID>, _ found: inout Set<ObjectID>
  ) -> Int {
    var start = 0
    while let length = LineFeeds.first(in: UnsafeRawBufferPointer(rebasing: bytes[start...])) {
      let line = bytes[start..<start + length]
      start += length + 1
      guard line.starts(with: head) else { continue }
      let text = String(decoding: line.dropFirst(head.count).prefix(idBytes), as: UTF8.self)
      if let id = ObjectID(text), commits.contains(id) { found.insert(id) }
    }
    return start
  }
}
