import VaultCore
import VaultFiles

/// A decoded block.
final class DecodedBlock: Sendable {
  let header: BlockHeader
  let descriptor: BlockDescriptor
  let bytes: BlockBytes
  /// Where each part begins, and after the last one where it ends.
  private let starts: [Int]

  init(header: BlockHeader, descriptor: BlockDescriptor, bytes: BlockBytes) {
    self.header = header
    self.descriptor = descriptor
    self.bytes = bytes
    var starts = [0]
    starts.reserveCapacity(descriptor.parts.count + 1)
    for part in descriptor.parts { starts.append(starts[starts.count - 1] + part) }
    self.starts = starts
  }

  /// The bytes of part `ordinal`; nil where there is no such part.
  func range(_ ordinal: Int) -> Range<Int>? {
    ordinal >= 0 && ordinal < descriptor.parts.count ? starts[ordinal]..<starts[ordinal + 1] : nil
  }
}

/// Reads and decodes blocks of one folder of packs; belongs to one thread. What it decodes it keeps in a cache, since
/// neighbours are read together.
final class BlockReader {
  let folder: PackFolder
  private let coder: BlockCoder
  private let cache: BlockCache
  /// Heads that were read: the objects of a block are asked for one after the other, with a few of other blocks between.
  private var heads: [BlockCache.Key: (header: BlockHeader, descriptor: BlockDescriptor)] = [:]
  private static let mostHeads = 64

  init(
    _ folder: PackFolder, _ cache: BlockCache = BlockCache(limit: 16 << 20),
    _ coder: BlockCoder = BlockCoder()
  ) {
    self.folder = folder
    self.coder = coder
    self.cache = cache
  }

  /// The header and descriptor of the block at `offset`.
  func head(_ file: Int, _ offset: UInt64) throws -> (BlockHeader, BlockDescriptor) {
    let key = BlockCache.Key(file: file, offset: offset)
    if let found = cache[key] { return (found.header, found.descriptor) }
    if let known = heads[key] { return known }
    let guess = try folder.file(file).readFully(at: Int64(offset), count: 256)
    do {
      let header = try guess.withBytes { raw throws(FormatError) in try BlockHeader(decoding: raw) }
      let end = BlockHeader.byteCount + header.descriptorLength
      let head = end <= guess.count ? guess : try folder.read(file, at: offset, count: end)
      let descriptor = try head.withBytes { raw throws(FormatError) in
        try BlockDescriptor(
          decoding: UnsafeRawBufferPointer(rebasing: raw[BlockHeader.byteCount..<end]), of: header)
      }
      if heads.count == Self.mostHeads { heads = [:] }
      heads[key] = (header, descriptor)
      return (header, descriptor)
    } catch let error as FormatError {
      throw StoreError.damaged("\(folder.path(file)) at \(offset)", error)
    }
  }

  /// Gives the bytes that a delta refers back to, and how many bytes were decoded for them.
  typealias Bases = (_ ranges: [BaseRange]) throws -> (BaseBytes, work: Int)

  /// The decoded block at `offset`, which others stand on: a delta is refused.
  func base(_ file: Int, _ offset: UInt64) throws -> DecodedBlock {
    let block = try block(file, offset) { _ in throw standsOnDelta(file, offset) }
    guard !block.header.flags.contains(.delta) else { throw standsOnDelta(file, offset) }
    return block
  }

  private func standsOnDelta(_ file: Int, _ offset: UInt64) -> StoreError {
    StoreError.damaged(
      "\(folder.path(file)) at \(offset)", FormatError(.malformed, "a delta's base is itself a delta"))
  }

  /// The decoded block at `offset`.
  func block(_ file: Int, _ offset: UInt64, bases: Bases) throws -> DecodedBlock {
    let key = BlockCache.Key(file: file, offset: offset)
    if let found = cache[key] { return found }
    let guess = try folder.file(file).readFully(
      at: Int64(offset), count: heads[key]?.header.totalLength ?? 64 << 10)
    do {
      let header = try guess.withBytes { raw throws(FormatError) in try BlockHeader(decoding: raw) }
      let stored =
        header.totalLength <= guess.count
        ? guess : try folder.read(file, at: offset, count: header.totalLength)
      let block = try decode(header, stored, bases)
      cache.keep(key, block)
      return block
    } catch let error as FormatError {
      throw StoreError.damaged("\(folder.path(file)) at \(offset)", error)
    }
  }

  /// The bytes of a block that stands on no other, in the buffers' memory: they are good until these are used again.
  /// Nothing is kept in the cache.
  func bytes(
    _ file: Int, _ offset: UInt64, _ head: BlockHeader, stored: ByteBuffer, raw: ByteBuffer
  ) throws -> UnsafeRawBufferPointer {
    let room = stored.room(head.totalLength)
    do {
      guard try folder.file(file).preadFully(into: room, at: Int64(offset)) == room.count else {
        throw FormatError(.truncated, "the packfile ends early")
      }
      let whole = UnsafeRawBufferPointer(room)
      let header = try BlockHeader(decoding: whole)
      guard header.totalLength == whole.count, BlockCheck.crcMatches(header, whole) else {
        throw FormatError(.checksum, "a block fails its CRC")
      }
      let payload = try BlockCheck.split(header, whole).1
      if header.codec == .raw { return payload }
      let out = raw.room(header.rawLength)
      try coder.decode(header, payload: payload, prefix: nil, into: out)
      return UnsafeRawBufferPointer(out)
    } catch let error as FormatError {
      throw StoreError.damaged("\(folder.path(file)) at \(offset)", error)
    }
  }

  private func decode(_ header: BlockHeader, _ stored: [UInt8], _ bases: Bases) throws -> DecodedBlock {
    try stored.withBytes { whole in
      let raw = UnsafeRawBufferPointer(rebasing: whole[..<header.totalLength])
      guard BlockCheck.crcMatches(header, raw) else { throw FormatError(.checksum, "a block fails its CRC") }
      let (descriptor, payload) = try BlockCheck.split(header, raw)
      let prefix = descriptor.bases.isEmpty ? nil : try bases(descriptor.bases).0
      let bytes = try coder.decodeBlock(header, payload: payload, prefix: prefix)
      return DecodedBlock(header: header, descriptor: descriptor, bytes: bytes)
    }
  }
}

/// Checks of a whole stored block.
package enum BlockCheck {
  /// Whether header, descriptor and payload match the header's CRC.
  package static func crcMatches(_ header: BlockHeader, _ raw: UnsafeRawBufferPointer) -> Bool {
    Zlib.crc32(
      UnsafeRawBufferPointer(rebasing: raw[..<20]),
      UnsafeRawBufferPointer(rebasing: raw[BlockHeader.byteCount...]))
      == header.crc
  }

  /// The CRC of bytes behind others of which it is `crc`, 0 where there are none.
  package static func crc(_ bytes: UnsafeRawBufferPointer, after crc: UInt32) -> UInt32 {
    Zlib.crc32(bytes, after: crc)
  }

  /// The descriptor and payload of a whole stored block.
  package static func split(
    _ header: BlockHeader, _ raw: UnsafeRawBufferPointer
  ) throws(FormatError) -> (BlockDescriptor, UnsafeRawBufferPointer) {
    let end = BlockHeader.byteCount + header.descriptorLength
    let descriptor = try BlockDescriptor(
      decoding: UnsafeRawBufferPointer(rebasing: raw[BlockHeader.byteCount..<end]), of: header)
    return (descriptor, UnsafeRawBufferPointer(rebasing: raw[end..<header.totalLength]))
  }
}

extension BlockCoder {
  /// The decoded bytes of a block whose CRC has been checked.
  func decodeBlock(
    _ header: BlockHeader, payload: UnsafeRawBufferPointer, prefix: BaseBytes?
  ) throws(FormatError) -> BlockBytes {
    try BlockBytes(count: header.rawLength) { out throws(FormatError) in
      guard let prefix else { return try decode(header, payload: payload, prefix: nil, into: out) }
      try prefix.withBytes { bytes throws(FormatError) in
        try decode(header, payload: payload, prefix: bytes, into: out)
      }
    }
  }
}
