import VaultCore
import VaultFiles

/// The index segments of a ref on disk: `index/<ref>/<first>-<last>.idx`, merged in steps of eight.
enum IndexFiles {
  private static let fanOut = 8

  private static func name(_ head: IndexHead) -> String { "\(head.firstSequence)-\(head.lastSequence).idx" }

  private static func range(_ name: String) -> (first: Int, last: Int)? {
    guard name.hasSuffix(".idx") else { return nil }
    let parts = name.dropLast(4).split(separator: "-")
    guard parts.count == 2, let first = Int(parts[0]), let last = Int(parts[1]), 1 <= first, first <= last
    else {
      return nil
    }
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
    var next = 1
    while let candidates = byFirst[next]?.sorted(by: { $0.last > $1.last }) {
      var found: IndexSegment?
      for candidate in candidates where found == nil {
        guard let file = try? MappedFile(vault.files, path: Paths.join(folder, candidate.name)) else {
          continue
        }
        let segment = IndexSegment(.mapped(file), vault: vault.id, ref: ref)
        if let segment, segment.head.firstSequence == next, segment.head.lastSequence == candidate.last {
          found = segment
        }
      }
      guard let found else { break }
      out.append(found)
      next = found.head.lastSequence + 1
    }
    return out
  }

  /// Writes a new last segment, merging it with those before where eight of a size stand together. What fails
  /// here is only speed: the index can be made again.
  static func write(_ bytes: [UInt8], _ head: IndexHead, after stored: [IndexSegment], _ vault: VaultFolder) {
    guard let made = IndexSegment(.memory(bytes), vault: vault.id, ref: head.ref) else { return }
    var run = stored + [made]
    var merged = bytes
    var mergedHead = head
    var replaced: [IndexSegment] = []
    while true {
      // Count from the end how many segments are of the last one's tier.
      let tier = self.tier(mergedHead)
      let same = run.reversed().prefix { self.tier($0.head) == tier }.count
      guard same >= fanOut else { break }
      let group = Array(run.suffix(same))
      run.removeLast(same)
      replaced += group
      mergedHead.firstSequence = group[0].head.firstSequence
      merged = IndexBuilder(merging: group).encoded(mergedHead)
      guard let segment = IndexSegment(.memory(merged), vault: vault.id, ref: head.ref) else { return }
      run.append(segment)
    }
    let folder = vault.index(head.ref)
    do {
      try vault.files.makeDirectories(folder, durable: false)
      try vault.files.writeNewFile(
        Paths.join(folder, name(mergedHead)), merged, durable: merged.count >= IndexSegment.checkedWhole,
        replace: true)
      for old in replaced where name(old.head) != name(mergedHead) {
        try? vault.files.unlink(Paths.join(folder, name(old.head)))
      }
    } catch {
      // The next writer tries again.
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
    let folder = folder ?? PackFolder(vault.files, path: vault.packs(ref.period))
    var stored = IndexFiles.open(vault, ref)
    let path = vault.refFile(ref)
    if let head = stored.last?.head, try !lineStands(vault.files, path, head) { stored = [] }
    let head = stored.last?.head
    let tail: RefTail
    do {
      tail = try RefTail.read(
        vault.files, path: path, from: head?.lineEnd ?? 0, kind: .commit,
        after: head.map { ObjectID($0.lineHash) } ?? vault.id, sequence: head?.lastSequence ?? 0)
    } catch let error as FileError where error.errno == 2 {
      throw StoreError(.notFound, "the vault has no \(ref)")
    }
    let base = RefIndex(vault, ref, folder, segments: stored, stored: stored.count, tail: tail)
    guard !tail.records.isEmpty else { return base }
    let segment = try replay(tail.records, on: base)
    return RefIndex(vault, ref, folder, segments: stored + [segment], stored: stored.count, tail: tail)
  }

  private static func lineStands(_ files: any FileLayer, _ path: String, _ head: IndexHead) throws -> Bool {
    guard head.lineEnd - head.lineStart <= UInt64(Limits.refLineBytes + 1) else { return false }
    guard try files.exists(path) else { return false }
    let file = try File(files, path: path, mode: [.read, .noFollow, .noWait])
    let bytes = try file.readFully(at: Int64(head.lineStart), count: Int(head.lineEnd - head.lineStart))
    return Digest.of(bytes) == head.lineHash
  }

  private static func replay(_ records: [RefRecord], on base: RefIndex) throws -> IndexSegment {
    var appender = IndexAppender(vault: base.vault.id, ref: base.ref, after: base.head)
    for record in records { try appender.append(try step(record, base)) }
    guard let head = appender.head,
      let segment = IndexSegment(.memory(appender.builder.encoded(head)), vault: base.vault.id, ref: base.ref)
    else { throw StoreError(.damaged, "\(base.ref) cannot be indexed", hint: "run 'vault fsck'") }
    return segment
  }

  private static func step(_ record: RefRecord, _ base: RefIndex) throws -> IndexStep {
    let packs = try record.line.packs.map { try base.folder.footer($0) }
    let reader = ObjectReader(base.folder, PackLocator(packs))
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
    return IndexStep(id: id, commit: commit, record: record, packs: packs, lines: lines, bases: [:])
  }
}

/// Finds the objects of a few packs.
public struct PackLocator: ObjectLocator {
  private var table: [ObjectID: [ObjectLocation]] = [:]

  public init(_ packs: [PackContents]) {
    for pack in packs { pack.forEachObject { table[$0, default: []].append($1) } }
  }

  public func places(_ id: ObjectID) -> [ObjectLocation] { table[id] ?? [] }
}
