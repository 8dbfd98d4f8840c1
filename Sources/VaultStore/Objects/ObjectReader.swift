import VaultCore
import VaultFiles

/// Says where a period's objects begin.
public protocol ObjectLocator {
  /// Every place that may hold the object; a place that holds another is skipped by the reader.
  func places(_ id: ObjectID) throws -> [ObjectLocation]
}

/// Reads objects of one folder of packs and hashes every one; belongs to one thread.
public final class ObjectReader {
  let blocks: BlockReader
  let locator: any ObjectLocator
  private let hasher = SHA256Hasher()
  lazy var pair = SHA256Pair()
  /// Where a delta's bases are put together.
  private let gathered = ByteBuffer()

  /// A reader that keeps decoded blocks in `cache` and decodes with `coder`, which others of the same thread may share.
  public init(
    _ folder: PackFolder, _ locator: any ObjectLocator, _ cache: BlockCache = BlockCache(limit: 16 << 20),
    _ coder: BlockCoder = BlockCoder()
  ) {
    blocks = BlockReader(folder, cache, coder)
    self.locator = locator
  }

  /// The decoded block at a place of a packfile.
  func block(_ file: Int, _ offset: UInt64) throws -> DecodedBlock {
    try blocks.block(file, offset, bases: bases)
  }

  /// Whether the vault holds the object: found, decoded and hashed.
  public func contains(_ id: ObjectID) throws -> Bool {
    try locator.places(id).contains { try holds($0, id, hasher) }
  }

  /// Gives the object's bytes to `body` in order, in pieces of at most 16 MiB. Throws `damaged` at the end
  /// where the bytes do not hash to `id`, so `body` must not act on them before this returns.
  public func stream(_ id: ObjectID, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    let places = try locator.places(id)
    guard let last = places.last else { throw missing(id) }
    // An index names objects by a prefix, and an object may be stored twice: `body` sees the first place that
    // holds it, or the last one, whose failure is then told.
    let place = try places.dropLast().first { try holds($0, id, hasher) } ?? last
    hasher.reset()
    try forEachPiece(place) { piece in
      hasher.update(piece)
      try body(piece)
    }
    guard ObjectID(hasher.finish()) == id else { throw wrongBytes(id) }
  }

  /// The object's bytes, at most `limit`.
  public func read(_ id: ObjectID, limit: Int) throws -> [UInt8] {
    let places = try locator.places(id)
    var failure: (any Error)?
    for place in places {
      do {
        let bytes = try bytes(at: place, limit: limit)
        hasher.reset()
        if ObjectID(hasher.hash(bytes)) == id { return bytes }
      } catch {
        failure = error
      }
    }
    throw places.isEmpty ? missing(id) : failure ?? wrongBytes(id)
  }

  /// The length in bytes of the object at a place, from the heads of its blocks, without decoding or hashing it.
  func length(at place: ObjectLocation) throws -> UInt64 {
    var offset = place.block
    var ordinal = place.ordinal
    var total: UInt64 = 0
    while true {
      let (header, descriptor) = try blocks.head(place.file, offset)
      guard descriptor.parts.indices.contains(ordinal),
        header.flags.contains(.continues) == (offset != place.block)
      else {
        throw damaged(place.file, offset, FormatError(.malformed, "an object's block is another's"))
      }
      total += UInt64(descriptor.parts[ordinal])
      guard total <= Limits.objectBytes else {
        throw damaged(place.file, offset, FormatError(.overLimit, "an object is over 1 TiB"))
      }
      guard header.flags.contains(.unfinished) else { return total }
      offset += UInt64(header.totalLength)
      ordinal = 0
    }
  }

  /// The id of the bytes at a place, found by hashing them; nil where they are damaged.
  package func identify(_ place: ObjectLocation) throws -> ObjectID? {
    hasher.reset()
    do {
      try forEachPiece(place) { hasher.update($0) }
    } catch is StoreError {
      return nil
    }
    return ObjectID(hasher.finish())
  }

  /// The bytes of the ranges, one after the other: what a new delta may be encoded against. Throws where
  /// reading it would cost more than it saves. `places` are where their objects lie, if that is known.
  func bases(_ ranges: [BaseRange], at places: [ObjectLocation]? = nil) throws -> BaseBytes {
    let (bytes, work) = try places.map { try bases(ranges, $0) } ?? bases(ranges)
    guard work <= BlockPlan.basesWork else { throw Self.tooMuchWork }
    return bytes
  }

  /// The bytes of the ranges, of objects that are stored whole, and the work of decoding them. They are not hashed here,
  /// since the object that is decoded from them is.
  private func bases(_ ranges: [BaseRange]) throws -> (BaseBytes, work: Int) {
    try bases(ranges, try ranges.map { try basePlace(of: $0.object) })
  }

  private func bases(_ ranges: [BaseRange], _ places: [ObjectLocation]) throws -> (BaseBytes, work: Int) {
    // One block, so its work is within the limit.
    if let (block, part) = try neighbours(ranges, places) {
      return (.block(block.bytes, part), block.bytes.count)
    }
    let room = gathered.room(ranges.reduce(0) { $0 + $1.length })
    var filled = 0
    var work = 0
    var last: (file: Int, offset: UInt64)?
    for (range, place) in zip(ranges, places) {
      let end = filled + range.length
      try forEachBaseBlock(place, of: range) { block, part, offset in
        block.bytes.withBytes { bytes in
          let piece = UnsafeRawBufferPointer(rebasing: bytes[part].prefix(end - filled))
          UnsafeMutableRawBufferPointer(rebasing: room[filled...]).copyMemory(from: piece)
          filled += piece.count
        }
        if last.map({ $0 != (place.file, offset) }) ?? true { work += block.bytes.count }
        last = (place.file, offset)
        guard work <= Limits.basesWork else { throw Self.tooMuchWork }
      }
      guard filled == end else {
        throw StoreError.damaged(
          "\(range.object)", FormatError(.malformed, "a delta's base is shorter than its range"))
      }
    }
    return (.buffer(UnsafeRawBufferPointer(room)), work)
  }

  /// The bytes of the ranges where these are whole objects that lie side by side in one block: versions of what stood
  /// together mostly stand together, and need no copy then.
  private func neighbours(_ ranges: [BaseRange], _ places: [ObjectLocation]) throws
    -> (DecodedBlock, Range<Int>)?
  {
    guard let first = places.first, first.ordinal >= 0 else { return nil }
    for (number, (range, place)) in zip(ranges, places).enumerated() {
      guard place.file == first.file, place.block == first.block, range.offset == 0,
        place.ordinal - first.ordinal == number
      else { return nil }
    }
    let (header, descriptor) = try blocks.head(first.file, first.block)
    guard header.flags.isDisjoint(with: [.continues, .unfinished]),
      descriptor.parts.dropFirst(first.ordinal).starts(with: ranges.lazy.map(\.length))
    else { return nil }
    let block = try blocks.base(first.file, first.block)
    guard let from = block.range(first.ordinal), let to = block.range(first.ordinal + places.count - 1) else {
      return nil
    }
    return (block, from.lowerBound..<to.upperBound)
  }

  private static let tooMuchWork = StoreError.damaged(
    "a delta", FormatError(.overLimit, "its bases take too much decoding"))

  private func missing(_ id: ObjectID) -> StoreError {
    StoreError(.notFound, "object \(id.hex) is not in this period")
  }

  func wrongBytes(_ id: ObjectID) -> StoreError {
    StoreError(
      .damaged, "object \(id.hex) has other bytes than its name says",
      hint: "run 'vault fsck' to see what is hit")
  }

  /// The first place that holds an object whole.
  private func basePlace(of id: ObjectID) throws -> ObjectLocation {
    let places = try locator.places(id)
    guard let last = places.last else { throw missing(id) }
    guard places.count > 1 else { return last }
    // A hasher of its own, since the object that needs the base is being hashed.
    let hasher = SHA256Hasher()
    return try places.dropLast().first { try holds($0, id, hasher, whole: true) } ?? last
  }

  /// Whether the bytes at a place, which are stored whole if `whole` says so, hash to `id`; a damaged place does not hold
  /// it.
  private func holds(
    _ place: ObjectLocation, _ id: ObjectID, _ hasher: SHA256Hasher, whole: Bool = false
  ) throws -> Bool {
    hasher.reset()
    do {
      try forEachPiece(place, whole: whole) { hasher.update($0) }
    } catch is StoreError {
      return false
    }
    return ObjectID(hasher.finish()) == id
  }

  private func bytes(at place: ObjectLocation, limit: Int) throws -> [UInt8] {
    var out: [UInt8] = []
    // An array that grows by doubling holds up to three times its bytes on the way.
    if let length = place.length, length <= UInt64(limit) { out.reserveCapacity(Int(length)) }
    try forEachPiece(place) { piece in
      guard out.count + piece.count <= limit else {
        throw StoreError.damaged("object", FormatError(.overLimit, "an object is over \(limit) bytes"))
      }
      out.append(contentsOf: piece)
    }
    return out
  }

  /// The parts of an object in order: one piece of its first block, or whole blocks while it is unfinished.
  private func forEachPiece(
    _ place: ObjectLocation, whole: Bool = false, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    var offset = place.block
    var ordinal = place.ordinal
    var total: UInt64 = 0
    while true {
      let block = try whole ? blocks.base(place.file, offset) : block(place.file, offset)
      guard let range = block.range(ordinal),
        block.header.flags.contains(.continues) == (offset != place.block)
      else {
        throw damaged(place.file, offset, FormatError(.malformed, "an object's block is another's"))
      }
      total += UInt64(range.count)
      guard total <= Limits.objectBytes else {
        throw damaged(place.file, offset, FormatError(.overLimit, "an object is over 1 TiB"))
      }
      try block.bytes.withBytes { try body(UnsafeRawBufferPointer(rebasing: $0[range])) }
      guard block.header.flags.contains(.unfinished) else { return }
      offset += UInt64(block.header.totalLength)
      ordinal = 0
    }
  }

  func damaged(_ file: Int, _ offset: UInt64, _ error: FormatError) -> StoreError {
    StoreError.damaged("\(blocks.folder.path(file)) at \(offset)", error)
  }

  /// Gives the blocks that hold a range of a delta's base to `body`, each with the part of it that does.
  private func forEachBaseBlock(
    _ place: ObjectLocation, of range: BaseRange,
    _ body: (DecodedBlock, Range<Int>, _ offset: UInt64) throws -> Void
  ) throws {
    var offset = place.block
    var ordinal = place.ordinal
    var position: UInt64 = 0
    let end = range.offset + UInt64(range.length)
    while position < end {
      let (header, descriptor) = try blocks.head(place.file, offset)
      guard ordinal < descriptor.parts.count,
        header.flags.contains(.continues) == (offset != place.block)
      else {
        throw damaged(place.file, offset, FormatError(.malformed, "a base's block is another's"))
      }
      let length = UInt64(descriptor.parts[ordinal])
      if position + length > range.offset {
        let block = try blocks.base(place.file, offset)
        guard let part = block.range(ordinal) else { return }
        let low = part.lowerBound + Int(max(range.offset, position) - position)
        let high = part.lowerBound + Int(min(end, position + length) - position)
        try body(block, low..<high, offset)
      }
      position += length
      guard header.flags.contains(.unfinished) else { return }
      offset += UInt64(header.totalLength)
      ordinal = 0
    }
  }
}
