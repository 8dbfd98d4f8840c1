import Glibc
import Synchronization
import VaultCore
import VaultFiles
import VaultRemote
import VaultStore

/// Writes evidence below one folder, on all cores, and never through a symbolic link in it.
struct CheckoutWriter {
  private let evidence: EvidenceFolder
  private let index: RefIndex
  /// What one file's bytes are decoded from, its neighbours' are too.
  private let cache = BlockCache(limit: 16 << 20)
  private var checkedFolders: Set<String> = []
  private var waiting: [Entry] = []
  /// Large files, each of which all cores write together.
  private var large: [Entry] = []
  /// Files that were not there before.
  private(set) var written = 0
  /// Objects that were written while they arrived.
  private let arrived: ArrivedEvidence?

  private static let batch = 512
  /// From so many bytes on a file is large: one may be all that there is to write.
  private static let largeBytes: UInt64 = 4 << 20

  init(_ files: any FileLayer, target: String, _ index: RefIndex, arrived: ArrivedEvidence? = nil) {
    evidence = EvidenceFolder(files: files, target: target)
    self.index = index
    self.arrived = arrived
  }

  /// Takes an entry, which is written before ``finish()`` returns.
  mutating func write(_ entry: Entry) throws {
    let path = evidence.path(entry)
    try makeFolder(Paths.parent(path))
    if let arrived, try !evidence.files.exists(path), (try? index.places(entry.object))?.isEmpty == false,
      arrived.place(entry.object, at: path)
    {
      written += 1
      return
    }
    if entry.size >= Self.largeBytes { large.append(entry) } else { waiting.append(entry) }
    if waiting.count + large.count == Self.batch { try finish() }
  }

  /// Writes the files that wait.
  mutating func finish() throws {
    let next = Atomic<Int>(0)
    let made = Atomic<Int>(0)
    let (evidence, index, cache, entries, large) = (evidence, index, cache, waiting, large)
    waiting = []
    self.large = []
    let whole = LargeObject(index.folder, index, cache)
    for entry in large {
      if try evidence.write(entry, { try whole.stream(entry.object, $0) }) { written += 1 }
    }
    try Parallel.run(workers: min(Parallel.coreCount, entries.count)) { _ in
      let objects = ObjectReader(index.folder, index, cache)
      while case let number = next.add(1, ordering: .relaxed).oldValue, number < entries.count {
        do {
          let entry = entries[number]
          if try evidence.write(entry, { try objects.stream(entry.object, $0) }) {
            made.add(1, ordering: .relaxed)
          }
        } catch {
          next.store(entries.count, ordering: .relaxed)
          throw error
        }
      }
    }
    written += made.load(ordering: .relaxed)
  }

  /// Makes the folder, checking that no part of it below the target is a link.
  private mutating func makeFolder(_ folder: String) throws {
    guard checkedFolders.insert(folder).inserted else { return }
    if folder != evidence.target { try makeFolder(Paths.parent(folder)) }
    if try evidence.files.exists(folder) {
      guard try evidence.files.status(path: folder, followLinks: folder == evidence.target).kind == .directory
      else {
        throw CommandError(.refused, "\(printable(folder)) is not a folder")
      }
      PassingFile.removeAbandoned(evidence.files, folder)
    } else {
      try evidence.files.makeDirectories(folder, durable: false)
    }
  }
}

/// The folder that evidence is written below.
struct EvidenceFolder: Sendable {
  let files: any FileLayer
  let target: String

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
    let file = try PassingFile(files, in: Paths.parent(path))
    do {
      // The object is hashed as it is written; its name appears only once the hash is right.
      try stream { try file.write($0) }
      try files.rename(file.path, path, replace: false)
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

/// A file of evidence until it is whole.
final class PassingFile: Sendable {
  let path: String
  private let files: any FileLayer
  private let file: SharedFile

  private static let prefix = ".vault-checkout-"

  /// Makes a read-only file in `folder`. It is locked while this lives, so that nobody takes it for one that was left behind.
  init(_ files: any FileLayer, in folder: String) throws {
    self.files = files
    path = folder + "/" + Self.prefix + String(UInt64.random(in: .min ... .max), radix: 16)
    file = SharedFile(try File(files, path: path, mode: .createNew, permissions: 0o444))
    do {
      _ = try file.file.lock(wait: false)
    } catch {
      try? files.unlink(path)
      throw error
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws { try file.file.writeAll(bytes) }

  func remove() { try? files.unlink(path) }

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

/// Large evidence that is written to files while it arrives, and gets its names once what it belongs to is verified.
///
/// The files lie with the vault's other unfinished work, locked, and are cleared away with it.
final class ArrivedEvidence: ArrivalSink {
  private let staging: StagingFolder
  private let files: any FileLayer
  private var open: SharedFile?
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
  }

  func take(_ bytes: UnsafeRawBufferPointer) {
    guard let open else { return }
    do { try open.file.writeAll(bytes) } catch { _ = giveUp() }
  }

  func end(_ id: ObjectID) {
    guard let file = open.take() else { return }
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
