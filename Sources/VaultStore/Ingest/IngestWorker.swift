import VaultCore

/// The contexts of one worker and what it does alone: hashing small objects and compressing.
final class IngestWorker {
  let hasher = SHA256Hasher()
  let merkle = MerkleHasher()
  private let coder = BlockCoder()
  private let reader: ObjectReader?

  init(reader: ObjectReader?) { self.reader = reader }

  /// One block of small objects, as a delta where all have a base and that saves enough.
  func encodeSolid(_ items: [IngestJob.SolidItem]) throws -> (block: EncodedBlock, isDelta: Bool) {
    let raw = Array(items.map(\.bytes).joined())
    let parts = items.map(\.bytes.count)
    let ranges = items.compactMap { item in
      item.base.map { BaseRange(object: $0.object, offset: 0, length: Int($0.length)) }
    }
    if ranges.count == items.count,
      let delta = try encodeDelta(raw, parts: parts, ranges.filter { $0.length > 0 })
    {
      return (delta, true)
    }
    return (raw.withBytes { coder.encode($0, parts: parts) }, false)
  }

  /// A delta against `bases`, or nil where the bases cannot be read or it gains too little to be worth them.
  private func encodeDelta(
    _ raw: [UInt8], parts: [Int], _ bases: [BaseRange], continues: Bool = false, unfinished: Bool = false
  ) throws -> EncodedBlock? {
    guard let reader, !bases.isEmpty, !raw.isEmpty else { return nil }
    guard let prefix = try? reader.bases(bases) else { return nil }
    let block = raw.withBytes { bytes in
      prefix.withBytes {
        coder.encode(
          bytes, parts: parts, continues: continues, unfinished: unfinished, bases: bases, prefix: $0)
      }
    }
    return block.bytes.count * 8 <= raw.count ? block : nil
  }

  /// One block of a larger object.
  func encodeChunk(_ chunk: IngestJob.Chunk) throws -> (block: EncodedBlock, isDelta: Bool) {
    if let base = chunk.base {
      let from = chunk.offset > BlockPlan.deltaMargin ? chunk.offset - BlockPlan.deltaMargin : 0
      let to = min(base.length, chunk.offset + UInt64(chunk.bytes.count) + BlockPlan.deltaMargin)
      if from < to {
        let range = BaseRange(object: base.object, offset: from, length: Int(to - from))
        let delta = try encodeDelta(
          chunk.bytes, parts: [chunk.bytes.count], [range], continues: !chunk.isFirst,
          unfinished: !chunk.isLast)
        if let delta { return (delta, true) }
      }
    }
    let block = chunk.bytes.withBytes {
      coder.encode($0, parts: [chunk.bytes.count], continues: !chunk.isFirst, unfinished: !chunk.isLast)
    }
    return (block, false)
  }
}
