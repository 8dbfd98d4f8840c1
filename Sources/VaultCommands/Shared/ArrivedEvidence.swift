import Glibc
import VaultCore
import VaultFiles
import VaultRemote
import VaultStore

/// Large evidence that is written to files while it arrives, and gets its names once what it belongs to is verified.
///
/// The files lie with the vault's other unfinished work, locked, and are cleared away with it.
final class ArrivedEvidence: ArrivalSink {
  private let staging: StagingFolder
  private let files: any FileLayer
  private var open: SharedFile?
  private var length: Int64 = 0
  private let behind = WriteBehind()
  /// Objects that ended in the pack that comes.
  private var ended: [ObjectID: SharedFile] = [:]
  private var whole: [ObjectID: SharedFile] = [:]
  /// Nothing more is taken: something could not be written.
  private var isOver = false
  /// Each holds a file open, of which a process may have so many; what comes after is written out later.
  private static let limit: Int = {
    var open = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &open) == 0 else { return 16 }
    return Int(min(open.rlim_cur / 8, 256))
  }()

  init(_ vault: VaultFolder) {
    files = vault.files
    staging = StagingFolder(vault.files, vault.staging)
    staging.removeAbandoned()
  }

  deinit { _ = giveUp() }

  func begin() {
    drop()
    guard !isOver, ended.count + whole.count < Self.limit else { return }
    open = try? staging.makeFile(permissions: 0o444)
    length = 0
  }

  func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let open, (try? open.file.writeAll(bytes)) != nil else {
      if open != nil { _ = giveUp() }
      return false
    }
    behind.grew(open, from: length, to: length + Int64(bytes.count))
    length += Int64(bytes.count)
    return true
  }

  func end(_ id: ObjectID) {
    guard let file = open.take() else { return }
    behind.ended(file, at: length)
    if whole[id] == nil, ended[id] == nil { ended[id] = file } else { remove(file) }
  }

  func drop() { if let file = open.take() { remove(file) } }

  func settle(_ held: Set<ObjectID>) {
    for (id, file) in ended { if held.contains(id) { whole[id] = file } else { remove(file) } }
    ended = [:]
  }

  func giveUp() -> Bool {
    isOver = true
    let held = Array(ended.values) + Array(whole.values) + (open.map { [$0] } ?? [])
    for file in held { remove(file) }
    (open, ended, whole) = (nil, [:], [:])
    return !held.isEmpty
  }

  private func remove(_ file: SharedFile) { try? files.unlink(file.path) }

  /// Gives an object's file its name; false where it is written in the usual way.
  func place(_ id: ObjectID, at path: String) -> Bool {
    guard let file = whole[id], (try? files.rename(file.path, path, replace: false)) != nil else {
      return false
    }
    whole[id] = nil
    return true
  }
}
