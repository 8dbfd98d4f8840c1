import Glibc
import VaultCore
import VaultFiles

/// The index segments of a ref on disk: `index/<ref>/<first>-<last>.idx`, merged in steps of eight.
enum IndexFiles {
  private static let fanOut = 8
  private static let suffix = ".idx"
  /// Segments from this size on are synced: what a power cut takes of a smaller one is soon made again.
  private static let synced = 64 << 10

  private static func name(_ head: IndexHead) -> String {
    "\(head.firstSequence)-\(head.lastSequence)\(suffix)"
  }

  private static func range(_ name: String) -> (first: Int, last: Int)? {
    guard name.hasSuffix(suffix) else { return nil }
    let parts = name.dropLast(suffix.utf8.count).split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let first = Int(parts[0]), let last = Int(parts[1]), 1 <= first, first <= last,
      name == "\(first)-\(last)\(suffix)"
    else { return nil }
    return (first, last)
  }

  /// The longest run of sound segments from the first commit on; what is damaged is as good as not there.
  static func open(_ vault: VaultFolder, _ ref: RefName) -> [IndexSegment] {
    let folder = vault.index(ref)
    let names = (try? vault.files.list(folder)) ?? []
    var byFirst: [Int: [(last: Int, name: String)]] = [:]
    for name in names {
      if let (first, last) = range(name) { byFirst[first, default: []].append((last, name)) }
    }
    var out: [IndexSegment] = []
    while let candidates = byFirst[(out.last?.head.lastSequence ?? 0) + 1]?.sorted(by: { $0.last > $1.last })
    {
      var found: IndexSegment?
      for candidate in candidates where found == nil {
        guard let file = try? MappedFile(vault.files, path: Paths.join(folder, candidate.name)),
          let segment = IndexSegment(.mapped(file), vault: vault.id, ref: ref),
          name(segment.head) == candidate.name
        else { continue }
        found = segment
      }
      guard let found else { break }
      out.append(found)
    }
    return out
  }

  /// Writes a new last segment, merging it with those before where eight of a size stand together, and clears
  /// away what is no part of the index any more. What fails here is only speed: the index can be made again.
  static func write(_ made: IndexSegment, after stored: [IndexSegment], _ vault: VaultFolder) {
    var run = stored
    var newest = made
    while true {
      let tier = tier(newest.head)
      let same = Array(run.reversed().prefix { self.tier($0.head) == tier }.reversed())
      guard same.count + 1 >= fanOut else { break }
      var head = newest.head
      head.firstSequence = same[0].head.firstSequence
      guard let tables = IndexTables(merging: same + [newest]),
        let merged = IndexSegment(.memory(tables.encoded(head)), vault: vault.id, ref: head.ref)
      else { return clear(vault, head.ref, keeping: []) }
      run.removeLast(same.count)
      newest = merged
    }
    let folder = vault.index(made.head.ref)
    do {
      try vault.files.makeDirectories(folder, durable: false)
      try newest.withFileBytes { raw in
        try vault.files.writeNewFile(
          Paths.join(folder, name(newest.head)), raw.bytes, durable: raw.count >= synced, replace: true)
      }
    } catch {
      return  // The next writer tries again.
    }
    clear(vault, made.head.ref, keeping: Set((run + [newest]).map { name($0.head) }))
  }

  /// Removes every file of the folder but these.
  private static func clear(_ vault: VaultFolder, _ ref: RefName, keeping names: Set<String>) {
    let folder = vault.index(ref)
    for name in (try? vault.files.list(folder)) ?? [] where !names.contains(name) {
      try? vault.files.unlink(Paths.join(folder, name))
    }
  }

  private static func tier(_ head: IndexHead) -> Int {
    var tier = 0
    var commits = head.lastSequence - head.firstSequence + 1
    while commits >= fanOut {
      commits /= fanOut
      tier += 1
    }
    return tier
  }
}

extension RefIndex {
  /// Opens a ref's index: segments from disk where they fit the ref file, the rest from the ref's own lines.
  public static func open(_ vault: VaultFolder, _ ref: RefName, folder: PackFolder? = nil) throws -> RefIndex
  {
    let path = vault.refFile(ref)
    var stored = IndexFiles.open(vault, ref)
    // A line's hash covers all lines before it.
    while let head = stored.last?.head, try !lineStands(vault.files, path, head) { stored.removeLast() }
    return try read(vault, ref, folder ?? PackFolder(vault.files, path: vault.packs(ref.period)), stored)
  }

  /// Whether the ref of this vault still ends where its index on disk did when this was read, so that reading it again
  /// would give the same. The caller holds the lock.
  func isCurrent(of ref: RefName, in vault: VaultFolder) throws -> Bool {
    guard self.ref == ref, self.vault.id == vault.id, self.vault.root == vault.root, let head,
      tail.records.isEmpty,
      tail.torn.isEmpty, !segments.contains(where: \.sawDamage)
    else { return false }
    let path = vault.refFile(ref)
    let status = try vault.files.status(path: path, followLinks: false)
    return try status.kind == .regular && UInt64(status.size) == head.lineEnd
      && Self.lineStands(vault.files, path, head)
  }

  /// The index from the ref's own lines alone.
  static func rebuilt(_ vault: VaultFolder, _ ref: RefName, _ folder: PackFolder) throws -> RefIndex {
    try read(vault, ref, folder, [])
  }

  private static func read(
    _ vault: VaultFolder, _ ref: RefName, _ folder: PackFolder, _ stored: [IndexSegment]
  ) throws -> RefIndex {
    let head = stored.last?.head
    let tail: RefTail
    do {
      tail = try RefTail.read(
        vault.files, path: vault.refFile(ref), from: head?.lineEnd ?? 0, kind: .commit,
        after: head.map { ObjectID($0.lineHash) } ?? vault.id, sequence: head?.lastSequence ?? 0)
    } catch {
      guard let failure = error as? FileError, failure.errno == ENOENT else { throw error }
      throw StoreError(.notFound, "the vault has no \(ref)")
    }
    let base = RefIndex(vault, ref, folder, segments: stored, stored: stored.count, tail: tail)
    guard !tail.records.isEmpty else { return base }
    let segment = try replay(tail.records, on: base)
    return RefIndex(vault, ref, folder, segments: stored + [segment], stored: stored.count, tail: tail)
  }

  private static func lineStands(_ files: any FileLayer, _ path: String, _ head: IndexHead) throws -> Bool {
    guard head.lineEnd - head.lineStart <= UInt64(Limits.refLineBytes + 1), head.lineEnd <= Int64.max else {
      return false
    }
    guard try files.exists(path) else { return false }
    let file = try File(files, path: path, mode: [.read, .noFollow, .noWait])
    let bytes = try file.readFully(at: Int64(head.lineStart), count: Int(head.lineEnd - head.lineStart))
    return Digest.of(bytes) == head.lineHash
  }

  private static func replay(_ records: [RefRecord], on base: RefIndex) throws -> IndexSegment {
    var appender = IndexAppender(after: base)
    let coder = BlockCoder()
    for record in records { try appender.append(try step(record, base, coder)) }
    return try appender.segment()
  }

  static func step(_ record: RefRecord, _ base: RefIndex, _ coder: BlockCoder) throws -> IndexStep {
    let packs = try record.line.packs.map { try base.folder.footer($0) }
    let reader = ObjectReader(base.folder, PackLocator(packs), BlockCache(limit: 16 << 20), coder)
    let id = record.line.document
    let commit: Commit
    do {
      commit = try Commit(decoding: try reader.read(id, limit: Limits.documentBytes))
    } catch let error as FormatError {
      throw StoreError.damaged("commit \(id.hex)", error)
    }
    guard commit.vault == base.vault.id, commit.ref == base.ref, commit.sequence == record.line.sequence
    else {
      throw StoreError(.damaged, "commit \(id.hex) belongs elsewhere", hint: "run 'vault fsck'")
    }
    let lines = try reader.read(commit.lines, limit: Limits.linesBlobBytes)
    return IndexStep(id: id, commit: commit, record: record, packs: packs, lines: lines)
  }
}

/// Finds the objects of a few packs.
public struct PackLocator: ObjectLocator, Sendable {
  private var table: [ObjectID: [ObjectLocation]] = [:]

  public init(_ packs: [PackContents]) {
    for pack in packs { pack.forEachObject { table[$0, default: []].append($1) } }
  }

  public func places(_ id: ObjectID) -> [ObjectLocation] { table[id] ?? [] }
}
