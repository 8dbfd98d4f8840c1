import VaultCore
import VaultFiles

/// What is found out of a line for itself.
struct IndexRow: Sendable {
  /// Where it stands among its commit's lines, without its LF.
  let bytes: Range<Int>
  /// What it says; nil for one that a newer program wrote.
  let line: Line?
  let leaf: Digest
  /// Of an entry: its path, folded and as it is.
  var key: [UInt8] = []
  var path: [UInt8] = []
  /// Of an entry whose object is new with the commit.
  var base: Base?

  /// What a new object may be a base for, and what it takes in its pack, where anything is to be noted of it.
  struct Base: Sendable {
    let isRun: Bool
    var stored: (bytes: Int, base: BaseRange?)?
    var keys: [UInt64] = []
  }
}

/// Reads the lines of one commit, many of them on all cores: the commit that is being made waits for its index.
struct IndexRows: Sendable {
  private let step: IndexStep
  private let places: [ObjectID: ObjectLocation]
  private let folder: PackFolder
  private let ref: RefName
  private let firstLeaf: UInt64

  /// From so many lines on, a second core saves more than its thread costs.
  private static let manyLines = 64

  /// The lines of `step`, the first of them the ref's leaf `firstLeaf`; `places` are where its packs hold what is new.
  init(
    _ step: IndexStep, _ places: [ObjectID: ObjectLocation], _ folder: PackFolder, _ ref: RefName,
    firstLeaf: UInt64
  ) {
    self.step = step
    self.places = places
    self.folder = folder
    self.ref = ref
    self.firstLeaf = firstLeaf
  }

  /// So many lines are read before they are given on: a commit may have a million, which memory need not hold read.
  static let batch = 1024

  /// Gives all rows to `body`, in order, with their numbers in the commit. Throws `damaged` at a line that cannot be read.
  func forEachRow(_ body: (Int, IndexRow) throws -> Void) throws {
    let lines = ranges()
    for start in stride(from: 0, to: lines.count, by: Self.batch) {
      let rows = try read(lines, start..<min(lines.count, start + Self.batch))
      for (offset, row) in rows.enumerated() { try body(start + offset, row) }
    }
  }

  private func read(_ lines: [Range<Int>], _ batch: Range<Int>) throws -> [IndexRow] {
    let parts = batch.count < Self.manyLines ? 1 : Parallel.coreCount
    let each = max(1, (batch.count + parts - 1) / parts)
    let pieces = stride(from: batch.lowerBound, to: batch.upperBound, by: each).map {
      $0..<min(batch.upperBound, $0 + each)
    }
    return try Parallel.map(pieces, workers: parts) { piece in
      let blocks = BlockReader(folder, BlockCache(limit: 0))
      let hasher = MerkleHasher()
      return try piece.map { try row($0, lines[$0], blocks, hasher) }
    }.flatMap { $0 }
  }

  private func ranges() -> [Range<Int>] {
    var lines: [Range<Int>] = []
    var start = 0
    while let length = step.lines.withBytes({ raw in
      start < raw.count ? LineFeeds.first(in: UnsafeRawBufferPointer(rebasing: raw[start...])) : nil
    }) {
      lines.append(start..<start + length)
      start += length + 1
    }
    return lines
  }

  private func row(
    _ number: Int, _ range: Range<Int>, _ blocks: BlockReader, _ hasher: MerkleHasher
  ) throws -> IndexRow {
    let bytes = Array(step.lines[range])
    let line = try step.read?[number] ?? Self.line(bytes, "\(ref) leaf \(firstLeaf + UInt64(number))")
    var row = IndexRow(bytes: range, line: line, leaf: hasher.leaf(bytes))
    guard case .entry(let entry) = line else { return row }
    row.path = Array(entry.path.text.utf8)
    row.key = entry.path.foldedKey
    // Mostly they are the same bytes, which are kept once then.
    if row.key == row.path { row.path = row.key }
    row.base = places[entry.object].map { Self.base(entry, $0, blocks) }
    return row
  }

  /// A line; nil for one that a newer program wrote.
  private static func line(_ bytes: [UInt8], _ place: String) throws -> Line? {
    do throws(FormatError) {
      return try Line(decoding: bytes)
    } catch {
      if error.code == .unsupported { return nil }
      throw StoreError.damaged(place, error)
    }
  }

  private static func base(_ entry: Entry, _ place: ObjectLocation, _ blocks: BlockReader) -> IndexRow.Base {
    let isRun = entry.population != nil || entry.size > UInt64(BlockPlan.smallObject)
    guard entry.population == nil, entry.size > 0, let stored = try? blocks.storage(of: place) else {
      return IndexRow.Base(isRun: isRun)
    }
    let keys = DeltaKeys.of(path: entry.path.text, system: entry.source.system, series: entry.series)
    return IndexRow.Base(isRun: isRun, stored: stored, keys: keys)
  }
}

extension BlockReader {
  /// The bytes that an object takes in its pack (its share of a solid block), and a range of its base where any
  /// part of it is stored as a delta.
  func storage(of place: ObjectLocation) throws -> (bytes: Int, base: BaseRange?) {
    var offset = place.block
    var ordinal = place.ordinal
    var bytes = 0
    var base: BaseRange?
    while true {
      let (header, descriptor) = try head(place.file, offset)
      guard ordinal < descriptor.parts.count else { return (bytes, base) }
      bytes += header.totalLength * descriptor.parts[ordinal] / max(1, header.rawLength)
      if !descriptor.bases.isEmpty {
        // A writer gives each part its base; where a delta is made otherwise, a wrong guess costs only space.
        base =
          descriptor.bases.count == descriptor.parts.count ? descriptor.bases[ordinal] : descriptor.bases[0]
      }
      guard header.flags.contains(.unfinished) else { return (bytes, base) }
      offset += UInt64(header.totalLength)
      ordinal = 0
    }
  }
}
