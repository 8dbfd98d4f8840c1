import VaultCore

/// The fixed head of a pack.
package enum PackHeader {
  package static let byteCount = 16
  package static let magic: [UInt8] = Array("VAULTPK1".utf8)

  static func encoded(_ kind: PackKind) -> [UInt8] {
    magic + [kind.rawValue] + [UInt8](repeating: 0, count: 7)
  }

  package static func decode(_ raw: UnsafeRawBufferPointer) throws(FormatError) -> PackKind {
    guard raw.count >= byteCount else { throw FormatError(.truncated, "a pack's header ends early") }
    guard raw.starts(with: magic) else { throw FormatError(.malformed, "no pack starts here") }
    guard let kind = PackKind(rawValue: raw[8]), raw[9..<16].allSatisfy({ $0 == 0 }) else {
      throw FormatError(.malformed, "a pack of unknown kind")
    }
    return kind
  }
}

/// The table at a pack's end that names every block and object (docs/format.md, "Pack footers").
package struct PackFooter: Equatable {
  static let magic: [UInt8] = Array("VFTR".utf8)
  static let endMagic: [UInt8] = Array("VEND".utf8)
  /// CRC, length and end magic.
  package static let trailerByteCount = 12

  package struct Block: Equatable {
    /// Header, descriptor and payload, in bytes.
    package var totalLength: Int
    package var rawLength: Int
    /// How many objects begin in the block.
    package var starts: Int

    package init(totalLength: Int, rawLength: Int, starts: Int) {
      self.totalLength = totalLength
      self.rawLength = rawLength
      self.starts = starts
    }
  }

  package struct Object: Equatable {
    package var id: ObjectID
    package var length: UInt64

    package init(id: ObjectID, length: UInt64) {
      self.id = id
      self.length = length
    }
  }

  package var blocks: [Block] = []
  package var objects: [Object] = []

  /// The footer of a pack that holds nothing yet.
  package init() {}

  package func encoded() -> [UInt8] {
    var out = Self.magic
    out.appendVarint(UInt64(blocks.count))
    for block in blocks {
      out.appendVarint(UInt64(block.totalLength))
      out.appendVarint(UInt64(block.rawLength))
      out.appendVarint(UInt64(block.starts))
    }
    out.appendVarint(UInt64(objects.count))
    for object in objects {
      object.id.digest.withUnsafeBytes { out.append(contentsOf: $0) }
      out.appendVarint(object.length)
    }
    let length = out.count + Self.trailerByteCount
    out.appendLittle(out.withBytes { Zlib.crc32($0) })
    out.appendLittle(UInt32(length))
    out.append(contentsOf: Self.endMagic)
    return out
  }

  /// The footer's length, read from a pack's last twelve bytes.
  package static func length(trailer raw: UnsafeRawBufferPointer) throws(FormatError) -> Int {
    guard raw.count == trailerByteCount, raw[8..<12].elementsEqual(endMagic) else {
      throw FormatError(.malformed, "no pack ends here")
    }
    let length = Int(raw.little(UInt32.self, at: 4))
    guard length > trailerByteCount + magic.count, length <= Limits.footerBytes else {
      throw FormatError(.overLimit, "a pack's footer of \(length) bytes")
    }
    return length
  }

  /// Reads a whole footer of a pack of `packLength` bytes and checks that blocks and objects fit each other.
  package init(decoding raw: UnsafeRawBufferPointer, packLength: UInt64) throws(FormatError) {
    let bodyLength = raw.count - Self.trailerByteCount
    guard bodyLength > Self.magic.count, raw.starts(with: Self.magic) else {
      throw FormatError(.malformed, "no pack footer here")
    }
    let body = UnsafeRawBufferPointer(rebasing: raw[..<bodyLength])
    guard Zlib.crc32(body) == raw.little(UInt32.self, at: bodyLength) else {
      throw FormatError(.checksum, "a pack's footer fails its CRC")
    }
    var reader = ByteReader(body, at: Self.magic.count)
    try readBlocks(&reader)
    try readObjects(&reader)
    guard reader.left == 0 else { throw FormatError(.malformed, "a pack's footer has bytes left over") }
    let total = blocks.reduce(UInt64(PackHeader.byteCount + raw.count)) { $0 + UInt64($1.totalLength) }
    guard total == packLength else { throw FormatError(.malformed, "a pack's blocks do not fill it") }
    try checkFit()
  }

  private mutating func readBlocks(_ reader: inout ByteReader) throws(FormatError) {
    let count = try reader.varint(
      max: min(reader.left / 3, Limits.blocksPerPack), "a pack's number of blocks")
    blocks.reserveCapacity(count)
    let longest = BlockHeader.byteCount + Limits.descriptorBytes + Limits.blockRawBytes
    for _ in 0..<count {
      blocks.append(
        Block(
          totalLength: try reader.varint(max: longest, "a block's length"),
          rawLength: try reader.varint(max: Limits.blockRawBytes, "a block's decoded length"),
          starts: try reader.varint(max: Limits.partsPerBlock, "a block's number of objects")))
    }
  }

  private mutating func readObjects(_ reader: inout ByteReader) throws(FormatError) {
    let count = try reader.varint(
      max: min(reader.left / 33, Limits.objectsPerPack), "a pack's number of objects")
    objects.reserveCapacity(count)
    for _ in 0..<count {
      let id = ObjectID(try reader.digest())
      let length = try reader.varint()
      guard length <= Limits.objectBytes else {
        throw FormatError(.overLimit, "an object of \(length) bytes")
      }
      objects.append(Object(id: id, length: length))
    }
  }

  /// Blocks and objects must describe the same bytes: small objects fill their block, a large one its run.
  private func checkFit() throws(FormatError) {
    let misfit = FormatError(.malformed, "a pack's blocks and objects do not fit each other")
    var next = 0
    var open: UInt64 = 0
    var blocksLeft: UInt64 = 0
    for block in blocks {
      if open > 0 {
        guard block.starts == 0, block.rawLength > 0, UInt64(block.rawLength) <= open else { throw misfit }
        guard blocksLeft > 0 else {
          throw FormatError(.overLimit, "an object is scattered over too many blocks")
        }
        blocksLeft -= 1
        open -= UInt64(block.rawLength)
        continue
      }
      guard block.starts > 0, next + block.starts <= objects.count else { throw misfit }
      let begun = objects[next..<next + block.starts]
      next += block.starts
      var sum: UInt64 = 0
      for object in begun { sum += object.length }
      if sum > UInt64(block.rawLength) {
        guard block.starts == 1, block.rawLength > 0 else { throw misfit }
        open = sum - UInt64(block.rawLength)
        blocksLeft = UInt64(Limits.scatteredBlocks - 1) + sum / UInt64(Limits.bytesPerBlock)
      } else if sum != UInt64(block.rawLength) {
        throw misfit
      }
    }
    guard open == 0, next == objects.count else { throw misfit }
  }
}
