import Synchronization
import VaultCore
import VaultStore

/// Where an object of an area lies, by what its pack's footer says.
struct ObjectRecord: Sendable {
  let id: ObjectID
  let length: UInt64
  /// The first byte of the object's first block in its packfile.
  let block: UInt64
  /// The pack, by its place among the area's.
  let pack: UInt32
  /// The object's place among the parts of that block.
  let ordinal: UInt32

  static func < (a: ObjectRecord, b: ObjectRecord) -> Bool {
    a.id != b.id ? a.id < b.id : (a.pack, a.block, a.ordinal) < (b.pack, b.block, b.ordinal)
  }
}

/// What a check has found out about an object.
enum ObjectState: UInt8, Sendable {
  /// Not looked at yet, or not at all, as in a quick check.
  case unknown
  /// Its bytes hash to its id.
  case sound
  /// Its bytes hash to another id.
  case mismatch
  /// Its bytes cannot be decoded.
  case unreadable
}

/// All objects of an area that the footers of the checked packs name, ordered by id, and behind them those that
/// an index found. States may be set from several threads, each object's from one at
/// a time.
final class ObjectTable: @unchecked Sendable {
  private let records: UnsafeMutableBufferPointer<ObjectRecord>
  /// What the ref held before; none where the table has all of it.
  let earlier: EarlierObjects
  private let states: UnsafeMutableBufferPointer<UInt8>
  private let references: UnsafeMutableBufferPointer<UInt8>
  /// Where the ids with each first two bytes begin.
  private let buckets: [UInt32]

  /// Takes the records over.
  init(_ chunks: consuming [[ObjectRecord]], earlier: EarlierObjects = EarlierObjects()) {
    self.earlier = earlier
    let count = chunks.reduce(0) { $0 + $1.count }
    records = .allocate(capacity: count)
    var filled = 0
    while let chunk = chunks.popLast() {
      _ = UnsafeMutableBufferPointer(rebasing: records[filled...]).initialize(from: chunk)
      filled += chunk.count
    }
    RadixSort.sort(records, keyLength: Digest.byteCount, by: <)
    states = .allocate(capacity: count)
    states.initialize(repeating: ObjectState.unknown.rawValue)
    references = .allocate(capacity: count)
    references.initialize(repeating: 0)
    var buckets = [UInt32](repeating: 0, count: 65_537)
    for record in records { buckets[Int(record.id.digest.prefix64 >> 48) + 1] += 1 }
    for index in 1..<buckets.count { buckets[index] += buckets[index - 1] }
    self.buckets = buckets
  }

  deinit {
    records.deallocate()
    states.deallocate()
    references.deallocate()
  }

  /// How many objects the footers name.
  var count: Int { records.count }

  /// The object at a place in the table.
  func record(_ index: Int) -> ObjectRecord {
    index < count ? records[index] : earlier.record(index - count)
  }

  /// The places of what the ref held before of an id.
  func earlierRange(_ id: ObjectID) -> Range<Int> {
    let found = earlier.range(id)
    return found.lowerBound + count..<found.upperBound + count
  }

  /// The places in the table of all objects with an id that the footers name.
  func range(_ id: ObjectID) -> Range<Int> {
    let bucket = Int(id.digest.prefix64 >> 48)
    var low = Int(buckets[bucket])
    let end = Int(buckets[bucket + 1])
    var high = end
    while low < high {
      let middle = low + (high - low) / 2
      if records[middle].id < id { low = middle + 1 } else { high = middle }
    }
    var last = low
    while last < end, records[last].id == id { last += 1 }
    return low..<last
  }

  /// The object that a footer names at a place.
  func find(_ id: ObjectID, pack: Int, block: UInt64, ordinal: Int) -> Int? {
    range(id).first {
      records[$0].pack == UInt32(pack) && records[$0].block == block && records[$0].ordinal == UInt32(ordinal)
    }
  }

  /// What the ref held before was found sound when it was taken in.
  func state(_ index: Int) -> ObjectState {
    index < count ? ObjectState(rawValue: states[index]) ?? .unknown : .sound
  }

  func set(_ index: Int, _ state: ObjectState) { states[index] = state.rawValue }

  /// Says that a ref needs the object. Only from one thread at a time.
  func refer(_ index: Int) { references[index] = 1 }

  func isReferenced(_ index: Int) -> Bool { references[index] != 0 }
}
