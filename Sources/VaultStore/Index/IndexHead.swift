import VaultCore

/// What a segment covers and what the ref looked like at its end.
struct IndexHead: Hashable, Sendable {
  /// The vault and ref that it belongs to.
  var vault: ObjectID
  var ref: RefName
  var firstSequence: Int
  var lastSequence: Int
  /// The last covered commit.
  var tip: ObjectID
  /// The last covered line of the ref file: its first byte, one past its LF, and its SHA-256.
  var lineStart: UInt64
  var lineEnd: UInt64
  var lineHash: Digest
  /// The ref's frontier at the end; its `end` is the number of lines.
  var frontier: CompactRange
  /// The end of each packfile that the covered lines name.
  var packEnds: [Int: UInt64]
  /// What the ref's lines repudiate, ordered by first leaf, then by the commit that says so.
  var repudiated: [RepudiatedRange]
  /// What the lines say of the period itself.
  var period: PeriodHead
}

extension IndexHead {
  func append(to out: inout [UInt8]) {
    vault.digest.withUnsafeBytes { out.append(contentsOf: $0) }
    let name = Array(ref.description.utf8)
    out.appendVarint(UInt64(name.count))
    out.append(contentsOf: name)
    out.appendVarint(UInt64(firstSequence))
    out.appendVarint(UInt64(lastSequence))
    tip.digest.withUnsafeBytes { out.append(contentsOf: $0) }
    out.appendVarint(lineStart)
    out.appendVarint(lineEnd)
    lineHash.withUnsafeBytes { out.append(contentsOf: $0) }
    out.appendVarint(frontier.end)
    for hash in frontier.hashes { hash.withUnsafeBytes { out.append(contentsOf: $0) } }
    out.appendVarint(UInt64(packEnds.count))
    for (file, end) in packEnds.sorted(by: { $0.key < $1.key }) {
      out.appendVarint(UInt64(file))
      out.appendVarint(end)
    }
    out.appendVarint(UInt64(repudiated.count))
    for range in repudiated { range.append(to: &out) }
    period.append(to: &out)
  }

  init(_ reader: inout ByteReader) throws(FormatError) {
    let bad = FormatError(.malformed, "no index head")
    vault = ObjectID(try reader.digest())
    let name = try reader.take(try reader.varint(max: 128, "a ref's name"))
    guard let text = String(validating: name, as: UTF8.self), let ref = RefName(text) else { throw bad }
    self.ref = ref
    firstSequence = try reader.varint(max: CanonicalValue.maxInteger, "sequence")
    lastSequence = try reader.varint(max: CanonicalValue.maxInteger, "sequence")
    tip = ObjectID(try reader.digest())
    lineStart = try reader.varint()
    lineEnd = try reader.varint()
    lineHash = try reader.digest()
    let count = try reader.varint()
    var hashes: [Digest] = []
    for _ in CompactRange.subtreeLevels(0, count) { hashes.append(try reader.digest()) }
    guard let frontier = CompactRange(begin: 0, end: count, hashes: hashes) else { throw bad }
    self.frontier = frontier
    packEnds = [:]
    for _ in 0..<(try reader.varint(max: 999_999, "packfiles")) {
      let file = try reader.varint(max: 999_999, "a packfile's number")
      packEnds[file] = try reader.varint()
    }
    repudiated = []
    for _ in 0..<(try reader.varint(max: CanonicalValue.maxInteger, "repudiations")) {
      repudiated.append(try RepudiatedRange(&reader))
    }
    period = try PeriodHead(&reader)
    guard firstSequence >= 1, lastSequence >= firstSequence, lineStart < lineEnd else { throw bad }
  }
}
