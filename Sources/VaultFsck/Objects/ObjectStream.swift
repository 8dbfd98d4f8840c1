import VaultCore
import VaultFiles
import VaultStore

extension BlockSource {
  /// Gives an object's bytes to `body` in order, piece by piece. They are not hashed: the caller relies on
  /// the state that the packs' check gave the object.
  func stream(
    _ record: ObjectRecord, asBase: Bool = false, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let claim = set.claim(of: record)
    var offset = record.block
    var done: UInt64 = 0
    while true {
      let block = try self.block(claim, offset, asBase: asBase)
      let isFirst = offset == record.block
      guard block.header.flags.contains(.continues) != isFirst,
        let part = block.part(isFirst ? Int(record.ordinal) : 0), done + UInt64(part.count) <= record.length
      else { throw Self.short }
      try withExtendedLifetime(block) { try body(UnsafeRawBufferPointer(rebasing: block.bytes[part])) }
      done += UInt64(part.count)
      guard block.header.flags.contains(.unfinished) else { break }
      offset += UInt64(block.header.totalLength)
    }
    guard done == record.length else {
      throw BlockFlaw(.objectUnreadable, "an object has \(done) bytes, not \(record.length)")
    }
  }

  static let short = BlockFlaw(.objectUnreadable, "an object's blocks do not follow each other")

  /// An object's bytes, at most `limit`.
  func read(_ record: ObjectRecord, limit: Int) throws -> [UInt8] {
    guard record.length <= UInt64(limit) else {
      throw BlockFlaw(.unsupportedFormat, "an object of \(record.length) bytes, where \(limit) are allowed")
    }
    var out: [UInt8] = []
    out.reserveCapacity(Int(record.length))
    try stream(record) { out.append(contentsOf: $0) }
    return out
  }
}

/// The blocks of one object, so that any range of it is read without those before.
struct ObjectBlocks: Sendable {
  struct Place: Sendable {
    let block: UInt64
    /// The object's first byte in the block.
    let start: UInt64
  }

  let record: ObjectRecord
  private(set) var places: [Place] = []

  /// Walks the object's block headers.
  init(_ record: ObjectRecord, _ source: BlockSource) throws {
    self.record = record
    let claim = source.set.claim(of: record)
    var offset = record.block
    var start: UInt64 = 0
    while true {
      places.append(Place(block: offset, start: start))
      let header = try source.header(claim, offset)
      guard header.flags.contains(.unfinished) else { break }
      start += UInt64(header.rawLength)
      offset += UInt64(header.totalLength)
    }
  }

  /// Gives the bytes of `range`, which lies in the object, to `body` in order.
  func read(
    _ range: Range<UInt64>, _ source: BlockSource, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let claim = source.set.claim(of: record)
    var index = firstPlace(range.lowerBound)
    var at = range.lowerBound
    while at < range.upperBound {
      guard index < places.count else { throw BlockSource.short }
      let block = try source.block(claim, places[index].block)
      guard let part = block.part(index == 0 ? Int(record.ordinal) : 0), at >= places[index].start else {
        throw BlockSource.short
      }
      let from = part.lowerBound + Int(at - places[index].start)
      let to = min(part.upperBound, from + Int(range.upperBound - at))
      guard from < to else { throw BlockSource.short }
      try withExtendedLifetime(block) { try body(UnsafeRawBufferPointer(rebasing: block.bytes[from..<to])) }
      at += UInt64(to - from)
      index += 1
    }
  }

  private func firstPlace(_ position: UInt64) -> Int {
    var low = 0
    var high = places.count
    while low + 1 < high {
      let middle = (low + high) / 2
      if places[middle].start <= position { low = middle } else { high = middle }
    }
    return low
  }
}
