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

  /// The segment's bytes: magic, head length, CRC of the head, head, body. Each table is freed once it is in them: of
  /// many lines memory holds the tables once, and not three times.
  consuming func encoded(_ head: IndexHead) -> [UInt8] {
    let layout = [
      objects.count, paths.bytes.count, 4 * paths.restarts.count, commits.count, nodes.count, bases.count,
      keys.count, sizes.count,
    ]
    var tail: [UInt8] = []
    head.append(to: &tail)
    for length in layout { tail.appendVarint(UInt64(length)) }
    tail.appendVarint(UInt64(paths.count))
    let length = layout.reduce(0, +)
    // The pages' CRCs stand before the pages, and are filled in behind them.
    let crcs = IndexSegment.headStart + tail.count
    let start = crcs + 4 * ((length + IndexSegment.page - 1) / IndexSegment.page)
    var out: [UInt8] = []
    out.reserveCapacity(start + length)
    out += IndexSegment.magic
    out.appendLittle(UInt32(start))
    out.appendLittle(UInt32(0))
    out += tail
    out += [UInt8](repeating: 0, count: start - crcs)
    appendBody(to: &out)
    Self.fillIn(&out, crcs: crcs, start: start)
    return out
  }

  private mutating func appendBody(to out: inout [UInt8]) {
    Self.move(&objects, to: &out)
    let restarts = paths.restarts
    out += paths.bytes
    paths = PathTableBuilder()
    for restart in restarts { out.appendLittle(restart) }
    Self.move(&commits, to: &out)
    Self.move(&nodes, to: &out)
    Self.move(&bases, to: &out)
    Self.move(&keys, to: &out)
    Self.move(&sizes, to: &out)
  }

  private static func move(_ table: inout [UInt8], to out: inout [UInt8]) {
    out += table
    table = []
  }

  /// Fills in the CRC of each page, then that of the head, which holds them.
  private static func fillIn(_ out: inout [UInt8], crcs: Int, start: Int) {
    for (number, page) in stride(from: start, to: out.count, by: IndexSegment.page).enumerated() {
      let end = min(out.count, page + IndexSegment.page)
      put(out[page..<end].withUnsafeBytes { Zlib.crc32($0) }, in: &out, at: crcs + 4 * number)
    }
    put(out[IndexSegment.headStart..<start].withUnsafeBytes { Zlib.crc32($0) }, in: &out, at: 12)
  }

  private static func put(_ number: UInt32, in out: inout [UInt8], at place: Int) {
    out.withUnsafeMutableBytes {
      $0.storeBytes(of: number.littleEndian, toByteOffset: place, as: UInt32.self)
    }
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

  /// The segment's bytes; what they are made of is freed on the way.
  mutating func encoded(_ head: IndexHead) -> [UInt8] {
    var tables = IndexTables()
    objects.sort()
    for record in objects { record.append(to: &tables.objects) }
    objects = []
    paths.sort(by: PathRecord.precedes)
    for record in paths { tables.paths.append(record) }
    paths = []
    for record in commits { record.append(to: &tables.commits) }
    nodes.sort(by: NodeRecord.precedes)
    for record in nodes { record.append(to: &tables.nodes) }
    nodes = []
    for size in sizes.sorted() { tables.sizes.appendLittle(size) }
    tables.append(bases)
    bases = [:]
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
