import VaultCore

/// The records of one frame, hashed.
struct FrameRecords {
  let firstRecord: UInt64
  let range: CompactRange

  var count: Int { Int(range.end - range.begin) }

  /// Hashes the records of `frame`, the first of which is number `firstRecord`; a last record without LF counts.
  init(_ frame: UnsafeRawBufferPointer, firstRecord: UInt64, _ hasher: MerkleHasher) {
    self.firstRecord = firstRecord
    range = RecordLeaves.range(of: frame, at: firstRecord, hasher)
  }
}

/// Collects frames in order into a record table and the root over all records.
struct RecordTableBuilder {
  private var frames: [RecordTable.Frame] = []
  private var whole = CompactRange()
  private var bytes: UInt64 = 0

  init() {}

  /// Adds the next frame.
  mutating func append(_ frame: FrameRecords, byteCount: Int, _ hasher: MerkleHasher) {
    guard frame.range.begin < frame.range.end else { return }
    frames.append(
      RecordTable.Frame(firstRecord: frame.firstRecord, offset: bytes, hashes: frame.range.hashes))
    whole.append(frame.range, hasher)
    bytes += UInt64(byteCount)
  }

  /// The records so far.
  var count: UInt64 { whole.end }

  /// The table and the root.
  func finish(_ hasher: MerkleHasher) -> (RecordTable, MerkleHash) {
    (RecordTable(records: whole.end, bytes: bytes, frames: frames), whole.root(hasher))
  }
}
