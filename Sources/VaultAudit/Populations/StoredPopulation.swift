import VaultCore
import VaultStore

/// A population as a period holds it: its record table leads to the root that its entry names, so that a frame is
/// believed once its records give the table's hashes. Shared by threads; each reads with a ``FrameReader``.
public struct StoredPopulation: Sendable {
  public let population: Population
  let index: RefIndex
  let table: RecordTable
  let spans: ObjectSpans

  /// A frame that is longer is not read: it would have to be held whole.
  static let frameLimit: UInt64 = 64 << 20

  /// Reads the record table of an entry's population, and checks that it leads to the entry's root.
  ///
  /// Throws `StoreError`: `badInput` for an entry that is no population, `damaged` where the table is another's.
  public init(_ reader: RefReader, _ entry: Entry) throws {
    guard let population = entry.population else {
      throw StoreError(
        .badInput, "\(entry.path) is no population", hint: "commit it with --kind population")
    }
    let bytes = try reader.objects.read(population.table, limit: Limits.recordTableBytes)
    do throws(FormatError) {
      table = try bytes.withBytes { raw throws(FormatError) in try RecordTable(decoding: raw) }
    } catch {
      throw StoreError.damaged("the record table of \(entry.path)", error)
    }
    self.population = population
    index = reader.index
    spans = try reader.objects.spans(entry.object, length: entry.size)
    try check(entry)
  }

  private func check(_ entry: Entry) throws {
    let hasher = MerkleHasher()
    var whole = CompactRange()
    for number in table.frames.indices {
      guard let next = range(ofFrame: number) else { throw Self.flaw(entry, "its frames are out of order") }
      whole.append(next, hasher)
    }
    guard whole.end == UInt64(population.count), table.records == whole.end, table.bytes == entry.size else {
      throw Self.flaw(entry, "its counts are not those of the entry")
    }
    guard whole.root(hasher) == population.root else {
      throw Self.flaw(entry, "it does not lead to the entry's root")
    }
  }

  private static func flaw(_ entry: Entry, _ why: String) -> StoreError {
    StoreError.damaged("the record table of \(entry.path)", FormatError(.malformed, why))
  }

  /// The number of frames.
  var frameCount: Int { table.frames.count }

  /// The records of a frame.
  func records(ofFrame number: Int) -> Range<UInt64> {
    let next = number + 1 < table.frames.count ? table.frames[number + 1].firstRecord : table.records
    return table.frames[number].firstRecord..<next
  }

  /// The bytes of a frame in the population.
  func bytes(ofFrame number: Int) -> Range<UInt64> {
    let next = number + 1 < table.frames.count ? table.frames[number + 1].offset : table.bytes
    return table.frames[number].offset..<next
  }

  /// The frame that holds a record.
  func frame(of record: UInt64) -> Int {
    var low = 0
    var high = table.frames.count
    while low + 1 < high {
      let middle = (low + high) / 2
      if table.frames[middle].firstRecord <= record { low = middle } else { high = middle }
    }
    return low
  }

  /// The hashes of a frame's records; nil where the table has the wrong number of them.
  func range(ofFrame number: Int) -> CompactRange? {
    let records = records(ofFrame: number)
    return CompactRange(
      begin: records.lowerBound, end: records.upperBound, hashes: table.frames[number].hashes)
  }
}

/// One frame of a population, whose records give the hashes that the table has.
struct RecordFrame {
  /// The number of its first record.
  let first: UInt64
  let bytes: [UInt8]
  /// Where each record lies in the bytes, without its LF.
  let records: [Range<Int>]
  /// Their leaf hashes.
  let leaves: [Digest]
}

/// Reads frames of populations; belongs to one thread.
final class FrameReader {
  private let population: StoredPopulation
  private let objects: ObjectReader
  private let hasher = MerkleHasher()

  init(_ population: StoredPopulation) {
    self.population = population
    objects = ObjectReader(population.index.folder, population.index, BlockCache(limit: 1 << 20))
  }

  /// Reads a frame and holds its records against the table.
  func frame(_ number: Int) throws -> RecordFrame {
    let place = population.bytes(ofFrame: number)
    guard UInt64(place.count) <= StoredPopulation.frameLimit else {
      throw StoreError(.unsupported, "a frame of \(place.count) bytes is longer than this program reads")
    }
    let bytes = try objects.read(place, of: population.spans)
    var records: [Range<Int>] = []
    var leaves: [Digest] = []
    var range = CompactRange(at: population.records(ofFrame: number).lowerBound)
    bytes.withBytes { raw in
      var start = 0
      while start < raw.count {
        let rest = UnsafeRawBufferPointer(rebasing: raw[start...])
        let length = LineFeeds.first(in: rest) ?? rest.count
        let leaf = hasher.leaf(UnsafeRawBufferPointer(rebasing: rest[..<length]))
        records.append(start..<start + length)
        leaves.append(leaf)
        range.append(leaf, hasher)
        start += length + 1
      }
    }
    guard range == population.range(ofFrame: number) else {
      throw StoreError(
        .damaged, "records \(range.begin) to \(range.end) are not those that the record table has",
        hint: "run 'vault fsck'")
    }
    return RecordFrame(first: range.begin, bytes: bytes, records: records, leaves: leaves)
  }
}
