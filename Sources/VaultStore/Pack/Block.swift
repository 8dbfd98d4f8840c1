import VaultCore

/// What a pack carries, so that a lost race re-sends only the small one and listing never seeks in evidence.
public enum PackKind: UInt8, Sendable {
  /// Evidence blobs and record tables.
  case evidence = 1
  /// Commits, lines, trust documents and signatures.
  case log = 2
}

/// How a block's bytes are stored.
public enum Codec: UInt8, Sendable {
  case raw = 0
  case zstd = 1
  case zlib = 2
}

/// A range of an object that a delta block may refer back to.
public struct BaseRange: Hashable, Sendable {
  public let object: ObjectID
  public let offset: UInt64
  public let length: Int

  public init(object: ObjectID, offset: UInt64, length: Int) {
    self.object = object
    self.offset = offset
    self.length = length
  }
}

/// The fixed head of a block (docs/format.md, "Blocks").
package struct BlockHeader: Equatable {
  package static let byteCount = 24
  package static let magic: [UInt8] = Array("VBLK".utf8)

  package struct Flags: OptionSet {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The descriptor names bases, and the payload is decoded against them.
    package static let delta = Flags(rawValue: 1)
    /// The block's only part continues the object of the block before.
    package static let continues = Flags(rawValue: 2)
    /// The block's only part goes on in the next block.
    package static let unfinished = Flags(rawValue: 4)
  }

  package var codec: Codec
  package var flags: Flags
  package var descriptorLength: Int
  package var storedLength: Int
  package var rawLength: Int
  package var crc: UInt32

  /// Header, descriptor and payload, in bytes.
  package var totalLength: Int { Self.byteCount + descriptorLength + storedLength }

  /// The header's first 20 bytes, which the CRC covers.
  var checkedBytes: [UInt8] {
    var out = Self.magic
    out.append(codec.rawValue)
    out.append(flags.rawValue)
    out.appendLittle(UInt16(0))
    out.appendLittle(UInt32(descriptorLength))
    out.appendLittle(UInt32(storedLength))
    out.appendLittle(UInt32(rawLength))
    return out
  }

  init(codec: Codec, flags: Flags, descriptorLength: Int, storedLength: Int, rawLength: Int, crc: UInt32) {
    self.codec = codec
    self.flags = flags
    self.descriptorLength = descriptorLength
    self.storedLength = storedLength
    self.rawLength = rawLength
    self.crc = crc
  }

  package init(decoding raw: UnsafeRawBufferPointer) throws(FormatError) {
    guard raw.count >= Self.byteCount else { throw FormatError(.truncated, "a block header ends early") }
    guard raw.starts(with: Self.magic) else { throw FormatError(.malformed, "no block starts here") }
    guard let codec = Codec(rawValue: raw[4]) else {
      // Damage: a newer codec comes with a newer format or a feature, which say so before any block is read.
      throw FormatError(.malformed, "codec \(raw[4]) is unknown")
    }
    guard raw[5] & ~7 == 0, raw[6] == 0, raw[7] == 0 else {
      throw FormatError(.malformed, "a block header has unknown flags")
    }
    self.codec = codec
    flags = Flags(rawValue: raw[5])
    descriptorLength = Int(raw.little(UInt32.self, at: 8))
    storedLength = Int(raw.little(UInt32.self, at: 12))
    rawLength = Int(raw.little(UInt32.self, at: 16))
    crc = raw.little(UInt32.self, at: 20)
    guard rawLength <= Limits.blockRawBytes, storedLength <= rawLength,
      descriptorLength <= Limits.descriptorBytes
    else { throw FormatError(.overLimit, "a block's lengths are over the limits") }
    guard codec != .raw || storedLength == rawLength && !flags.contains(.delta) else {
      throw FormatError(.malformed, "a raw block has two lengths or bases")
    }
    guard !flags.contains(.delta) || codec == .zstd else {
      throw FormatError(.malformed, "a delta that is not zstd")
    }
  }
}

/// What a block holds: the lengths of its parts of objects, and for a delta the ranges it refers back to.
package struct BlockDescriptor: Equatable {
  package var parts: [Int]
  package var bases: [BaseRange]

  func encoded() -> [UInt8] {
    var out: [UInt8] = []
    out.appendVarint(UInt64(parts.count))
    for part in parts { out.appendVarint(UInt64(part)) }
    if bases.isEmpty { return out }
    out.appendVarint(UInt64(bases.count))
    for base in bases {
      base.object.digest.withUnsafeBytes { out.append(contentsOf: $0) }
      out.appendVarint(base.offset)
      out.appendVarint(UInt64(base.length))
    }
    return out
  }

  init(parts: [Int], bases: [BaseRange]) {
    self.parts = parts
    self.bases = bases
  }

  package init(decoding raw: UnsafeRawBufferPointer, of header: BlockHeader) throws(FormatError) {
    var reader = ByteReader(raw)
    let count = try reader.varint(max: Limits.partsPerBlock, "a block's number of parts")
    parts = []
    parts.reserveCapacity(count)
    var total = 0
    for _ in 0..<count {
      let part = try reader.varint(max: Limits.blockRawBytes, "a part's length")
      parts.append(part)
      total += part
    }
    guard total == header.rawLength, count > 0 else {
      throw FormatError(.malformed, "a block's parts do not fill it")
    }
    guard header.flags.isDisjoint(with: [.continues, .unfinished]) || count == 1 && total > 0 else {
      throw FormatError(.malformed, "a block shares a large object with others")
    }
    bases = header.flags.contains(.delta) ? try Self.bases(&reader) : []
    guard reader.left == 0 else { throw FormatError(.malformed, "a block's descriptor has bytes left over") }
  }

  private static func bases(_ reader: inout ByteReader) throws(FormatError) -> [BaseRange] {
    let count = try reader.varint(max: Limits.basesPerBlock, "a delta's number of bases")
    var out: [BaseRange] = []
    var total = 0
    for _ in 0..<count {
      let object = ObjectID(try reader.digest())
      let offset = try reader.varint(max: Int(Limits.objectBytes), "a base's offset")
      let length = try reader.varint(max: Limits.basesRawBytes, "a base's length")
      total += length
      guard length > 0 else { throw FormatError(.malformed, "a delta's base is empty") }
      guard total <= Limits.basesRawBytes else {
        throw FormatError(.overLimit, "a delta's bases are too long")
      }
      out.append(BaseRange(object: object, offset: UInt64(offset), length: length))
    }
    guard count > 0 else { throw FormatError(.malformed, "a delta without a base") }
    return out
  }
}
