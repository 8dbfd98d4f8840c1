import VaultCore

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
    let exact = record.path == record.key ? [] : record.path
    bytes.appendVarint(UInt64(exact.count))
    bytes.append(contentsOf: exact)
    bytes.appendVarint(UInt64(record.revision))
    bytes.appendVarint(record.leaf)
    bytes.appendVarint(UInt64(record.sequence))
    bytes.appendVarint(UInt64(record.lineOffset))
    bytes.appendVarint(UInt64(record.lineLength))
    previous = record.key
    count += 1
  }
}

/// Collects what a run of commits adds, and writes it as one segment.
struct IndexBuilder {
  var objects: [ObjectRecord] = []
  var paths: [PathRecord] = []
  var commits: [CommitRecord] = []
  var nodes: [NodeRecord] = []
  var bases: [UInt64: DeltaBase] = [:]

  init() {}

  /// Puts segments that follow each other together; later bases win.
  init(merging segments: [IndexSegment]) {
    for segment in segments {
      segment.withBytes { raw in
        for i in 0..<segment.objects.count {
          objects.append(ObjectRecord(raw, at: segment.objects.offset + i * ObjectRecord.byteCount))
        }
        for i in 0..<segment.commits.count {
          commits.append(CommitRecord(raw, at: segment.commits.offset + i * CommitRecord.byteCount))
        }
        for i in 0..<segment.nodes.count {
          nodes.append(NodeRecord(raw, at: segment.nodes.offset + i * NodeRecord.byteCount))
        }
        for i in 0..<segment.bases.count {
          let record = BaseRecord(raw, at: segment.bases.offset + i * BaseRecord.byteCount)
          bases[record.key] = record.base
        }
      }
      var cursor = segment.pathCursor(from: [])
      while let record = cursor.current {
        paths.append(record)
        cursor.advance()
      }
    }
  }

  /// The segment's bytes.
  func encoded(_ head: IndexHead) -> [UInt8] {
    let objects = self.objects.sorted()
    let paths = self.paths.sorted(by: PathRecord.precedes)
    let nodes = self.nodes.sorted(by: NodeRecord.precedes)
    var table = PathTableBuilder()
    for record in paths { table.append(record) }
    var body: [UInt8] = []
    var layout: [Int] = []
    func mark(_ count: Int) { layout += [body.count, count] }
    mark(objects.count)
    for record in objects { record.append(to: &body) }
    layout += [body.count, table.bytes.count, table.count]
    body += table.bytes
    mark(table.restarts.count)
    for restart in table.restarts { body.appendLittle(restart) }
    mark(commits.count)
    for record in commits { record.append(to: &body) }
    mark(nodes.count)
    for record in nodes { record.append(to: &body) }
    mark(bases.count)
    for (key, base) in bases.sorted(by: { $0.key < $1.key }) {
      BaseRecord(key: key, base: base).append(to: &body)
    }

    var tail: [UInt8] = []
    tail.appendVarint(UInt64(body.count))
    head.append(to: &tail)
    for number in layout { tail.appendVarint(UInt64(number)) }
    var out = IndexSegment.magic
    out.appendLittle(UInt32(20 + tail.count))
    out.appendLittle(tail.withBytes { Zlib.crc32($0) })
    out.appendLittle(body.withBytes { Zlib.crc32($0) })
    return out + tail + body
  }
}
