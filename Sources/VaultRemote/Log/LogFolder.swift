import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

/// Where a remote's log lies in its vault (docs/protocol.md §5.1).
struct LogFolder: Sendable {
  let files: any FileLayer
  let path: String

  init(_ vault: VaultFolder) {
    files = vault.files
    path = Paths.join(vault.root, "log")
  }

  static let hashesName = "hashes"
  static let lengthName = "length"
  static let checkpointName = "checkpoint"
  static let nextName = "next"

  var leaves: String { Paths.join(path, "leaves.log") }
  var hashes: String { Paths.join(path, Self.hashesName) }
  var length: String { Paths.join(path, Self.lengthName) }
  var checkpoint: String { Paths.join(path, Self.checkpointName) }
  var next: String { Paths.join(path, Self.nextName) }

  /// Puts a new file in the place of one of the log's; the caller holds the log's lock. Without `syncName` its name is
  /// durable with that of the next one.
  func replace(_ name: String, _ bytes: [UInt8], syncName: Bool = true) throws(FileError) {
    try files.replaceFile(name, in: path, bytes, syncName: syncName)
  }

  /// The bytes of `leaves.log` as its last writer left them; nil where nothing tells them, so that all are read.
  var knownLength: Int64? {
    guard let bytes = try? files.readIfThere(length, limit: 32), bytes.last == 0x0A else { return nil }
    return Int64(String(decoding: bytes.dropLast(), as: UTF8.self))
  }

  /// Keeps the bytes of `leaves.log`, which were checked or written just now; the caller holds the log's lock.
  func keepLength(_ bytes: Int64, syncName: Bool) throws(FileError) {
    if knownLength == bytes { return }
    try replace(Self.lengthName, Array("\(bytes)\n".utf8), syncName: syncName)
  }

  /// The newest signed checkpoint, made durable; nil where there is none.
  ///
  /// Throws `damaged` for one that `key` did not sign.
  func readCheckpoint(by key: NoteVerifier) throws -> VerifiedCheckpoint? {
    guard let note = try files.readIfThere(checkpoint, limit: SignedNote.maximumLength) else { return nil }
    // Whoever replaced it may have died before the name was durable, and a checkpoint that was shown must not go back.
    try files.syncDirectory(path)
    do throws(SigningError) {
      return try VerifiedCheckpoint(note, by: key)
    } catch {
      throw LogError(.damaged, "\(checkpoint): \(error.reason)")
    }
  }
}

extension FileLayer {
  /// All bytes of a file that an attacker may have put there; nil where there is none.
  func readIfThere(_ path: String, limit: Int) throws(FileError) -> [UInt8]? {
    guard try exists(path) else { return nil }
    return try readWholeFile(path, limit: limit, mode: [.read, .noFollow, .noWait])
  }

  /// Puts a new file in the place of the one of this name, durably, by way of one passing name, which an attempt that
  /// was broken off leaves for the next one. The caller holds a lock that all who replace it take. Without `syncName` the
  /// name is durable once the folder is synced; not `durable`, the file and its name may be lost or spoiled by a power cut.
  func replaceFile(
    _ name: String, in folder: String, _ bytes: [UInt8], syncName: Bool = true, durable: Bool = true
  ) throws(FileError) {
    let path = Paths.join(folder, name)
    let passing = Paths.join(folder, Paths.passingPrefix + name)
    if try exists(passing) { try unlink(passing) }
    let file = try File(self, path: passing, mode: .createNew)
    try file.writeAll(bytes)
    if durable { try file.fsync() }
    try rename(passing, path, replace: true)
    if syncName, durable { try syncParent(of: path) }
  }
}
