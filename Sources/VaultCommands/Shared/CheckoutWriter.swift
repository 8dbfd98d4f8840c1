import Synchronization
import VaultCore
import VaultFiles
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

  private static let batch = 2048
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
    let made = Atomic<Int>(0)
    let (evidence, index, cache, entries, large) = (evidence, index, cache, waiting, large)
    waiting = []
    self.large = []
    let whole = LargeObject(index.folder, index, cache)
    for entry in large {
      if try evidence.write(entry, { try whole.stream(entry.object, $0) }) { written += 1 }
    }
    let workers = min(Parallel.coreCount, entries.count)
    let shares = WorkShares(entries.count, workers: workers)
    try Parallel.run(workers: workers) { worker in
      let objects = ObjectReader(index.folder, index, cache)
      do {
        while let share = shares.next(worker) {
          let rest = try objects.whole(share.map { entries[$0].object }) { number, bytes in
            if try evidence.write(entries[share.lowerBound + number], { try $0(bytes) }) {
              made.add(1, ordering: .relaxed)
            }
          }
          for entry in rest.map({ entries[share.lowerBound + $0] }) {
            if try evidence.write(entry, { try objects.stream(entry.object, $0) }) {
              made.add(1, ordering: .relaxed)
            }
          }
        }
      } catch {
        shares.end()
        throw error
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
