import VaultCore
import VaultFiles

/// Says where a period's objects begin.
public protocol ObjectLocator {
  /// Every place that may hold the object; a place that holds another is skipped by the reader.
  func places(_ id: ObjectID) throws -> [ObjectLocation]
}

/// Reads objects of one folder of packs and hashes every one; belongs to one thread.
public final class ObjectReader {
  private let blocks: BlockReader
  private let locator: any ObjectLocator
  private let hasher = SHA256Hasher()
  /// For candidates of a base, which are hashed while an object is.
  private let probe = SHA256Hasher()

  public init(_ folder: PackFolder, _ locator: any ObjectLocator, cacheLimit: Int = 24 << 20) {
    blocks = BlockReader(folder, cacheLimit: cacheLimit)
    self.locator = locator
  }

  /// Whether the vault holds the object: found, decoded and hashed.
  public func contains(_ id: ObjectID) throws -> Bool {
    try place(of: id) != nil
  }

  /// Gives the object's bytes to `body` in order, in pieces of at most 16 MiB. Throws `damaged` at the end
  /// where the bytes do not hash to `id`, so `body` must not act on them before this returns.
  public func stream(_ id: ObjectID, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    let places = try locator.places(id)
    guard !places.isEmpty else { throw missing(id) }
    for place in places {
      // Only the last candidate may fail: an index names objects by a prefix, and two may share it.
      if place != places.last, try !matches(id, place) { continue }
      try forEachPiece(place) { piece in
        hasher.update(piece)
        try body(piece)
      }
      guard ObjectID(hasher.finish()) == id else { throw wrongBytes(id) }
      return
    }
  }

  /// The object's bytes, at most `limit`.
  public func read(_ id: ObjectID, limit: Int) throws -> [UInt8] {
    for place in try locator.places(id) {
      if let bytes = try bytes(at: place, limit: limit), ObjectID(hasher.hash(bytes)) == id { return bytes }
    }
    throw try locator.places(id).isEmpty ? missing(id) : wrongBytes(id)
  }

  /// The bytes of `range`, concatenated with those of the other ranges: what a delta is decoded against. The
  /// bases are not hashed here, since the object that is decoded from them is.
  public func bases(_ ranges: [BaseRange]) throws -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(ranges.reduce(0) { $0 + $1.length })
    for range in ranges {
      let before = out.count
      guard let place = try wholePlace(of: range.object) else { throw missing(range.object) }
      try appendRange(place, range, to: &out)
      guard out.count - before == range.length else {
        throw StoreError.damaged("\(range.object)", FormatError(.malformed, "a delta's base is shorter than its range"))
      }
    }
    return out
  }

  private func missing(_ id: ObjectID) -> StoreError {
    StoreError(.notFound, "object \(id.hex) is not in this period")
  }

  private func wrongBytes(_ id: ObjectID) -> StoreError {
    StoreError(.damaged, "object \(id.hex) has other bytes than its name says", hint: "run 'vault fsck' to see what is hit")
  }

  private func place(of id: ObjectID) throws -> ObjectLocation? {
    try locator.places(id).first { try matches(id, $0) }
  }

  /// The first place that holds the object whole; damaged places are passed over.
  private func wholePlace(of id: ObjectID) throws -> ObjectLocation? {
    let places = try locator.places(id)
    return try places.count <= 1 ? places.first : places.first { try matches(id, $0) }
  }

  private func matches(_ id: ObjectID, _ place: ObjectLocation) throws -> Bool {
    do {
      try forEachPiece(place) { probe.update($0) }
    } catch let error as StoreError where error.code == .damaged {
      probe.reset()
      return false
    }
    return ObjectID(probe.finish()) == id
  }

  private func bytes(at place: ObjectLocation, limit: Int) throws -> [UInt8]? {
    var out: [UInt8] = []
    try forEachPiece(place) { piece in
      guard out.count + piece.count <= limit else {
        throw StoreError.damaged("object", FormatError(.overLimit, "an object is over \(limit) bytes"))
      }
      out.append(contentsOf: piece)
    }
    return out
  }

  /// The parts of an object in order: one piece of its first block, or whole blocks while it is unfinished.
  private func forEachPiece(_ place: ObjectLocation, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    var offset = place.block
    var ordinal = place.ordinal
    while true {
      let block = try blocks.block(place.file, offset, bases: bases)
      let parts = block.descriptor.parts
      guard ordinal < parts.count, block.header.flags.contains(.continues) == (offset != place.block) else {
        throw StoreError.damaged(
          "\(blocks.folder.path(place.file)) at \(offset)", FormatError(.malformed, "an object's block is another's"))
      }
      let start = parts[..<ordinal].reduce(0, +)
      try block.bytes.withBytes { try body(UnsafeRawBufferPointer(rebasing: $0[start..<start + parts[ordinal]])) }
      guard block.header.flags.contains(.unfinished) else { return }
      offset += UInt64(block.header.totalLength)
      ordinal = 0
    }
  }

  /// Appends the bytes of a range of an object that is stored without deltas.
  private func appendRange(_ place: ObjectLocation, _ range: BaseRange, to out: inout [UInt8]) throws {
    var blockOffset = place.block
    var position: UInt64 = 0
    let end = range.offset + UInt64(range.length)
    var ordinal = place.ordinal
    while position < end {
      let (header, descriptor) = try blocks.head(place.file, blockOffset)
      guard ordinal < descriptor.parts.count, header.flags.contains(.continues) == (blockOffset != place.block) else {
        return
      }
      let length = UInt64(descriptor.parts[ordinal])
      if position + length > range.offset {
        let block = try blocks.block(place.file, blockOffset, bases: nil)
        let start = descriptor.parts[..<ordinal].reduce(0, +)
        let low = start + Int(max(range.offset, position) - position)
        let high = start + Int(min(end, position + length) - position)
        out.append(contentsOf: block.bytes[low..<high])
      }
      position += length
      guard header.flags.contains(.unfinished) else { return }
      blockOffset += UInt64(header.totalLength)
      ordinal = 0
    }
  }
}
