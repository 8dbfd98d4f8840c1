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
    /// The decoded bytes, which live as long as the block.
    let bytes: UnsafeRawBufferPointer

    /// A block of `bytes`, which it deallocates in the end.
    init(_ header: BlockHeader, parts: [Int], owning bytes: UnsafeRawBufferPointer) {
      self.header = header
      self.bytes = bytes
      var end = 0
      ends = parts.map { part in
        end += part
        return end
      }
    }

    deinit { bytes.deallocate() }

    /// The bytes of a part.
    func part(_ ordinal: Int) -> Range<Int>? {
      ordinal < ends.count ? (ordinal > 0 ? ends[ordinal - 1] : 0)..<ends[ordinal] : nil
    }
  }

  struct Key: Hashable {
    let file: Int32
    let offset: UInt64
  }

  let set: PackSet
  private let coder = BlockCoder()
  private let stored = ByteBuffer()
  /// What a delta refers back to.
  let gathered = ByteBuffer()
  /// The block that a delta refers back to where one holds all of it.
  var heldBase: Block?
  private let cacheLimit: Int
  private let budget: DecodeBudget?
  private(set) var cache: [Key: Block] = [:]
  private var order: [Key] = []
  private var oldest = 0
  private var cached = 0
  /// For objects that are stored more than once, whether a copy holds what it should.
  var judged: [Int: Bool] = [:]

  /// What it decodes counts in `budget` as work.
  init(_ set: PackSet, cacheLimit: Int, budget: DecodeBudget? = nil) {
    self.set = set
    self.budget = budget
    self.cacheLimit = cacheLimit
  }

  /// The decoded block of a pack at `offset`; `asBase` where others stand on it, so that a delta is refused.
  func block(_ claim: PackClaim, _ offset: UInt64, asBase: Bool = false) throws -> Block {
    let key = Key(file: claim.file, offset: offset)
    if let found = cache[key] {
      guard !asBase || !found.header.flags.contains(.delta) else { throw Self.standsOnDelta }
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
    if header.flags.contains(.delta) {
      guard !asBase else { throw Self.standsOnDelta }
      // The base's blocks are read into the same buffer, so this block is read again after.
      prefix = try self.prefix(split.descriptor.bases, for: claim)
      _ = try storedBlock(claim, offset)
    }
    try budget?.work(header.rawLength)
    let raw = try decode(header, claim, offset, prefix)
    let made = Block(header, parts: split.descriptor.parts, owning: raw)
    keep(key, made)
    return made
  }

  static let standsOnDelta = BlockFlaw(.deltaBase, "a delta's base is itself a delta")

  private func decode(
    _ header: BlockHeader, _ claim: PackClaim, _ offset: UInt64, _ prefix: UnsafeRawBufferPointer?
  ) throws(BlockFlaw) -> UnsafeRawBufferPointer {
    let bytes = UnsafeRawBufferPointer(stored.room(header.totalLength))
    let payload = UnsafeRawBufferPointer(
      rebasing: bytes[(BlockHeader.byteCount + header.descriptorLength)...])
    let out = UnsafeMutableRawBufferPointer.allocate(byteCount: header.rawLength, alignment: 16)
    do throws(FormatError) {
      try coder.decode(header, payload: payload, prefix: prefix, into: out)
      return UnsafeRawBufferPointer(out)
    } catch {
      out.deallocate()
      throw BlockFlaw(error, else: .objectUnreadable)
    }
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
