import VaultCore

/// An object's place, found by the first eight bytes of its id and confirmed in the pack's bytes.
struct ObjectRecord: Comparable {
  static let byteCount = 18
  let prefix: UInt64
  let location: ObjectLocation

  static func < (a: ObjectRecord, b: ObjectRecord) -> Bool { a.prefix < b.prefix }

  func append(to out: inout [UInt8]) {
    out.appendLittle(prefix)
    out.appendLittle(PackedPlace.pack(location.file, location.block))
    out.appendLittle(UInt16(location.ordinal))
  }

  init(_ id: ObjectID, _ location: ObjectLocation) {
    prefix = id.digest.prefix64
    self.location = location
  }

  init(_ raw: UnsafeRawBufferPointer, at offset: Int) {
    prefix = raw.little(UInt64.self, at: offset)
    let (file, block) = PackedPlace.unpack(raw.little(UInt64.self, at: offset + 8))
    location = ObjectLocation(
      file: file, block: block, ordinal: Int(raw.little(UInt16.self, at: offset + 16)), length: nil)
  }
}

/// A packfile's number and an offset in it in 64 bits: 20 and 44 of them.
enum PackedPlace {
  static func pack(_ file: Int, _ offset: UInt64) -> UInt64 { UInt64(file) << 44 | offset }
  static func unpack(_ packed: UInt64) -> (Int, UInt64) { (Int(packed >> 44), packed & (1 << 44 - 1)) }
}

/// A commit of the ref, by its sequence.
public struct CommitRecord: Hashable, Sendable {
  static let byteCount = 32 + 8 + 2 + 8 + 8 + 8 + 4
  public let id: ObjectID
  /// The blob of added lines.
  let lines: ObjectLocation
  /// Lines of the ref before this commit.
  public let firstLeaf: UInt64
  /// Lines that it adds.
  public let added: UInt64
  /// Its line in the ref file, LF included.
  let refLineStart: UInt64
  let refLineLength: Int

  func append(to out: inout [UInt8]) {
    id.digest.withUnsafeBytes { out.append(contentsOf: $0) }
    out.appendLittle(PackedPlace.pack(lines.file, lines.block))
    out.appendLittle(UInt16(lines.ordinal))
    out.appendLittle(firstLeaf)
    out.appendLittle(added)
    out.appendLittle(refLineStart)
    out.appendLittle(UInt32(refLineLength))
  }

  init(
    id: ObjectID, lines: ObjectLocation, firstLeaf: UInt64, added: UInt64, refLineStart: UInt64,
    refLineLength: Int
  ) {
    self.id = id
    self.lines = lines
    self.firstLeaf = firstLeaf
    self.added = added
    self.refLineStart = refLineStart
    self.refLineLength = refLineLength
  }

  init(_ raw: UnsafeRawBufferPointer, at offset: Int) {
    id = ObjectID(Digest(UnsafeRawBufferPointer(rebasing: raw[offset..<offset + 32])) ?? .zero)
    let (file, block) = PackedPlace.unpack(raw.little(UInt64.self, at: offset + 32))
    lines = ObjectLocation(
      file: file, block: block, ordinal: Int(raw.little(UInt16.self, at: offset + 40)), length: nil)
    firstLeaf = raw.little(UInt64.self, at: offset + 42)
    added = raw.little(UInt64.self, at: offset + 50)
    refLineStart = raw.little(UInt64.self, at: offset + 58)
    refLineLength = Int(raw.little(UInt32.self, at: offset + 66))
  }
}

/// A revision of a path, and where its line stands.
public struct PathRecord: Hashable, Sendable {
  /// The path's folded key, by which records are ordered.
  let key: [UInt8]
  /// The path itself.
  public let path: [UInt8]
  public let revision: Int
  /// The line's leaf index in the ref.
  public let leaf: UInt64
  /// The commit that added it.
  public let sequence: Int
  /// The line in that commit's blob, without its LF.
  let lineOffset: Int
  let lineLength: Int

  /// Whether this record comes before another: by key, then by leaf.
  static func precedes(_ a: PathRecord, _ b: PathRecord) -> Bool {
    a.key == b.key ? a.leaf < b.leaf : a.key.lexicographicallyPrecedes(b.key)
  }
}

/// A base as it stands among the bases.
struct BaseRecord {
  static let byteCount = 32 + 8 + 4 + 4 + 2
  let base: DeltaBase

  func append(to out: inout [UInt8]) {
    base.object.digest.withUnsafeBytes { out.append(contentsOf: $0) }
    out.appendLittle(base.length)
    out.appendLittle(UInt32(clamping: base.cost))
    out.appendLittle(UInt32(clamping: base.spent))
    out.appendLittle(UInt16(clamping: base.uses))
  }

  init(base: DeltaBase) { self.base = base }

  init(_ raw: UnsafeRawBufferPointer) {
    base = DeltaBase(
      object: ObjectID(Digest(UnsafeRawBufferPointer(rebasing: raw[..<32])) ?? .zero),
      length: raw.little(UInt64.self, at: 32), uses: Int(raw.little(UInt16.self, at: 48)),
      cost: Int(raw.little(UInt32.self, at: 40)), spent: Int(raw.little(UInt32.self, at: 44)))
  }
}

/// Where the base of a key stands among the bases.
struct KeyRecord {
  static let byteCount = 8 + 4
  let key: UInt64
  let place: UInt32

  func append(to out: inout [UInt8]) {
    out.appendLittle(key)
    out.appendLittle(place)
  }

  init(key: UInt64, place: UInt32) {
    self.key = key
    self.place = place
  }

  init(_ raw: UnsafeRawBufferPointer, at offset: Int) {
    key = raw.little(UInt64.self, at: offset)
    place = raw.little(UInt32.self, at: offset + 8)
  }
}

/// The hash of a perfect subtree of 2^level leaves of the ref's tree.
struct NodeRecord {
  static let byteCount = 1 + 8 + 32
  /// Smaller subtrees are hashed again from their lines, so that the index stays small.
  static let lowestLevel = 5
  let level: Int
  let index: UInt64
  let hash: Digest

  /// Nodes are ordered by level, then index.
  static func precedes(_ a: NodeRecord, _ b: NodeRecord) -> Bool { (a.level, a.index) < (b.level, b.index) }

  func append(to out: inout [UInt8]) {
    out.append(UInt8(level))
    out.appendLittle(index)
    hash.withUnsafeBytes { out.append(contentsOf: $0) }
  }

  init(level: Int, index: UInt64, hash: Digest) {
    self.level = level
    self.index = index
    self.hash = hash
  }

  init(_ raw: UnsafeRawBufferPointer, at offset: Int) {
    level = Int(raw[offset])
    index = raw.little(UInt64.self, at: offset + 1)
    hash = Digest(UnsafeRawBufferPointer(rebasing: raw[offset + 9..<offset + 41])) ?? .zero
  }
}
