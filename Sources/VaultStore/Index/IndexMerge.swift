import VaultCore

extension IndexTables {
  /// Puts segments that follow each other together, table by table, so that memory holds no more than what
  /// comes out; newer bases win. Nil where a segment is damaged.
  init?(merging segments: [IndexSegment]) {
    guard segments.allSatisfy({ $0.isSound(0, $0.bodyLength) }) else { return nil }
    objects = Self.merged(segments, \.objects, ObjectRecord.byteCount) {
      ($0.little(UInt64.self, at: 0), 0)
    }
    nodes = Self.merged(segments, \.nodes, NodeRecord.byteCount) {
      (UInt64($0[0]), $0.little(UInt64.self, at: 1))
    }
    sizes = Self.merged(segments, \.sizes, 8, unique: true) { ($0.little(UInt64.self, at: 0), 0) }
    for segment in segments { segment.withTable(segment.commits) { commits.append(contentsOf: $0) } }
    var bases: [UInt64: DeltaBase] = [:]
    for segment in segments { segment.forEachBase { bases[$0] = $1 } }
    append(bases)
    for record in PathMerge(segments, from: []) { paths.append(record) }
  }

  /// Merges one fixed-size table; `key` reads what a record is ordered by.
  private static func merged(
    _ segments: [IndexSegment], _ table: KeyPath<IndexSegment, IndexSegment.Table>, _ size: Int,
    unique: Bool = false, _ key: (UnsafeRawBufferPointer) -> (UInt64, UInt64)
  ) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(segments.reduce(0) { $0 + $1[keyPath: table].length })
    var next = segments.map { _ in 0 }
    func record<R>(_ number: Int, _ body: (UnsafeRawBufferPointer) -> R) -> R {
      segments[number].withTable(segments[number][keyPath: table]) {
        body(UnsafeRawBufferPointer(rebasing: $0[next[number]..<next[number] + size]))
      }
    }
    func head(_ number: Int) -> (UInt64, UInt64)? {
      next[number] < segments[number][keyPath: table].length ? record(number, key) : nil
    }
    var heads = segments.indices.map(head)
    var last: (UInt64, UInt64)?
    while true {
      var best: Int?
      for (number, head) in heads.enumerated() {
        if let head, best.flatMap({ heads[$0] }).map({ head < $0 }) ?? true { best = number }
      }
      guard let best, let found = heads[best] else { return out }
      if !unique || last.map({ $0 != found }) ?? true { record(best) { out.append(contentsOf: $0) } }
      last = found
      next[best] += size
      heads[best] = head(best)
    }
  }
}

/// The path records of several segments as one, ordered by key and age.
struct PathMerge: Sequence, IteratorProtocol {
  private var cursors: [IndexSegment.PathCursor]

  init(_ segments: [IndexSegment], from key: [UInt8]) {
    cursors = segments.map { $0.pathCursor(from: key) }
  }

  mutating func next() -> PathRecord? {
    var best: Int?
    for (number, cursor) in cursors.enumerated() {
      guard let record = cursor.current else { continue }
      if let other = best.flatMap({ cursors[$0].current }), !PathRecord.precedes(record, other) { continue }
      best = number
    }
    guard let best else { return nil }
    defer { cursors[best].advance() }
    return cursors[best].current
  }
}
