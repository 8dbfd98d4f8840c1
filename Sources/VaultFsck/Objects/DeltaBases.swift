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
    var copier = BaseCopier(self, prefixes[maxDepth].room(total), maxDepth)
    for base in bases { try copier.append(base, for: claim) }
    return (UnsafeRawBufferPointer(copier.room), copier.standing)
  }

  /// Whether a copy of an object that is stored more than once holds the object, on at most `maxDepth` deltas.
  fileprivate func holds(_ index: Int, _ maxDepth: Int) throws -> Bool {
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

  mutating func append(_ base: BaseRange, for claim: PackClaim) throws {
    let index = try copy(of: base.object, for: claim)
    let out = UnsafeMutableRawBufferPointer(rebasing: room[filled..<filled + base.length])
    do {
      try copy(base, of: source.set.table.record(index), to: out)
    } catch let flaw as BlockFlaw {
      if flaw.name == .deltaBase { throw flaw }
      throw BlockFlaw(.objectUnreadable, "its base \(base.object.short) cannot be read: \(flaw.reason)")
    }
    filled += base.length
  }

  /// The place in the table of the copy of a base that pack `claim` may use.
  private func copy(of id: ObjectID, for claim: PackClaim) throws -> Int {
    let set = source.set
    let all = Array(set.table.earlierRange(id)) + set.table.range(id)
    guard !all.isEmpty else { throw BlockFlaw(.deltaBase, "its base \(id.short) is not in this period") }
    let copies = all.filter { set.claim($0).serves(claim) }
    guard let last = copies.last else {
      throw BlockFlaw(.deltaBase, "its base \(id.short) is named by a later line or another ref")
    }
    return try copies.dropLast().first { try source.holds($0, maxDepth) } ?? last
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
          block.bytes.withUnsafeBytes {
            UnsafeMutableRawBufferPointer(rebasing: out[Int(low - base.offset)...])
              .copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[from..<from + Int(high - low)]))
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
    guard standing.work <= Limits.basesWork else {
      throw BlockFlaw(.deltaBase, "its bases take too much decoding")
    }
  }
}
