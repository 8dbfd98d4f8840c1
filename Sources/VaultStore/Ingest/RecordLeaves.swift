import VaultCore

/// Hashes records as leaves of a range: two at a time, which the processor gains by, and the nodes above them in rows.
public struct RecordLeaves {
  private var range: CompactRange
  private var row: [Digest] = []
  /// Bytes of the longest record, without its LF.
  public private(set) var longest = 0
  private let merkle: MerkleHasher
  /// How many leaves wait for the nodes above them; hostile frames have any number of records.
  private static let rowLength = 4096

  /// The range of the records in `bytes`, the first of which is number `first`; a last one without LF counts.
  public static func range(
    of bytes: UnsafeRawBufferPointer, at first: UInt64, _ merkle: MerkleHasher
  ) -> CompactRange {
    var leaves = RecordLeaves(at: first, merkle)
    let open = leaves.add(bytes)
    if !open.isEmpty { leaves.add(record: open) }
    return leaves.finish()
  }

  /// The first record to be added is number `first`.
  public init(at first: UInt64, _ merkle: MerkleHasher) {
    range = CompactRange(at: first)
    self.merkle = merkle
  }

  /// Adds the records in `bytes` that end with LF; returns what is behind the last one.
  public mutating func add(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    var waiting: UnsafeRawBufferPointer?
    var rest = bytes
    while let length = LineFeeds.first(in: rest) {
      let record = UnsafeRawBufferPointer(rebasing: rest[..<length])
      longest = max(longest, length)
      rest = UnsafeRawBufferPointer(rebasing: rest[(length + 1)...])
      if let first = waiting.take() {
        let (left, right) = merkle.leaves(first, record)
        row.append(left)
        append(right)
      } else {
        waiting = record
      }
    }
    if let waiting { append(merkle.leaf(waiting)) }
    return rest
  }

  /// Adds one record, without its LF.
  public mutating func add(record: UnsafeRawBufferPointer) {
    longest = max(longest, record.count)
    append(merkle.leaf(record))
  }

  private mutating func append(_ leaf: Digest) {
    row.append(leaf)
    if row.count >= Self.rowLength { flush() }
  }

  private mutating func flush() {
    range.append(CompactRange(at: range.end, leaves: row, merkle), merkle)
    row.removeAll(keepingCapacity: true)
  }

  /// The range over all records.
  public mutating func finish() -> CompactRange {
    flush()
    return range
  }
}
