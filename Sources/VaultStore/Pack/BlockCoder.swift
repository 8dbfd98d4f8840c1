import VaultCore

/// A block as it stands in a pack, with what the footer says of it.
public struct EncodedBlock: Sendable {
  /// Header, descriptor and payload.
  public let bytes: [UInt8]
  let rawLength: Int
  /// How many objects begin in the block.
  let starts: Int
}

/// Encodes and decodes blocks; holds the compression contexts of one thread.
public final class BlockCoder {
  private let zstd = Zstd()
  private lazy var window = NearWindow()
  private lazy var gaps = GapMatcher()

  /// Makes the coder of one thread.
  public init() {}

  /// zstd's level for evidence and for log packs: measured best in both speed and size on audit records.
  static let level: Int32 = 1

  /// Encodes a block of whole objects with these lengths, or of one part of a larger object, looking longer for matches
  /// if `thorough`; `records` says of how many records it consists, where it is a population's.
  func encode(
    _ raw: UnsafeRawBufferPointer, parts: [Int], continues: Bool = false, unfinished: Bool = false,
    codec: Codec = .zstd, bases: [BaseRange] = [], prefix: UnsafeRawBufferPointer? = nil,
    records: Int = 0, thorough: Bool = false
  ) -> EncodedBlock {
    var flags: BlockHeader.Flags = []
    if continues { flags.insert(.continues) }
    if unfinished { flags.insert(.unfinished) }
    var payload: [UInt8]?
    var used = codec
    switch codec {
    case .zstd where bases.isEmpty:
      // Records are text as a rule, and probes cost a tenth of a frame.
      payload =
        records == 0 && looksIncompressible(raw)
        ? nil
        : thorough
          ? zstd.compressThoroughly(raw)
          : zstd.compress(raw, prefix: nil, level: Self.level, records: records)
    case .zstd: payload = compress(raw, parts, bases, prefix)
    case .zlib: payload = Zlib.compress(raw, level: 6)
    case .raw: payload = nil
    }
    if payload == nil { used = .raw } else if !bases.isEmpty { flags.insert(.delta) }
    let descriptor = BlockDescriptor(parts: parts, bases: payload == nil ? [] : bases).encoded()
    var header = BlockHeader(
      codec: used, flags: flags, descriptorLength: descriptor.count,
      storedLength: payload?.count ?? raw.count,
      rawLength: raw.count, crc: 0)
    func finish(_ stored: UnsafeRawBufferPointer) -> [UInt8] {
      let checked = header.checkedBytes
      header.crc = checked.withBytes { h in descriptor.withBytes { d in Zlib.crc32(h, d, stored) } }
      var out: [UInt8] = []
      out.reserveCapacity(header.totalLength)
      out.append(contentsOf: checked)
      out.appendLittle(header.crc)
      out.append(contentsOf: descriptor)
      out.append(contentsOf: stored)
      return out
    }
    let bytes = payload.map { $0.withBytes { finish($0) } } ?? finish(raw)
    return EncodedBlock(bytes: bytes, rawLength: raw.count, starts: continues ? 0 : parts.count)
  }

  /// A delta's payload. Where each part has a base, these are mostly versions of the same.
  private func compress(
    _ raw: UnsafeRawBufferPointer, _ parts: [Int], _ bases: [BaseRange], _ prefix: UnsafeRawBufferPointer?
  ) -> [UInt8]? {
    if let prefix, parts.count == bases.count {
      let sequences = NearMatcher.sequences(of: raw, against: prefix, Self.pairs(parts, bases), &window, gaps)
      let near = sequences.flatMap { zstd.compress(raw, prefix: prefix, $0, level: Self.level) }
      if let near { return near }
    }
    return zstd.compress(raw, prefix: prefix, level: Self.level)
  }

  private static func pairs(_ parts: [Int], _ bases: [BaseRange]) -> [NearMatcher.Pair] {
    var target = 0
    var base = 0
    return zip(parts, bases).map { part, range in
      defer { (target, base) = (target + part, base + range.length) }
      return NearMatcher.Pair(target: target..<target + part, base: base..<base + range.length)
    }
  }

  /// Probes three places of a larger block: what gains under 3 % there is stored as it is.
  private func looksIncompressible(_ raw: UnsafeRawBufferPointer) -> Bool {
    let sample = 8 << 10
    guard raw.count >= 16 * sample else { return false }
    var stored = 0
    for place in [raw.count / 8, raw.count / 2, raw.count / 8 * 7] {
      let probe = UnsafeRawBufferPointer(rebasing: raw[place..<place + sample])
      stored += zstd.compress(probe, prefix: nil, level: Self.level)?.count ?? sample
    }
    return stored > 3 * sample * 97 / 100
  }

  /// Decodes a block's payload, whose CRC the caller has checked, into its `rawLength` bytes.
  package func decode(
    _ header: BlockHeader, payload: UnsafeRawBufferPointer, prefix: UnsafeRawBufferPointer?,
    into out: UnsafeMutableRawBufferPointer
  ) throws(FormatError) {
    switch header.codec {
    case .raw: if payload.count > 0 { out.copyMemory(from: payload) }
    case .zstd: try zstd.decompress(payload, prefix: prefix, into: out)
    case .zlib: try Zlib.decompress(payload, into: out)
    }
  }
}
