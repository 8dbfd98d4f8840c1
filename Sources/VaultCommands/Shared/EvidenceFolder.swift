import Synchronization
import VaultCore
import VaultFiles
import VaultStore

/// The folder that evidence is written below.
struct EvidenceFolder: Sendable {
  let files: any FileLayer
  let target: String
  private let behind = WriteBehind()

  /// Where an entry's file is.
  func path(_ entry: Entry) -> String { Paths.join(target, entry.path.text) }

  /// Writes a file with what `stream` gives; false where it is there already.
  func write(
    _ entry: Entry, _ stream: (@Sendable (UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws -> Bool {
    let path = path(entry)
    if try files.exists(path) {
      guard try isSame(path, entry) else {
        throw CommandError(
          .refused, "\(printable(path)) is there with other bytes",
          hint: "choose another folder; nothing is overwritten")
      }
      return false
    }
    let file = try PassingFile(files, in: Paths.parent(path), behind)
    do {
      // The object is hashed as it is written; its name appears only once the hash is right.
      try stream { try file.write($0) }
      try file.take(path)
    } catch {
      file.remove()
      throw error
    }
    return true
  }

  private func isSame(_ path: String, _ entry: Entry) throws -> Bool {
    guard try files.status(path: path, followLinks: false).kind == .regular else { return false }
    let file = try SharedFile(files, path: path, mode: [.read, .noFollow, .noWait])
    return try UInt64(file.size()) == entry.size && ObjectID(of: file, to: entry.size) == entry.object
  }
}

/// A file of evidence until it is whole: one without a name where the file system has such, else one with a passing name.
final class PassingFile: Sendable {
  private let files: any FileLayer
  private let file: SharedFile
  private let hasName: Bool
  /// The bytes that it has.
  private let length = Atomic<Int64>(0)
  private let behind: WriteBehind

  private static let prefix = ".vault-checkout-"

  /// Makes a read-only file in `folder`. One with a passing name is locked while this lives, so that nobody takes it for one
  /// that was left behind.
  init(_ files: any FileLayer, in folder: String, _ behind: WriteBehind = WriteBehind()) throws {
    self.files = files
    self.behind = behind
    if files.namesUnnamed, let file = try? File(files, path: folder, mode: .unnamed, permissions: 0o444) {
      self.file = SharedFile(file)
      hasName = false
      return
    }
    let path = folder + "/" + Self.prefix + String(UInt64.random(in: .min ... .max), radix: 16)
    file = SharedFile(try File(files, path: path, mode: .createNew, permissions: 0o444))
    hasName = true
    do {
      _ = try file.file.lock(wait: false)
    } catch {
      try? files.unlink(path)
      throw error
    }
  }

  /// Appends bytes. Nobody here reads them again, so a long file need not stay in memory.
  func write(_ bytes: UnsafeRawBufferPointer) throws {
    try file.file.writeAll(bytes)
    let (start, end) = length.add(Int64(bytes.count), ordering: .relaxed)
    behind.grew(file, from: start, to: end)
  }

  /// Gives it its name; nothing is replaced.
  func take(_ path: String) throws {
    if hasName {
      try files.rename(file.path, path, replace: false)
    } else {
      try files.name(file.file.descriptor, path)
    }
    behind.ended(file, at: length.load(ordering: .relaxed))
  }

  func remove() { if hasName { try? files.unlink(file.path) } }

  /// Removes files that a checkout which was killed had not named yet.
  static func removeAbandoned(_ files: any FileLayer, _ folder: String) {
    for name in (try? files.list(folder)) ?? [] where name.hasPrefix(prefix) {
      let path = Paths.join(folder, name)
      guard let file = try? File(files, path: path, mode: [.read, .noFollow, .noWait]),
        (try? file.lock(wait: false)) == true
      else { continue }
      try? files.unlink(path)
    }
  }
}
