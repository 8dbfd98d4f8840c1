import VaultCore

/// The contexts of one worker and what it does alone: hashing small objects and compressing.
final class IngestWorker {
  var pair = SHA256Pair()
  /// The bytes of the solid block that is being made.
  let solid = ByteBuffer()
  /// Those of it that are new, where some are not.
  let fresh = ByteBuffer()
  let merkle = MerkleHasher()
  private let coder = BlockCoder()
  private let reader: ObjectReader?

  init(reader: ObjectReader?) { self.reader = reader }

  /// One block of small objects, as a delta where all have a base and that saves enough.
  func encodeSolid(
    _ items: [IngestJob.SolidItem], _ bytes: SolidBytes
  ) throws -> (block: EncodedBlock, isDelta: Bool) {
    let parts = bytes.parts.map(\.count)
    let raw = bytes.raw
    let bases = items.compactMap(\.base)
    if bases.count == items.count {
      let ranges = bases.map { BaseRange(object: $0.object, offset: 0, length: Int($0.length)) }
      let whole = zip(bases, parts).reduce(0) { $0 + $1.0.wholeCost(of: $1.1) }
      let places = items.compactMap(\.basePlace)
      let delta = encodeDelta(
        raw, parts: parts, ranges, places: places.count == items.count ? places : nil, whole: whole)
      if let delta { return (delta, true) }
    }
    return (coder.encode(raw, parts: parts, thorough: true), false)
  }

  /// One block of a larger object; of so many records where it is a population.
  func encodeChunk(_ chunk: IngestJob.Chunk, records: Int) throws -> (block: EncodedBlock, isDelta: Bool) {
    let parts = [chunk.bytes.count]
    if let base = chunk.base {
      let from = chunk.offset > BlockPlan.deltaMargin ? chunk.offset - BlockPlan.deltaMargin : 0
      let to = min(base.length, chunk.end + BlockPlan.deltaMargin)
      if from < to {
        let range = BaseRange(object: base.object, offset: from, length: Int(to - from))
        let delta = chunk.bytes.withBytes {
          encodeDelta(
            $0, parts: parts, [range], whole: base.wholeCost(of: chunk.bytes.count),
            continues: !chunk.isFirst, unfinished: !chunk.isLast)
        }
        if let delta { return (delta, true) }
      }
    }
    let block = chunk.bytes.withBytes {
      coder.encode(
        $0, parts: parts, continues: !chunk.isFirst, unfinished: !chunk.isLast,
        records: records)
    }
    return (block, false)
  }

  /// A delta against `bases`, or nil where these cannot be read or where it saves too little of what the
  /// block would take `whole` to depend on another.
  private func encodeDelta(
    _ raw: UnsafeRawBufferPointer, parts: [Int], _ bases: [BaseRange], places: [ObjectLocation]? = nil,
    whole: Int,
    continues: Bool = false, unfinished: Bool = false
  ) -> EncodedBlock? {
    guard let reader, !bases.isEmpty, !raw.isEmpty, let prefix = try? reader.bases(bases, at: places) else {
      return nil
    }
    let block = prefix.withBytes {
      coder.encode(raw, parts: parts, continues: continues, unfinished: unfinished, bases: bases, prefix: $0)
    }
    return block.bytes.count <= whole / 2 ? block : nil
  }
}
