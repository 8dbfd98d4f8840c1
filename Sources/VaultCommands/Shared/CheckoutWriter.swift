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
    if let arrived, try !evidence.files.exists(path), arrived.place(entry.object, at: path) {
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
    _ = try file.file.lock(wait: false)
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
/// What a file holds is known by its hash alone, which is taken of the bytes that are written to it.
final class ArrivedEvidence: ArrivalSink {
  private let files: any FileLayer
  private let folder: String
  private var open: PassingFile?
  private var whole: [ObjectID: PassingFile] = [:]
  /// Each holds a file open; what comes after so many is written out later.
  private static let limit = 256

  /// Files are made in `folder`, which is there.
  init(_ files: any FileLayer, in folder: String) {
    self.files = files
    self.folder = folder
  }

  deinit {
    drop()
    for file in whole.values { file.remove() }
  }

  func begin() throws {
    drop()
    if whole.count < Self.limit { open = try PassingFile(files, in: folder) }
  }

  func take(_ bytes: UnsafeRawBufferPointer) throws { try open?.write(bytes) }

  func end(_ id: ObjectID) {
    guard let file = open.take() else { return }
    if whole[id] == nil { whole[id] = file } else { file.remove() }
  }

  func drop() { open.take()?.remove() }

  /// Gives an object's file its name; false where it is written in the usual way.
  func place(_ id: ObjectID, at path: String) -> Bool {
    guard let file = whole[id], (try? files.rename(file.path, path, replace: false)) != nil else {
      return false
    }
    whole[id] = nil
    return true
  }
}
