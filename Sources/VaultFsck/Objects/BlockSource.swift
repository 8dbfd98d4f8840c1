import VaultCore
import VaultFiles
import VaultStore

/// Reads blocks at positions and decodes them; belongs to one thread, and keeps a bounded number of decoded
/// bytes, since deltas of one day share the bases of another.
final class BlockSource {
  final class Block {
    let header: BlockHeader
    /// Where each part ends in `bytes`.
    let ends: [Int]
    let bytes: [UInt8]
    /// How many deltas were decoded one on the other for it.
    let depth: Int

    init(_ header: BlockHeader, parts: [Int], _ bytes: [UInt8], depth: Int) {
      self.header = header
      self.depth = depth
      self.bytes = bytes
      var end = 0
      ends = parts.map { part in
        end += part
        return end
      }
    }

    /// The bytes of a part.
    func part(_ ordinal: Int) -> Range<Int>? {
      ordinal < ends.count ? (ordinal > 0 ? ends[ordinal - 1] : 0)..<ends[ordinal] : nil
    }
  }

  private struct Key: Hashable {
    let file: Int32
    let offset: UInt64
  }

  let set: PackSet
  private let coder = BlockCoder()
  private let stored = ByteBuffer()
  /// What a delta refers back to, for each depth of deltas.
  private let prefixes = (0..<Limits.deltaDepth).map { _ in ByteBuffer() }
  private let cacheLimit: Int
  private var cache: [Key: Block] = [:]
  private var order: [Key] = []
  private var oldest = 0
  private var cached = 0

  init(_ set: PackSet, cacheLimit: Int) {
    self.set = set
    self.cacheLimit = cacheLimit
  }

  /// The decoded block of a pack at `offset`, which may stand on at most `maxDepth` deltas, itself included.
  func block(_ claim: PackClaim, _ offset: UInt64, maxDepth: Int = Limits.deltaDepth) throws -> Block {
    let key = Key(file: claim.file, offset: offset)
    if let found = cache[key] {
      guard found.depth <= maxDepth else { throw Self.deep }
      return found
    }
    let bytes = try storedBlock(claim, offset)
    let header: BlockHeader
    let split: (descriptor: BlockDescriptor, payload: UnsafeRawBufferPointer)
    do throws(FormatError) {
      header = try BlockHeader(decoding: bytes)
      split = try BlockCheck.split(header, bytes)
    } catch {
      throw BlockFlaw(error)
    }
    guard BlockCheck.crcMatches(header, bytes) else {
      throw BlockFlaw(.blockChecksum, "a block fails its CRC")
    }
    var prefix: UnsafeRawBufferPointer?
    var depth = 0
    if header.flags.contains(.delta) {
      guard maxDepth > 0 else { throw Self.deep }
      // The base's blocks are read into the same buffer, so this block is read again after.
      let found = try self.prefix(split.descriptor.bases, for: claim, maxDepth: maxDepth - 1)
      prefix = found.bytes
      depth = found.depth + 1
      _ = try storedBlock(claim, offset)
    }
    let raw = try decode(header, claim, offset, prefix)
    let made = Block(header, parts: split.descriptor.parts, raw, depth: depth)
    keep(key, made)
    return made
  }

  private static let deep = BlockFlaw(.deltaBase, "a delta stands on too many others")

  private func decode(
    _ header: BlockHeader, _ claim: PackClaim, _ offset: UInt64, _ prefix: UnsafeRawBufferPointer?
  ) throws -> [UInt8] {
    let bytes = UnsafeRawBufferPointer(stored.room(header.totalLength))
    let payload = UnsafeRawBufferPointer(
      rebasing: bytes[(BlockHeader.byteCount + header.descriptorLength)...])
    var flaw: BlockFlaw?
    let raw = [UInt8](unsafeUninitializedCapacity: header.rawLength) { buffer, count in
      let out = UnsafeMutableRawBufferPointer(
        UnsafeMutableBufferPointer(rebasing: buffer[..<header.rawLength]))
      do throws(FormatError) {
        try coder.decode(header, payload: payload, prefix: prefix, into: out)
        count = header.rawLength
      } catch {
        flaw = BlockFlaw(error, else: .objectUnreadable)
      }
    }
    if let flaw { throw flaw }
    return raw
  }

  /// Header, descriptor and payload; valid until the next read.
  private func storedBlock(_ claim: PackClaim, _ offset: UInt64) throws -> UnsafeRawBufferPointer {
    let header = try self.header(claim, offset)
    let room = stored.room(header.totalLength)
    guard try set.file(claim).preadFully(into: room, at: Int64(offset)) == room.count else {
      throw BlockFlaw(.packMissing, "the packfile ends early")
    }
    return UnsafeRawBufferPointer(room)
  }

  /// The header of the block at `offset`, which lies whole in the pack.
  func header(_ claim: PackClaim, _ offset: UInt64) throws -> BlockHeader {
    let outside = BlockFlaw(.packMalformed, "a block reaches over its pack's end")
    guard offset >= claim.offset, offset + UInt64(BlockHeader.byteCount) <= claim.end else { throw outside }
    let bytes = try set.file(claim).readFully(at: Int64(offset), count: BlockHeader.byteCount)
    let header: BlockHeader
    do throws(FormatError) {
      header = try bytes.withBytes { raw throws(FormatError) in try BlockHeader(decoding: raw) }
    } catch {
      throw BlockFlaw(error)
    }
    guard offset + UInt64(header.totalLength) <= claim.end else { throw outside }
    return header
  }

  private func keep(_ key: Key, _ block: Block) {
    guard block.bytes.count <= cacheLimit else { return }
    cached += block.bytes.count
    cache[key] = block
    order.append(key)
    while cached > cacheLimit {
      if let dropped = cache.removeValue(forKey: order[oldest]) { cached -= dropped.bytes.count }
      oldest += 1
    }
    if oldest > 4096 {
      order.removeFirst(oldest)
      oldest = 0
    }
  }
}

// MARK: - Bases

extension BlockSource {
  /// The bytes that a delta of pack `claim` refers back to, valid until the next call, and how many deltas
  /// they stand on: at most `maxDepth`.
  func prefix(
    _ bases: [BaseRange], for claim: PackClaim, maxDepth: Int = Limits.deltaDepth - 1
  ) throws -> (bytes: UnsafeRawBufferPointer, depth: Int) {
    let total = bases.reduce(0) { $0 + $1.length }
    guard total <= Limits.basesRawBytes else { throw BlockFlaw(.deltaBase, "a delta's bases are too long") }
    let room = prefixes[maxDepth].room(total)
    var depth = 0
    var filled = 0
    for base in bases {
      let record = try baseRecord(base.object, for: claim)
      let out = UnsafeMutableRawBufferPointer(rebasing: room[filled..<filled + base.length])
      do {
        depth = max(depth, try copy(base, of: record, maxDepth, to: out))
      } catch let flaw as BlockFlaw {
        if flaw.name == .deltaBase { throw flaw }
        throw BlockFlaw(.objectUnreadable, "its base \(base.object.short) cannot be read: \(flaw.reason)")
      }
      filled += base.length
    }
    return (UnsafeRawBufferPointer(room), depth)
  }

  private func baseRecord(_ id: ObjectID, for claim: PackClaim) throws -> ObjectRecord {
    let copies = set.table.range(id)
    guard !copies.isEmpty else { throw BlockFlaw(.deltaBase, "its base \(id.short) is not in this period") }
    for index in copies {
      let record = set.table.records[index]
      if set.mayUse(set.packs[Int(record.pack)], from: claim) { return record }
    }
    throw BlockFlaw(.deltaBase, "its base \(id.short) is named by a later line or another ref")
  }

  /// Copies a range of an object; returns how many deltas it stands on.
  private func copy(
    _ base: BaseRange, of record: ObjectRecord, _ maxDepth: Int, to out: UnsafeMutableRawBufferPointer
  ) throws -> Int {
    var depth = 0
    let claim = set.packs[Int(record.pack)]
    let end = base.offset + UInt64(base.length)
    guard end <= record.length else {
      throw BlockFlaw(.deltaBase, "its base is shorter than the range it names")
    }
    var offset = record.block
    var position: UInt64 = 0
    while position < end {
      // A run's block is one part, whose length its header tells; what lies before the range is not decoded.
      let header = try cache[Key(file: claim.file, offset: offset)]?.header ?? self.header(claim, offset)
      let isFirst = offset == record.block
      if !isFirst || header.flags.contains(.unfinished), position + UInt64(header.rawLength) <= base.offset {
        guard header.flags.contains(.unfinished) else { throw Self.short }
        position += UInt64(header.rawLength)
      } else {
        let block = try self.block(claim, offset, maxDepth: maxDepth)
        depth = max(depth, block.depth)
        guard block.header.flags.contains(.continues) != isFirst,
          let part = block.part(isFirst ? Int(record.ordinal) : 0)
        else { throw Self.short }
        let low = max(base.offset, position)
        let high = min(end, position + UInt64(part.count))
        if low < high {
          let from = part.lowerBound + Int(low - position)
          block.bytes.withUnsafeBytes {
            UnsafeMutableRawBufferPointer(rebasing: out[Int(low - base.offset)...])
              .copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[from..<from + Int(high - low)]))
          }
        }
        position += UInt64(part.count)
        guard position >= end || block.header.flags.contains(.unfinished) else { throw Self.short }
      }
      offset += UInt64(header.totalLength)
    }
    return depth
  }

  private static let short = BlockFlaw(.objectUnreadable, "an object's blocks do not follow each other")
}
