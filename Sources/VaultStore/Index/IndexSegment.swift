import VaultCore
import VaultFiles

/// What a segment covers and what the ref looked like at its end.
struct IndexHead: Hashable, Sendable {
  /// The vault and ref that it belongs to.
  var vault: ObjectID
  var ref: RefName
  var firstSequence: Int
  var lastSequence: Int
  /// The last covered commit.
  var tip: ObjectID
  /// The last covered line of the ref file: its first byte, one past its LF, and its SHA-256.
  var lineStart: UInt64
  var lineEnd: UInt64
  var lineHash: Digest
  /// The ref's frontier at the end; its `end` is the number of lines.
  var frontier: CompactRange
  /// The end of each packfile that the covered lines name.
  var packEnds: [Int: UInt64]
}

/// An immutable, sorted part of a ref's index, mapped from a file or held in memory. It is derived: a segment
/// that fails its checks is as good as none.
final class IndexSegment: Sendable {
  static let magic: [UInt8] = Array("VINDEX02".utf8)
  /// Segments below this are checked whole when they are opened; larger ones were synced before their rename.
  static let checkedWhole = 64 << 10

  let head: IndexHead
  let objects: Table
  let paths: PathTable
  let commits: Table
  let nodes: Table
  let bases: Table
  let byteCount: Int
  private let storage: Storage

  /// The bytes' owner.
  enum Storage: Sendable {
    case mapped(MappedFile)
    case memory([UInt8])

    func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
      switch self {
      case .mapped(let file): try body(file.bytes)
      case .memory(let bytes): try bytes.withUnsafeBytes(body)
      }
    }
  }

  /// Fixed-size records.
  struct Table: Sendable {
    let offset: Int
    let count: Int
  }

  /// Front-coded records and the places where they begin anew.
  struct PathTable: Sendable {
    let offset: Int
    let length: Int
    let count: Int
    let restarts: Table
  }

  /// Checks and opens a segment; nil where it is damaged or of another vault or ref.
  init?(_ storage: Storage, vault: ObjectID, ref: RefName) {
    self.storage = storage
    let parsed = storage.withBytes { raw -> (IndexHead, [Int], Int)? in try? Self.parse(raw) }
    guard let (head, layout, count) = parsed, head.vault == vault, head.ref == ref else { return nil }
    self.head = head
    byteCount = count
    objects = Table(offset: layout[0], count: layout[1])
    paths = PathTable(
      offset: layout[2], length: layout[3], count: layout[4],
      restarts: Table(offset: layout[5], count: layout[6]))
    commits = Table(offset: layout[7], count: layout[8])
    nodes = Table(offset: layout[9], count: layout[10])
    bases = Table(offset: layout[11], count: layout[12])
    guard commits.count == head.lastSequence - head.firstSequence + 1 else { return nil }
  }

  func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try storage.withBytes(body)
  }

  /// The sizes of the fixed records, in the order of the layout, to check bounds by.
  private static let bounds: [(place: Int, count: Int, size: Int)] = [
    (0, 1, ObjectRecord.byteCount), (2, 3, 1), (5, 6, 4), (7, 8, CommitRecord.byteCount),
    (9, 10, NodeRecord.byteCount), (11, 12, BaseRecord.byteCount),
  ]

  private static func parse(_ raw: UnsafeRawBufferPointer) throws(FormatError) -> (IndexHead, [Int], Int) {
    let bad = FormatError(.malformed, "no index segment")
    guard raw.count >= 24, raw.starts(with: magic) else { throw bad }
    let headEnd = Int(raw.little(UInt32.self, at: 8))
    guard headEnd >= 24, headEnd <= raw.count,
      Zlib.crc32(UnsafeRawBufferPointer(rebasing: raw[20..<headEnd])) == raw.little(UInt32.self, at: 12)
    else { throw bad }
    var reader = ByteReader(UnsafeRawBufferPointer(rebasing: raw[..<headEnd]), at: 20)
    let total = try reader.varint(max: .max, "length")
    guard total == raw.count - headEnd else { throw bad }
    if raw.count < checkedWhole {
      guard Zlib.crc32(UnsafeRawBufferPointer(rebasing: raw[headEnd...])) == raw.little(UInt32.self, at: 16)
      else {
        throw bad
      }
    }
    let head = try IndexHead(&reader)
    var layout: [Int] = []
    for _ in 0..<13 { layout.append(try reader.varint(max: raw.count, "layout")) }
    guard reader.left == 0 else { throw bad }
    for index in [0, 2, 5, 7, 9, 11] { layout[index] += headEnd }
    for bound in bounds {
      guard layout[bound.place] + layout[bound.count] * bound.size <= raw.count else { throw bad }
    }
    return (head, layout, raw.count)
  }
}

extension IndexHead {
  func append(to out: inout [UInt8]) {
    vault.digest.withUnsafeBytes { out.append(contentsOf: $0) }
    let name = Array(ref.description.utf8)
    out.appendVarint(UInt64(name.count))
    out.append(contentsOf: name)
    out.appendVarint(UInt64(firstSequence))
    out.appendVarint(UInt64(lastSequence))
    tip.digest.withUnsafeBytes { out.append(contentsOf: $0) }
    out.appendVarint(lineStart)
    out.appendVarint(lineEnd)
    lineHash.withUnsafeBytes { out.append(contentsOf: $0) }
    out.appendVarint(frontier.end)
    for hash in frontier.hashes { hash.withUnsafeBytes { out.append(contentsOf: $0) } }
    out.appendVarint(UInt64(packEnds.count))
    for (file, end) in packEnds.sorted(by: { $0.key < $1.key }) {
      out.appendVarint(UInt64(file))
      out.appendVarint(end)
    }
  }

  init(_ reader: inout ByteReader) throws(FormatError) {
    let bad = FormatError(.malformed, "no index head")
    vault = ObjectID(try reader.digest())
    let name = try reader.take(try reader.varint(max: 128, "a ref's name"))
    guard let text = String(validating: name, as: UTF8.self), let ref = RefName(text) else { throw bad }
    self.ref = ref
    firstSequence = try reader.varint(max: CanonicalValue.maxInteger, "sequence")
    lastSequence = try reader.varint(max: CanonicalValue.maxInteger, "sequence")
    tip = ObjectID(try reader.digest())
    lineStart = try reader.varint()
    lineEnd = try reader.varint()
    lineHash = try reader.digest()
    let count = try reader.varint()
    var hashes: [Digest] = []
    for _ in CompactRange.subtreeLevels(0, count) { hashes.append(try reader.digest()) }
    guard let frontier = CompactRange(begin: 0, end: count, hashes: hashes) else { throw bad }
    self.frontier = frontier
    packEnds = [:]
    for _ in 0..<(try reader.varint(max: 999_999, "packfiles")) {
      let file = try reader.varint(max: 999_999, "a packfile's number")
      packEnds[file] = try reader.varint()
    }
    guard firstSequence >= 1, lastSequence >= firstSequence, lineStart < lineEnd else { throw bad }
  }
}
