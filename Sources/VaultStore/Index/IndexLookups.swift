import VaultCore

extension IndexSegment {
  /// The places of objects whose ids begin with `low` to `high` (as eight-byte prefixes).
  func objects(from low: UInt64, through high: UInt64, _ body: (ObjectRecord) -> Void) {
    withBytes { raw in
      var index = firstIndex(objects, ObjectRecord.byteCount) { raw.little(UInt64.self, at: $0) >= low }
      while index < objects.count {
        let record = ObjectRecord(raw, at: objects.offset + index * ObjectRecord.byteCount)
        guard record.prefix <= high else { return }
        body(record)
        index += 1
      }
    }
  }

  /// The commit with a covered sequence.
  func commit(_ sequence: Int) -> CommitRecord {
    withBytes {
      CommitRecord($0, at: commits.offset + (sequence - head.firstSequence) * CommitRecord.byteCount)
    }
  }

  /// The sequence of the commit that added leaf `leaf`, which the segment covers.
  func sequence(ofLeaf leaf: UInt64) -> Int {
    withBytes { raw in
      let after = firstIndex(commits, CommitRecord.byteCount) { raw.little(UInt64.self, at: $0 + 42) > leaf }
      return head.firstSequence + max(0, after - 1)
    }
  }

  /// The hash of a perfect subtree, where the segment has it.
  func node(_ level: Int, _ index: UInt64) -> Digest? {
    withBytes { raw in
      let place = firstIndex(nodes, NodeRecord.byteCount) { at in
        (Int(raw[at]), raw.little(UInt64.self, at: at + 1)) >= (level, index)
      }
      guard place < nodes.count else { return nil }
      let record = NodeRecord(raw, at: nodes.offset + place * NodeRecord.byteCount)
      return record.level == level && record.index == index ? record.hash : nil
    }
  }

  /// The base for a key.
  func base(_ key: UInt64) -> DeltaBase? {
    withBytes { raw in
      let place = firstIndex(bases, BaseRecord.byteCount) { raw.little(UInt64.self, at: $0) >= key }
      guard place < bases.count else { return nil }
      let record = BaseRecord(raw, at: bases.offset + place * BaseRecord.byteCount)
      return record.key == key ? record.base : nil
    }
  }

  /// The first record for whose offset `isAtOrAfter` holds, by bisection.
  private func firstIndex(_ table: Table, _ size: Int, _ isAtOrAfter: (Int) -> Bool) -> Int {
    var low = 0
    var high = table.count
    while low < high {
      let middle = (low + high) / 2
      if isAtOrAfter(table.offset + middle * size) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// A cursor at the first path record whose key is not before `key`.
  func pathCursor(from key: [UInt8]) -> PathCursor { PathCursor(self, from: key) }

  /// Path records in the order of their keys.
  struct PathCursor {
    private let segment: IndexSegment
    private var offset: Int
    private var remaining: Int
    private var key: [UInt8] = []
    /// The record at the cursor; nil at the end.
    private(set) var current: PathRecord?

    fileprivate init(_ segment: IndexSegment, from wanted: [UInt8]) {
      self.segment = segment
      let table = segment.paths
      let restart = segment.withBytes { raw in
        // The last restart whose key is before the wanted one.
        let after = segment.firstIndex(table.restarts, 4) { at in
          let place = table.offset + Int(raw.little(UInt32.self, at: at))
          let found = (try? PathCursor.restartKey(raw, at: place)) ?? []
          return !found.lexicographicallyPrecedes(wanted)
        }
        return max(0, after - 1)
      }
      offset = segment.withBytes { raw in
        table.restarts.count == 0
          ? table.offset
          : table.offset + Int(raw.little(UInt32.self, at: table.restarts.offset + restart * 4))
      }
      remaining = table.count - restart * PathTableBuilder.interval
      advance()
      while let record = current, record.key.lexicographicallyPrecedes(wanted) { advance() }
    }

    private static func restartKey(_ raw: UnsafeRawBufferPointer, at offset: Int) throws(FormatError)
      -> [UInt8]
    {
      var reader = ByteReader(raw, at: offset)
      _ = try reader.varint()
      return Array(try reader.take(try reader.varint(max: 1 << 16, "a key")))
    }

    /// Moves on; a record that cannot be read ends the table.
    mutating func advance() {
      current = nil
      guard remaining > 0 else { return }
      remaining -= 1
      let end = segment.paths.offset + segment.paths.length
      let table = segment.withBytes { raw -> (PathRecord, Int)? in
        try? Self.decode(UnsafeRawBufferPointer(rebasing: raw[..<end]), at: offset, after: key)
      }
      guard let (record, next) = table else {
        remaining = 0
        return
      }
      key = record.key
      offset = next
      current = record
    }

    private static func decode(
      _ raw: UnsafeRawBufferPointer, at offset: Int, after previous: [UInt8]
    ) throws(FormatError) -> (PathRecord, Int) {
      var reader = ByteReader(raw, at: offset)
      let shared = try reader.varint(max: previous.count, "a shared prefix")
      let key = Array(previous[..<shared]) + Array(try reader.take(try reader.varint(max: 1 << 16, "a key")))
      let exact = Array(try reader.take(try reader.varint(max: 1 << 16, "a path")))
      let record = PathRecord(
        key: key, path: exact.isEmpty ? key : exact,
        revision: try reader.varint(max: CanonicalValue.maxInteger, "revision"),
        leaf: try reader.varint(), sequence: try reader.varint(max: CanonicalValue.maxInteger, "sequence"),
        lineOffset: try reader.varint(max: Limits.linesBlobBytes, "offset"),
        lineLength: try reader.varint(max: Limits.lineBytes, "length"))
      return (record, reader.position)
    }
  }
}
