import VaultCore

/// The tables of a segment as they stand in its body, each sorted.
struct IndexTables {
  var objects: [UInt8] = []
  var paths = PathTableBuilder()
  var commits: [UInt8] = []
  var nodes: [UInt8] = []
  var bases: [UInt8] = []
  var keys: [UInt8] = []
  var sizes: [UInt8] = []

  /// The tables' fixed record sizes, in the order of the layout.
  static let recordSizes = [
    ObjectRecord.byteCount, 1, 4, CommitRecord.byteCount, NodeRecord.byteCount, BaseRecord.byteCount,
    KeyRecord.byteCount, 8,
  ]

  /// The segment's bytes: magic, head length, CRC of the head, head, body.
  func encoded(_ head: IndexHead) -> [UInt8] {
    var restarts: [UInt8] = []
    for restart in paths.restarts { restarts.appendLittle(restart) }
    var body: [UInt8] = []
    var layout: [Int] = []
    for table in [objects, paths.bytes, restarts, commits, nodes, bases, keys, sizes] {
      layout.append(table.count)
      body += table
    }
    var tail: [UInt8] = []
    head.append(to: &tail)
    for length in layout { tail.appendVarint(UInt64(length)) }
    tail.appendVarint(UInt64(paths.count))
    for start in stride(from: 0, to: body.count, by: IndexSegment.page) {
      let page = body[start..<min(body.count, start + IndexSegment.page)]
      tail.appendLittle(page.withUnsafeBytes { Zlib.crc32($0) })
    }
    var out = IndexSegment.magic
    out.appendLittle(UInt32(IndexSegment.headStart + tail.count))
    out.appendLittle(tail.withBytes { Zlib.crc32($0) })
    return out + tail + body
  }
}

/// Front-codes path records: each says how much of the key before it shares, and every sixteenth begins anew.
struct PathTableBuilder {
  static let interval = 16
  private(set) var bytes: [UInt8] = []
  private(set) var restarts: [UInt32] = []
  private(set) var count = 0
  private var previous: [UInt8] = []

  mutating func append(_ record: PathRecord) {
    if count % Self.interval == 0 {
      restarts.append(UInt32(bytes.count))
      previous = []
    }
    let shared = zip(previous, record.key).prefix(while: ==).count
    bytes.appendVarint(UInt64(shared))
    bytes.appendVarint(UInt64(record.key.count - shared))
    bytes.append(contentsOf: record.key[shared...])
    PathSpelling.append(record.path, key: record.key, to: &bytes)
    bytes.appendVarint(UInt64(record.revision))
    bytes.appendVarint(record.leaf)
    bytes.appendVarint(UInt64(record.sequence))
    bytes.appendVarint(UInt64(record.lineOffset))
    bytes.appendVarint(UInt64(record.lineLength))
    previous = record.key
    count += 1
  }
}

/// Collects what a run of commits adds.
struct IndexBuilder {
  var objects: [ObjectRecord] = []
  var paths: [PathRecord] = []
  var commits: [CommitRecord] = []
  var nodes: [NodeRecord] = []
  /// The newest base of each key.
  var bases: [UInt64: DeltaBase] = [:]
  /// Lengths of objects that are stored as runs.
  var sizes: Set<UInt64> = []

  /// The segment's bytes.
  func encoded(_ head: IndexHead) -> [UInt8] {
    var tables = IndexTables()
    for record in objects.sorted() { record.append(to: &tables.objects) }
    for record in paths.sorted(by: PathRecord.precedes) { tables.paths.append(record) }
    for record in commits { record.append(to: &tables.commits) }
    for record in nodes.sorted(by: NodeRecord.precedes) { record.append(to: &tables.nodes) }
    for size in sizes.sorted() { tables.sizes.appendLittle(size) }
    tables.append(bases)
    return tables.encoded(head)
  }
}

extension IndexTables {
  /// Appends the bases, each once, and the keys that lead to them.
  mutating func append(_ bases: [UInt64: DeltaBase]) {
    var places: [DeltaBase: UInt32] = [:]
    func place(_ base: DeltaBase) -> UInt32 {
      if let found = places[base] { return found }
      let place = UInt32(places.count)
      places[base] = place
      BaseRecord(base: base).append(to: &self.bases)
      return place
    }
    for (key, base) in bases.sorted(by: { $0.key < $1.key }) {
      KeyRecord(key: key, place: place(base)).append(to: &keys)
    }
  }
}
