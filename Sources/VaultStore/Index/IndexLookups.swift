import Glibc
import VaultCore

// Every lookup reads checked pages only. What a damaged one would say is left out, and `sawDamage` tells.
extension IndexSegment {
  /// The places of objects whose ids begin with `low` to `high` (as eight-byte prefixes).
  func objects(from low: UInt64, through high: UInt64, _ body: (ObjectRecord) -> Void) {
    var index = firstIndex(objects, evenly: low) { $0.little(UInt64.self, at: 0) >= low }
    while let record = record(objects, index, { ObjectRecord($0, at: 0) }), record.prefix <= high {
      body(record)
      index += 1
    }
  }

  /// The commit with a covered sequence.
  func commit(_ sequence: Int) -> CommitRecord? {
    record(commits, sequence - head.firstSequence) { CommitRecord($0, at: 0) }
  }

  /// The sequence of the commit that added leaf `leaf`, which the segment covers.
  func sequence(ofLeaf leaf: UInt64) -> Int {
    let after = firstIndex(commits) { CommitRecord($0, at: 0).firstLeaf > leaf }
    return head.firstSequence + max(0, after - 1)
  }

  /// The hash of a perfect subtree, where the segment has it.
  func node(_ level: Int, _ index: UInt64) -> Digest? {
    let place = firstIndex(nodes) { raw in
      (Int(raw[0]), raw.little(UInt64.self, at: 1)) >= (level, index)
    }
    let found = record(nodes, place) { NodeRecord($0, at: 0) }
    return found.flatMap { $0.level == level && $0.index == index ? $0.hash : nil }
  }

  /// The base for a key.
  func base(_ key: UInt64) -> DeltaBase? {
    let place = firstIndex(keys, evenly: key) { $0.little(UInt64.self, at: 0) >= key }
    guard let found = record(keys, place, { KeyRecord($0, at: 0) }), found.key == key else { return nil }
    return base(at: found.place)
  }

  private func base(at place: UInt32) -> DeltaBase? { record(bases, Int(place)) { BaseRecord($0).base } }

  /// Every key with its base; only for a segment that was checked whole.
  func forEachBase(_ body: (UInt64, DeltaBase) -> Void) {
    for index in 0..<keys.count {
      guard let key = record(keys, index, { KeyRecord($0, at: 0) }),
        let base = base(at: key.place)
      else { return reportDamage() }
      body(key.key, base)
    }
  }

  /// Whether an object of this size is stored as a run.
  func holds(size: UInt64) -> Bool {
    let place = firstIndex(sizes) { $0.little(UInt64.self, at: 0) >= size }
    return record(sizes, place) { $0.little(UInt64.self, at: 0) == size } ?? false
  }

  /// A record of a table; nil beyond its end, and where it is damaged.
  private func record<R>(_ table: Table, _ index: Int, _ read: (UnsafeRawBufferPointer) -> R) -> R? {
    guard index >= 0, index < table.count else { return nil }
    return withChecked(table.offset + index * table.recordSize, table.recordSize, read)
  }

  /// A cursor at the first path record whose key is not before `key`.
  func pathCursor(from key: [UInt8]) -> PathCursor { PathCursor(self, from: key) }

  /// Where the records of a restart begin in the path table.
  fileprivate func restart(_ index: Int) -> Int? {
    if index == restarts.count { return paths.length }
    return record(restarts, index) { Int($0.little(UInt32.self, at: 0)) }
  }

  /// The bytes of the records from one restart to the next, checked.
  fileprivate func pathGroup(_ index: Int) -> [UInt8]? {
    guard index < restarts.count else { return nil }
    guard let start = restart(index), let end = restart(index + 1), start <= end, end <= paths.length else {
      reportDamage()
      return nil
    }
    return withChecked(paths.offset + start, end - start) { Array($0) }
  }

  /// Path records in the order of their keys.
  struct PathCursor {
    private let segment: IndexSegment
    private var group: Int
    private var bytes: [UInt8] = []
    private var position = 0
    private var key: [UInt8] = []
    /// The record at the cursor; nil at the end.
    private(set) var current: PathRecord?

    fileprivate init(_ segment: IndexSegment, from wanted: [UInt8]) {
      self.segment = segment
      // The last restart whose key is before the wanted one: its group may hold the wanted one.
      var low = 0
      var high = wanted.isEmpty ? 0 : segment.restarts.count
      while low < high {
        let middle = (low + high) / 2
        if segment.group(middle, beginsBefore: wanted) { low = middle + 1 } else { high = middle }
      }
      group = max(0, low - 1)
      enterGroup()
      skip(to: wanted)
      advance()
    }

    /// Moves to the group's first record whose key is not before `wanted`, or to the group's end.
    private mutating func skip(to wanted: [UInt8]) {
      do throws(FormatError) {
        while position < bytes.count {
          guard let next = try Self.pass(bytes, at: position, &key, before: wanted) else { return }
          position = next
        }
      } catch {
        // Reading the record again reports it.
      }
    }

    /// Where the next record stands, if this one's key is before `wanted`; `key` becomes this one's then.
    private static func pass(
      _ bytes: [UInt8], at position: Int, _ key: inout [UInt8], before wanted: [UInt8]
    ) throws(FormatError) -> Int? {
      try bytes.withBytes { raw throws(FormatError) -> Int? in
        var reader = ByteReader(raw, at: position)
        let head = try Self.key(&reader, after: key.count)
        guard key[..<head.shared].precedes(head.rest, wanted) else { return nil }
        key.replaceSubrange(head.shared..., with: head.rest)
        try PathSpelling.skip(&reader)
        for _ in 0..<5 { _ = try reader.varint() }
        return reader.position
      }
    }

    private mutating func enterGroup() {
      bytes = segment.pathGroup(group) ?? []
      position = 0
      key = []
    }

    /// Moves on; a record that cannot be read ends the table.
    mutating func advance() {
      current = nil
      if position == bytes.count, group + 1 < segment.restarts.count {
        group += 1
        enterGroup()
      }
      guard position < bytes.count else { return }
      guard let (record, next) = try? Self.decode(bytes, at: position, after: key) else {
        bytes = []
        position = 0
        group = segment.restarts.count
        return segment.reportDamage()
      }
      key = record.key
      position = next
      current = record
    }

    /// How much of the key before a record's key shares, and the bytes that follow.
    fileprivate static func key(
      _ reader: inout ByteReader, after previous: Int
    ) throws(FormatError) -> (shared: Int, rest: UnsafeRawBufferPointer) {
      let shared = try reader.varint(max: previous, "a shared prefix")
      return (shared, try reader.take(try reader.varint(max: 1 << 16, "a key")))
    }

    private static func decode(
      _ bytes: [UInt8], at offset: Int, after previous: [UInt8]
    ) throws(FormatError) -> (record: PathRecord, next: Int) {
      try bytes.withBytes { raw throws(FormatError) in
        var reader = ByteReader(raw, at: offset)
        let head = try Self.key(&reader, after: previous.count)
        let key = Array(previous[..<head.shared]) + Array(head.rest)
        let record = PathRecord(
          key: key, path: try PathSpelling.path(&reader, key: key),
          revision: try reader.varint(max: CanonicalValue.maxInteger, "revision"),
          leaf: try reader.varint(),
          sequence: try reader.varint(max: CanonicalValue.maxInteger, "sequence"),
          lineOffset: try reader.varint(max: Limits.linesBlobBytes, "offset"),
          lineLength: try reader.varint(max: Limits.lineBytes, "length"))
        return (record, reader.position)
      }
    }
  }

  /// Whether the first key of a restart's records is before `wanted`; false where it cannot be read.
  fileprivate func group(_ index: Int, beginsBefore wanted: [UInt8]) -> Bool {
    guard let start = restart(index), let end = restart(index + 1), start <= end, end <= paths.length else {
      reportDamage()
      return false
    }
    return withChecked(paths.offset + start, end - start) { raw in
      var reader = ByteReader(raw)
      guard let head = try? PathCursor.key(&reader, after: 0) else { return false }
      return ArraySlice<UInt8>().precedes(head.rest, wanted)
    } ?? false
  }
}

extension ArraySlice<UInt8> {
  /// Whether these bytes and `rest` after them come before `other`, bytewise.
  fileprivate func precedes(_ rest: UnsafeRawBufferPointer, _ other: [UInt8]) -> Bool {
    var place = 0
    for byte in self {
      guard place < other.count else { return false }
      if byte != other[place] { return byte < other[place] }
      place += 1
    }
    let common = Swift.min(rest.count, other.count - place)
    let order =
      common == 0 ? 0 : other.withBytes { memcmp(rest.baseAddress!, $0.baseAddress! + place, common) }
    return order == 0 ? count + rest.count < other.count : order < 0
  }
}
