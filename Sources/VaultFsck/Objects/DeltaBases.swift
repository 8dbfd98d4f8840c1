import VaultCore
import VaultStore

/// What a block, or the ranges that a delta refers back to, stand on (docs/format.md §11.2).
struct DeltaStanding {
  /// How many deltas are decoded one on the other.
  var depth = 0
  /// The bytes that a reader without a cache decodes.
  var work = 0
}

extension BlockSource {
  /// The bytes that a delta of pack `claim` refers back to, valid until the next call, and what they stand on:
  /// at most `maxDepth` deltas.
  func prefix(
    _ bases: [BaseRange], for claim: PackClaim, maxDepth: Int = Limits.deltaDepth - 1
  ) throws -> (bytes: UnsafeRawBufferPointer, standing: DeltaStanding) {
    let total = bases.reduce(0) { $0 + $1.length }
    guard total <= Limits.basesRawBytes else { throw BlockFlaw(.deltaBase, "a delta's bases are too long") }
    let records = try bases.map { set.table.record(try copy(of: $0.object, for: claim, maxDepth)) }
    if let (block, part) = try neighbours(bases, records, maxDepth) {
      heldBases[maxDepth] = block
      return (UnsafeRawBufferPointer(rebasing: block.bytes[part]), block.standing)
    }
    var copier = BaseCopier(self, prefixes[maxDepth].room(total), maxDepth)
    for (base, record) in zip(bases, records) { try copier.append(base, record) }
    return (UnsafeRawBufferPointer(copier.room), copier.standing)
  }

  /// The block and the part of it that are the bytes of all bases, where these are whole objects that lie side by side in
  /// it: versions of what stood together mostly stand together, and need no copy then.
  private func neighbours(
    _ bases: [BaseRange], _ records: [ObjectRecord], _ maxDepth: Int
  ) throws -> (Block, Range<Int>)? {
    guard let first = records.first, let last = bases.last else { return nil }
    let start = Int(first.ordinal)
    for (number, (base, record)) in zip(bases, records).enumerated() {
      guard record.pack == first.pack, record.block == first.block, Int(record.ordinal) - start == number,
        base.offset == 0, UInt64(base.length) == record.length
      else { return nil }
    }
    let block = try tellingBase(last) {
      try self.block(set.claim(of: first), first.block, maxDepth: maxDepth)
    }
    guard block.header.flags.isDisjoint(with: [.continues, .unfinished]),
      bases.indices.allSatisfy({ block.part(start + $0)?.count == bases[$0].length }),
      let from = block.part(start), let to = block.part(start + bases.count - 1)
    else { return nil }
    guard block.standing.work <= Limits.basesWork else { throw Self.tooMuchWork }
    return (block, from.lowerBound..<to.upperBound)
  }

  fileprivate static let tooMuchWork = BlockFlaw(.deltaBase, "its bases take too much decoding")

  /// Says which base a flaw hits.
  fileprivate func tellingBase<R>(_ base: BaseRange, _ read: () throws -> R) throws -> R {
    do {
      return try read()
    } catch let flaw as BlockFlaw {
      if flaw.name == .deltaBase { throw flaw }
      throw BlockFlaw(.objectUnreadable, "its base \(base.object.short) cannot be read: \(flaw.reason)")
    }
  }

  /// The place in the table of the copy of a base that pack `claim` may use.
  private func copy(of id: ObjectID, for claim: PackClaim, _ maxDepth: Int) throws -> Int {
    let all = Array(set.table.earlierRange(id)) + set.table.range(id)
    guard !all.isEmpty else { throw BlockFlaw(.deltaBase, "its base \(id.short) is not in this period") }
    let copies = all.filter { set.claim($0).serves(claim) }
    guard let last = copies.last else {
      throw BlockFlaw(.deltaBase, "its base \(id.short) is named by a later line or another ref")
    }
    return try copies.dropLast().first { try holds($0, maxDepth) } ?? last
  }

  /// Whether a copy of an object that is stored more than once holds the object, on at most `maxDepth` deltas.
  private func holds(_ index: Int, _ maxDepth: Int) throws -> Bool {
    if let known = judged[index] { return known }
    let hasher = SHA256Hasher()
    var isSound = false
    do {
      try stream(set.table.record(index), maxDepth: maxDepth) { hasher.update($0) }
      isSound = ObjectID(hasher.finish()) == set.table.record(index).id
    } catch is BlockFlaw {}
    judged[index] = isSound
    return isSound
  }
}

/// Puts the ranges of a delta's bases side by side.
private struct BaseCopier {
  let room: UnsafeMutableRawBufferPointer
  private(set) var standing = DeltaStanding()
  private let source: BlockSource
  private let maxDepth: Int
  private var filled = 0
  /// The block that was touched last; touched twice in a row, it counts once.
  private var last: BlockSource.Key?

  init(_ source: BlockSource, _ room: UnsafeMutableRawBufferPointer, _ maxDepth: Int) {
    self.source = source
    self.room = room
    self.maxDepth = maxDepth
  }

  mutating func append(_ base: BaseRange, _ record: ObjectRecord) throws {
    let out = UnsafeMutableRawBufferPointer(rebasing: room[filled..<filled + base.length])
    try source.tellingBase(base) { try copy(base, of: record, to: out) }
    filled += base.length
  }

  private mutating func copy(
    _ base: BaseRange, of record: ObjectRecord, to out: UnsafeMutableRawBufferPointer
  ) throws {
    let claim = source.set.claim(of: record)
    let end = base.offset + UInt64(base.length)
    guard end <= record.length else {
      throw BlockFlaw(.deltaBase, "its base is shorter than the range it names")
    }
    var offset = record.block
    var position: UInt64 = 0
    while position < end {
      let key = BlockSource.Key(file: claim.file, offset: offset)
      let header = try source.cache[key]?.header ?? source.header(claim, offset)
      let isFirst = offset == record.block
      // A run's block is one part, whose length its header tells; what lies before the range is not decoded.
      if !isFirst || header.flags.contains(.unfinished), position + UInt64(header.rawLength) <= base.offset {
        position += UInt64(header.rawLength)
        guard header.flags.contains(.unfinished) else { throw BlockSource.short }
      } else {
        let block = try source.block(claim, offset, maxDepth: maxDepth)
        try touch(block, key)
        guard block.header.flags.contains(.continues) != isFirst,
          let part = block.part(isFirst ? Int(record.ordinal) : 0)
        else { throw BlockSource.short }
        let low = max(base.offset, position)
        let high = min(end, position + UInt64(part.count))
        if low < high {
          let from = part.lowerBound + Int(low - position)
          withExtendedLifetime(block) {
            UnsafeMutableRawBufferPointer(rebasing: out[Int(low - base.offset)...])
              .copyMemory(from: UnsafeRawBufferPointer(rebasing: block.bytes[from..<from + Int(high - low)]))
          }
        }
        position += UInt64(part.count)
        guard position >= end || block.header.flags.contains(.unfinished) else { throw BlockSource.short }
      }
      offset += UInt64(header.totalLength)
    }
  }

  private mutating func touch(_ block: BlockSource.Block, _ key: BlockSource.Key) throws {
    standing.depth = max(standing.depth, block.standing.depth)
    if last != key { standing.work += block.standing.work }
    last = key
    guard standing.work <= Limits.basesWork else { throw BlockSource.tooMuchWork }
  }
}
