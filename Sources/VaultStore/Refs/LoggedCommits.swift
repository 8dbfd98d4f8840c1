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

  /// The log's newest commits as far as `log/next` keeps their ref lines, so that the next push writes those that are
  /// not there: their server died before it did. None where no write was broken off.
  package static func owed(_ vault: VaultFolder) throws -> Set<ObjectID> {
    let leaves = try kept(vault)
    let path = vault.root + "/log/leaves.log"
    guard let first = leaves.first, try vault.files.exists(path) else { return [] }
    let run: [UInt8] = leaves.reduce(into: []) { $0 += $1 + [0x0A] }
    let file = try SharedFile(vault.files, path: path, mode: [.read, .noFollow, .noWait])
    let size = try file.size()
    let end = try file.readFully(at: max(0, size - Int64(run.count)), count: min(run.count, Int(size)))
    guard let start = start(of: first, in: end) else { return [] }
    let there = end[start...]
    // What a power cut took of the run reads as zeros.
    guard zip(there, run).allSatisfy({ $0 == $1 || $0 == 0 }) else { return [] }
    let same = zip(there, run).prefix { $0 == $1 }.count
    guard let last = run[..<same].lastIndex(of: 0x0A) else { return [] }
    return Set(run[..<last].split(separator: 0x0A).compactMap { commit($0) })
  }

  /// Where this leaf begins among the lines of `bytes`.
  private static func start(of leaf: [UInt8], in bytes: [UInt8]) -> Int? {
    if bytes.starts(with: leaf) { return 0 }
    return bytes.indices.first { bytes[$0] == 0x0A && bytes[($0 + 1)...].starts(with: leaf) }.map { $0 + 1 }
  }

  /// The leaves that `log/next` keeps; none where it cannot be read, which is told of where the log is checked.
  private static func kept(_ vault: VaultFolder) throws -> [[UInt8]] {
    let path = vault.root + "/log/next"
    guard try vault.files.exists(path) else { return [] }
    // A server that is alive may take it away at any moment.
    guard
      let bytes = try? vault.files.readWholeFile(path, limit: 16 << 20, mode: [.read, .noFollow, .noWait]),
      let value = try? CanonicalValue(canonical: bytes), var members = try? Members(value, "next"),
      let leaves = try? members.array("leaves", limit: bytes.count)
    else { return [] }
    return leaves.compactMap { if case .string(let text) = $0 { Array(text.utf8) } else { nil } }
  }

  /// The commit that a leaf accepts.
  private static func commit(_ line: ArraySlice<UInt8>) -> ObjectID? {
    guard line.starts(with: head) else { return nil }
    return ObjectID(String(decoding: line.dropFirst(head.count).prefix(idBytes), as: UTF8.self))
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
