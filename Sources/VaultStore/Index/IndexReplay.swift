import VaultCore
import VaultFiles

/// Everything that the index needs of one commit.
struct IndexStep {
  let id: ObjectID
  let commit: Commit
  let record: RefRecord
  let packs: [PackContents]
  /// The blob of added lines.
  let lines: [UInt8]
  /// For each object that an entry names the base that it was stored against; nil where that is not known.
  let bases: [ObjectID: DeltaBase]
}

/// Adds commits to an index, in order.
struct IndexAppender {
  private(set) var builder = IndexBuilder()
  private(set) var head: IndexHead?
  private let vault: ObjectID
  private let ref: RefName
  private var frontier: CompactRange
  private var packEnds: [Int: UInt64]
  private var firstSequence: Int?
  private let hasher = MerkleHasher()

  /// Continues after `head`.
  init(vault: ObjectID, ref: RefName, after head: IndexHead?) {
    self.vault = vault
    self.ref = ref
    frontier = head?.frontier ?? CompactRange()
    packEnds = head?.packEnds ?? [:]
  }

  mutating func append(_ step: IndexStep) throws {
    let firstLeaf = frontier.end
    var linesPlace: ObjectLocation?
    for pack in step.packs {
      pack.forEachObject { id, place in
        builder.objects.append(ObjectRecord(id, place))
        if id == step.commit.lines { linesPlace = place }
      }
      packEnds[pack.location.file] = max(packEnds[pack.location.file] ?? 0, pack.location.end)
    }
    for gap in step.record.line.residue { packEnds[gap.file] = max(packEnds[gap.file] ?? 0, gap.end) }
    guard let linesPlace else {
      throw StoreError.damaged(
        "commit \(step.id.hex)", FormatError(.badMember, "its packs do not hold its lines"))
    }
    try appendLines(step)
    guard frontier.root(hasher) == step.commit.root, frontier.end == UInt64(step.commit.count) else {
      throw StoreError.damaged(
        "commit \(step.id.hex)", FormatError(.badMember, "its root does not cover its lines"))
    }
    builder.commits.append(
      CommitRecord(
        id: step.id, lines: linesPlace, firstLeaf: firstLeaf, added: frontier.end - firstLeaf,
        refLineStart: step.record.start, refLineLength: Int(step.record.end - step.record.start)))
    firstSequence = firstSequence ?? step.commit.sequence
    head = IndexHead(
      vault: vault, ref: ref, firstSequence: firstSequence ?? 1, lastSequence: step.commit.sequence,
      tip: step.id,
      lineStart: step.record.start, lineEnd: step.record.end, lineHash: step.record.hash, frontier: frontier,
      packEnds: packEnds)
  }

  private mutating func appendLines(_ step: IndexStep) throws {
    var start = 0
    while start < step.lines.count {
      guard let end = step.lines[start...].firstIndex(of: 0x0A) else { break }
      let bytes = Array(step.lines[start..<end])
      let leaf = frontier.end
      var nodes: [NodeRecord] = []
      frontier.append(hasher.leaf(bytes), hasher) { level, index, hash in
        if level >= NodeRecord.lowestLevel {
          nodes.append(NodeRecord(level: level, index: index, hash: hash))
        }
      }
      builder.nodes += nodes
      if let entry = try Self.entry(bytes, "\(ref) leaf \(leaf)") {
        appendEntry(entry, step, leaf: leaf, offset: start, length: end - start)
      }
      start = end + 1
    }
  }

  /// The entry of a line; nil for other lines, and for those that a newer program wrote.
  private static func entry(_ bytes: [UInt8], _ place: String) throws -> Entry? {
    do throws(FormatError) {
      guard case .entry(let entry) = try Line(decoding: bytes) else { return nil }
      return entry
    } catch {
      if error.code == .unsupported { return nil }
      throw StoreError.damaged(place, error)
    }
  }

  private mutating func appendEntry(_ entry: Entry, _ step: IndexStep, leaf: UInt64, offset: Int, length: Int)
  {
    builder.paths.append(
      PathRecord(
        key: entry.path.foldedKey, path: Array(entry.path.text.utf8), revision: entry.revision, leaf: leaf,
        sequence: step.commit.sequence, lineOffset: offset, lineLength: length))
    guard entry.population == nil, entry.size > 0 else { return }
    let keys = DeltaKeys.of(path: entry.path.text, system: entry.source.system, series: entry.series)
    let whole = DeltaBase(object: entry.object, length: entry.size, uses: 0)
    let base =
      step.bases[entry.object].map { DeltaBase(object: $0.object, length: $0.length, uses: $0.uses + 1) }
      ?? whole
    for key in keys { builder.bases[key] = base }
  }
}
