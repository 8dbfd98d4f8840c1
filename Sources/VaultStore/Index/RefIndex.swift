import Synchronization
import VaultCore
import VaultFiles

/// All that is known of a ref without reading its history: segments of its index from disk, and one in memory
/// for the lines that they do not cover yet. Immutable, so that threads share it.
///
/// Where a lookup meets a damaged page of a segment, the ref is indexed again from its own lines, in memory,
/// and that answers from then on.
public final class RefIndex: ObjectLocator, Sendable {
  public let vault: VaultFolder
  public let ref: RefName
  /// The packs that hold the ref's objects.
  public let folder: PackFolder
  let segments: [IndexSegment]
  /// How many of the segments are files.
  let stored: Int
  let tail: RefTail
  private let replacement = Mutex<Result<RefIndex, any Error>?>(nil)

  init(
    _ vault: VaultFolder, _ ref: RefName, _ folder: PackFolder, segments: [IndexSegment], stored: Int,
    tail: RefTail
  ) {
    self.vault = vault
    self.ref = ref
    self.folder = folder
    self.segments = segments
    self.stored = stored
    self.tail = tail
  }

  /// This index, or the one that was made in its place; throws where neither is sound.
  func sound() throws -> RefIndex {
    guard segments.contains(where: \.sawDamage) else { return self }
    return try replacement.withLock { made in
      let result = made ?? Result { try RefIndex.rebuilt(vault, ref, folder) }
      made = result
      return result
    }.get()
  }

  /// What `find` finds in sound segments. Where the ref's own lines are damaged too, what is left is what the
  /// sound pages say; a writer refuses to go on then.
  func look<R>(_ find: ([IndexSegment]) -> R) -> R {
    let found = find(segments)
    guard segments.contains(where: \.sawDamage), let made = try? sound() else { return found }
    return find(made.segments)
  }

  var head: IndexHead? { segments.last?.head }
  /// The newest commit's id; nil for a ref without one.
  public var tip: ObjectID? { head?.tip }
  /// The newest commit's sequence; 0 for a ref without one.
  public var sequence: Int { head?.lastSequence ?? 0 }
  /// The number of the ref's lines.
  public var count: UInt64 { head?.frontier.end ?? 0 }
  /// The ref's frontier.
  package var frontier: CompactRange { head?.frontier ?? CompactRange() }
  /// The end of each packfile as the ref's lines name it.
  package var packEnds: [Int: UInt64] { head?.packEnds ?? [:] }

  public func places(_ id: ObjectID) throws -> [ObjectLocation] {
    let prefix = id.digest.prefix64
    return places(from: prefix, through: prefix)
  }

  /// The places of all objects whose id begins with these hexadecimal digits (at most 16 count).
  func places(hexPrefix: String) -> [ObjectLocation] {
    let digits = String(hexPrefix.prefix(16))
    guard let value = UInt64(digits, radix: 16), !digits.isEmpty else { return [] }
    let shift = UInt64(64 - 4 * digits.utf8.count)
    let low = value << shift
    return places(from: low, through: shift == 0 ? low : low | (1 << shift - 1))
  }

  private func places(from low: UInt64, through high: UInt64) -> [ObjectLocation] {
    look { segments in
      var out: [ObjectLocation] = []
      for segment in segments { segment.objects(from: low, through: high) { out.append($0.location) } }
      return out
    }
  }

  /// The commit with a sequence from 1 to `sequence`.
  public func commit(_ sequence: Int) -> CommitRecord? {
    look { segments in
      segments.first { $0.head.lastSequence >= sequence && $0.head.firstSequence <= sequence }?
        .commit(sequence)
    }
  }

  /// The sequence of the commit that added leaf `leaf`.
  public func sequence(ofLeaf leaf: UInt64) -> Int? {
    guard leaf < count else { return nil }
    return look { segments in
      segments.first { $0.head.frontier.end > leaf }?.sequence(ofLeaf: leaf)
    }
  }

  func node(_ level: Int, _ index: UInt64) -> Digest? {
    let last = (index + 1) << UInt64(level)
    return look { segments in segments.first { $0.head.frontier.end >= last }?.node(level, index) }
  }

  /// The base of evidence with one of `keys`, the most telling first.
  public func base(_ keys: [UInt64]) -> DeltaBase? { keys.lazy.compactMap(recordedBase).first }

  /// The newest base of a key, spent or not.
  func recordedBase(_ key: UInt64) -> DeltaBase? {
    look { segments in segments.reversed().lazy.compactMap { $0.base(key) }.first }
  }

  /// Whether the ref may hold a population or larger object of this size.
  func mayHold(size: UInt64) -> Bool {
    look { segments in segments.contains { $0.holds(size: size) } }
  }

  /// All revisions of exactly this path, the oldest first.
  public func revisions(_ path: EvidencePath) -> [PathRecord] {
    let wanted = Array(path.text.utf8)
    return records(key: path.foldedKey).filter { $0.path == wanted }
  }

  /// The newest revision of exactly this path.
  public func latest(_ path: EvidencePath) -> PathRecord? { revisions(path).last }

  private func records(key: [UInt8]) -> [PathRecord] { neighbours(key: key).same }

  /// The records of a key, and a path in the folder of that name; one search of each segment.
  private func neighbours(key: [UInt8]) -> (same: [PathRecord], inside: PathRecord?) {
    let below = key + [UInt8(ascii: "/")]
    return look { segments in
      var same: [PathRecord] = []
      var inside: PathRecord?
      for segment in segments {
        var cursor = segment.pathCursor(from: key)
        while let record = cursor.current, record.key == key {
          same.append(record)
          cursor.advance()
        }
        guard inside == nil, let next = cursor.current else { continue }
        // Names that go on with a byte before the slash stand between a file and the folder of its name.
        let first = next.key.lexicographicallyPrecedes(below) ? segment.pathCursor(from: below).current : next
        if let first, first.key.starts(with: below) { inside = first }
      }
      return (same, inside)
    }
  }

  /// What stands at a path, or in the way of it.
  public struct Standing: Sendable {
    /// The newest revision of exactly the path.
    public let latest: PathRecord?
    /// A path that cannot stand beside it: one that differs only by case or normal form, one that would be a
    /// folder and a file at once.
    public let conflict: String?
  }

  /// What was found out about the folders of the paths that were asked about, by their folded keys: the next path
  /// of the same folder need not ask again.
  public struct Folders: Sendable {
    fileprivate var noFiles: Set<[UInt8]> = []
    fileprivate var newest: (key: ArraySlice<UInt8>, isEmpty: Bool)?

    public init() {}
  }

  /// What the ref has at `path`.
  public func standing(_ path: EvidencePath, _ folders: inout Folders) -> Standing {
    let key = path.foldedKey
    let own = Array(path.text.utf8)
    // Evidence of another day mostly has a folder of its own, where nothing stands yet.
    let (same, inside) = liesInEmptyFolder(key, &folders) ? ([], nil) : neighbours(key: key)
    var other = same.first { $0.path != own }
    for (index, byte) in key.enumerated() where byte == UInt8(ascii: "/") && other == nil {
      let folder = Array(key[..<index])
      if folders.noFiles.contains(folder) { continue }
      other = records(key: folder).first
      guard other == nil else { continue }
      // Asking again costs less than keeping all of a million folders.
      if folders.noFiles.count > 65_536 { folders.noFiles = [] }
      folders.noFiles.insert(folder)
    }
    return Standing(
      latest: same.last { $0.path == own },
      conflict: (other ?? inside).map { String(decoding: $0.path, as: UTF8.self) })
  }

  /// Whether the folder of a path, with its slash, begins no key at all.
  private func liesInEmptyFolder(_ key: [UInt8], _ folders: inout Folders) -> Bool {
    guard let slash = key.lastIndex(of: UInt8(ascii: "/")) else { return false }
    let folder = key[...slash]
    if let newest = folders.newest, newest.key == folder { return newest.isEmpty }
    let wanted = Array(folder)
    let isEmpty = look { segments in
      !segments.contains { $0.pathCursor(from: wanted).current?.key.starts(with: wanted) == true }
    }
    folders.newest = (folder, isEmpty)
    return isEmpty
  }

  /// Gives every revision of every path in `folder` (all where nil) to `body`, ordered by folded path and age.
  public func forEachPath(in folder: String?, _ body: (PathRecord) throws -> Void) throws {
    let exact = folder.map { Array($0.utf8) + [UInt8(ascii: "/")] } ?? []
    let prefix = folder.map { EvidencePath.fold($0) + [UInt8(ascii: "/")] } ?? []
    // What was given cannot be taken back, so the whole table is checked before the first record.
    let sound = segments.allSatisfy { $0.isSound($0.paths) } ? self : try self.sound()
    for record in PathMerge(sound.segments, from: prefix) {
      guard record.key.starts(with: prefix) else { return }
      if record.path.starts(with: exact) { try body(record) }
    }
  }
}

extension RefIndex {
  /// The sequences and ids of commits whose id begins with these hexadecimal digits, at most `limit`.
  public func commits(hexPrefix: String, limit: Int = 16) throws -> [(sequence: Int, id: ObjectID)] {
    let candidates = Set(try objects(hexPrefix: hexPrefix, limit: 4096))
    guard !candidates.isEmpty else { return [] }
    let reader = RefReader(self)
    var out: [(sequence: Int, id: ObjectID)] = []
    for id in candidates.sorted() {
      guard let bytes = try? reader.objects.read(id, limit: Limits.documentBytes),
        let commit = try? Commit(decoding: bytes), commit.ref == ref, self.commit(commit.sequence)?.id == id
      else { continue }
      out.append((commit.sequence, id))
      if out.count == limit { break }
    }
    return out
  }

  /// The ids of objects that begin with these hexadecimal digits, each found by hashing its bytes; `limit`
  /// bounds the work.
  public func objects(hexPrefix: String, limit: Int = 64) throws -> [ObjectID] {
    let reader = ObjectReader(folder, self)
    var out: Set<ObjectID> = []
    for place in places(hexPrefix: hexPrefix).prefix(limit) {
      if let id = try reader.identify(place), id.hex.hasPrefix(hexPrefix) { out.insert(id) }
    }
    return out.sorted()
  }
}

extension RefIndex {
  /// The ref as it is on the disk: this, or what is left of it.
  ///
  /// Segments are written after their lines were synced. A line that none covers, or a torn one, may come from a writer that
  /// died before it synced, or whose fsync failed; it is made durable before anything builds on it or reports it.
  public func settled() throws -> RefIndex {
    if tail.records.isEmpty, tail.torn.isEmpty { return self }
    return try vault.settle(vault.refFile(ref)) ? self : RefIndex.open(vault, ref)
  }
}

extension RefIndex {
  /// The packfiles' ends as all refs of the period know them.
  func claimedEnds() throws -> [Int: UInt64] {
    var ends = packEnds
    let other: RefName =
      switch ref {
      case .period(let name): .reviews(name)
      case .reviews(let name): .period(name)
      }
    if try vault.files.exists(vault.refFile(other)) {
      ends.merge(try RefIndex.open(vault, other, folder: folder).packEnds) { max($0, $1) }
    }
    return ends
  }
}
