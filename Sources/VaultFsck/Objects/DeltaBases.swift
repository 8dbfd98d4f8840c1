import VaultCore
import VaultStore

extension BlockSource {
  /// The bytes that a delta of pack `claim` refers back to, valid until the next call (docs/format.md §11.2).
  func prefix(_ bases: [BaseRange], for claim: PackClaim) throws -> UnsafeRawBufferPointer {
    let total = bases.reduce(0) { $0 + $1.length }
    guard total <= Limits.basesRawBytes else { throw BlockFlaw(.deltaBase, "a delta's bases are too long") }
    let records = try bases.map { set.table.record(try copy(of: $0.object, for: claim)) }
    if let (block, part) = try neighbours(bases, records) {
      heldBase = block
      return UnsafeRawBufferPointer(rebasing: block.bytes[part])
    }
    var copier = BaseCopier(self, gathered.room(total))
    for (base, record) in zip(bases, records) { try copier.append(base, record) }
    return UnsafeRawBufferPointer(copier.room)
  }

  /// The block and the part of it that are the bytes of all bases, where these are whole objects that lie side by side in
  /// it: versions of what stood together mostly stand together, and need no copy then.
  private func neighbours(_ bases: [BaseRange], _ records: [ObjectRecord]) throws -> (Block, Range<Int>)? {
    guard let first = records.first, let last = bases.last else { return nil }
    let start = Int(first.ordinal)
    for (number, (base, record)) in zip(bases, records).enumerated() {
      guard record.pack == first.pack, record.block == first.block, Int(record.ordinal) - start == number,
        base.offset == 0, UInt64(base.length) == record.length
      else { return nil }
    }
    let block = try tellingBase(last) {
      try self.block(set.claim(of: first), first.block, asBase: true)
    }
    guard block.header.flags.isDisjoint(with: [.continues, .unfinished]),
      bases.indices.allSatisfy({ block.part(start + $0)?.count == bases[$0].length }),
      let from = block.part(start), let to = block.part(start + bases.count - 1)
    else { return nil }
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
  private func copy(of id: ObjectID, for claim: PackClaim) throws -> Int {
    let all = Array(set.table.earlierRange(id)) + set.table.range(id)
    guard !all.isEmpty else { throw BlockFlaw(.deltaBase, "its base \(id.short) is not in this period") }
    let copies = all.filter { set.claim($0).serves(claim) }
    guard let last = copies.last else {
      throw BlockFlaw(.deltaBase, "its base \(id.short) is named by a later line or another ref")
    }
    return try copies.dropLast().first { try holdsWhole($0) } ?? last
  }

  /// Whether a copy of an object that is stored more than once holds the object, and stores it whole.
  private func holdsWhole(_ index: Int) throws -> Bool {
    if let known = judged[index] { return known }
    let hasher = SHA256Hasher()
    var isSound = false
    do {
      try stream(set.table.record(index), asBase: true) { hasher.update($0) }
      isSound = ObjectID(hasher.finish()) == set.table.record(index).id
    } catch is BlockFlaw {}
    judged[index] = isSound
    return isSound
  }
}

/// Puts the ranges of a delta's bases side by side.
private struct BaseCopier {
  let room: UnsafeMutableRawBufferPointer
  /// The bytes that a reader without a cache decodes.
  private var work = 0
  private let source: BlockSource
  private var filled = 0
  /// The block that was touched last; touched twice in a row, it counts once.
  private var last: BlockSource.Key?

  init(_ source: BlockSource, _ room: UnsafeMutableRawBufferPointer) {
    self.source = source
    self.room = room
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
        let block = try source.block(claim, offset, asBase: true)
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
    if last != key { work += block.bytes.count }
    last = key
    guard work <= Limits.basesWork else { throw BlockSource.tooMuchWork }
  }
}
