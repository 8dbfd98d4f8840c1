/// The record table of a population: for each stored frame its first record, its byte offset and the compact
/// range of its records' leaves, so that one record is read and proved by touching one frame
/// (docs/format.md, "Record tables").
public struct RecordTable: Hashable, Sendable {
  /// The first eight bytes of a record table.
  public static let magic: [UInt8] = Array("VRECTAB1".utf8)

  /// One frame of records.
  public struct Frame: Hashable, Sendable {
    /// The first record of the frame, from 0.
    public let firstRecord: UInt64
    /// The frame's first byte in the population.
    public let offset: UInt64
    /// The subtree hashes that cover the frame's records.
    public let hashes: [Digest]

    public init(firstRecord: UInt64, offset: UInt64, hashes: [Digest]) {
      self.firstRecord = firstRecord
      self.offset = offset
      self.hashes = hashes
    }
  }

  /// The number of all records.
  public let records: UInt64
  /// The bytes of the population.
  public let bytes: UInt64
  /// The frames in order.
  public let frames: [Frame]

  public init(records: UInt64, bytes: UInt64, frames: [Frame]) {
    self.records = records
    self.bytes = bytes
    self.frames = frames
  }

  /// The table's exact bytes.
  public func encoded() -> [UInt8] {
    var out = Self.magic
    out.appendLittle(records)
    out.appendLittle(bytes)
    out.appendLittle(UInt64(frames.count))
    var firstHash: UInt64 = 0
    for frame in frames {
      out.appendLittle(frame.firstRecord)
      out.appendLittle(frame.offset)
      out.appendLittle(firstHash)
      firstHash += UInt64(frame.hashes.count)
    }
    for frame in frames {
      for hash in frame.hashes { out.append(contentsOf: hash.bytes) }
    }
    return out
  }

  /// Reads a table and refuses any that `encoded()` would not write.
  public init(decoding raw: UnsafeRawBufferPointer) throws(FormatError) {
    guard raw.count >= 32, raw.starts(with: Self.magic) else {
      throw FormatError(.malformed, "no record table")
    }
    records = raw.little(UInt64.self, at: 8)
    bytes = raw.little(UInt64.self, at: 16)
    let count = raw.little(UInt64.self, at: 24)
    guard count <= UInt64((raw.count - 32) / 24), bytes <= Limits.objectBytes, records <= bytes else {
      throw FormatError(.malformed, "the record table's counts do not fit its length")
    }
    let hashesAt = 32 + Int(count) * 24
    var frames: [Frame] = []
    frames.reserveCapacity(Int(count))
    var position = hashesAt
    for index in 0..<Int(count) {
      let at = 32 + index * 24
      let first = raw.little(UInt64.self, at: at)
      let last = index + 1 < Int(count) ? raw.little(UInt64.self, at: at + 24) : records
      guard first < last, last <= records, index > 0 || first == 0 else {
        throw FormatError(.malformed, "the record table's frames are out of order")
      }
      let offset = raw.little(UInt64.self, at: at + 8)
      guard index == 0 ? offset == 0 : offset > (frames.last?.offset ?? 0), offset < bytes else {
        throw FormatError(.malformed, "the record table's offsets are out of order")
      }
      let number = CompactRange.subtreeLevels(first, last).count
      guard position + number * 32 <= raw.count else {
        throw FormatError(.truncated, "the record table ends early")
      }
      guard raw.little(UInt64.self, at: at + 16) == UInt64((position - hashesAt) / 32) else {
        throw FormatError(.malformed, "a frame of the record table points to other hashes")
      }
      var hashes: [Digest] = []
      for _ in 0..<number {
        if let hash = Digest(UnsafeRawBufferPointer(rebasing: raw[position..<position + 32])) {
          hashes.append(hash)
        }
        position += 32
      }
      frames.append(Frame(firstRecord: first, offset: raw.little(UInt64.self, at: at + 8), hashes: hashes))
    }
    guard position == raw.count, (count == 0) == (records == 0), (bytes == 0) == (records == 0) else {
      throw FormatError(.malformed, "the record table has bytes after its last hash")
    }
    self.frames = frames
  }
}
