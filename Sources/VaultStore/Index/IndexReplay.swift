import VaultCore
import VaultFiles

/// Everything that the index needs of one commit.
struct IndexStep: Sendable {
  let id: ObjectID
  let commit: Commit
  let record: RefRecord
  let packs: [PackContents]
  /// The blob of added lines.
  let lines: [UInt8]
  /// What the lines say, where the caller has read them.
  var read: [Line]?
}

/// Adds commits to an index, in order.
struct IndexAppender {
  private(set) var builder = IndexBuilder()
  private(set) var head: IndexHead?
  private let before: RefIndex
  private var frontier: CompactRange
  private var packEnds: [Int: UInt64]
  private var repudiated: [RepudiatedRange]
  private var period: PeriodHead
  private var firstSequence: Int?
  private let hasher = MerkleHasher()

  /// Continues after what `before` covers.
  init(after before: RefIndex) {
    self.before = before
    frontier = before.frontier
    packEnds = before.head?.packEnds ?? [:]
    repudiated = before.repudiated
    period = before.head?.period ?? PeriodHead()
  }

  /// What was added, as a segment of its own; nothing is left of it here.
  mutating func segment() throws -> IndexSegment {
    var added = IndexBuilder()
    swap(&added, &builder)
    guard let head,
      let made = IndexSegment(.memory(added.encoded(head)), vault: head.vault, ref: head.ref)
    else { throw StoreError(.damaged, "\(before.ref) cannot be indexed", hint: "run 'vault fsck'") }
    return made
  }

  mutating func append(_ step: IndexStep) throws {
    let firstLeaf = frontier.end
    var linesPlace: ObjectLocation?
    var places: [ObjectID: ObjectLocation] = [:]
    for pack in step.packs {
      pack.forEachObject { id, place in
        builder.objects.append(ObjectRecord(id, place))
        places[id] = place
        if id == step.commit.lines { linesPlace = place }
      }
      packEnds[pack.location.file] = max(packEnds[pack.location.file] ?? 0, pack.location.end)
    }
    for gap in step.record.line.residue { packEnds[gap.file] = max(packEnds[gap.file] ?? 0, gap.end) }
    guard let linesPlace else {
      throw StoreError.damaged(
        "commit \(step.id.hex)", FormatError(.badMember, "its packs do not hold its lines"))
    }
    try appendLines(step, places)
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
      vault: before.vault.id, ref: before.ref, firstSequence: firstSequence ?? 1,
      lastSequence: step.commit.sequence, tip: step.id, lineStart: step.record.start,
      lineEnd: step.record.end, lineHash: step.record.hash, frontier: frontier, packEnds: packEnds,
      repudiated: repudiated, period: period)
  }

  private mutating func appendLines(_ step: IndexStep, _ places: [ObjectID: ObjectLocation]) throws {
    let firstLeaf = frontier.end
    let rows = IndexRows(step, places, before.folder, before.ref, firstLeaf: firstLeaf)
    try rows.forEachRow { number, row in
      govern(row.line, step, isFirst: number == 0)
      frontier.append(row.leaf, hasher) { level, index, hash in
        guard level >= NodeRecord.lowestLevel else { return }
        builder.nodes.append(NodeRecord(level: level, index: index, hash: hash))
      }
      switch row.line {
      case .entry(let entry):
        builder.paths.append(
          PathRecord(
            key: row.key, path: row.path, revision: entry.revision, leaf: firstLeaf + UInt64(number),
            sequence: step.commit.sequence, lineOffset: row.bytes.lowerBound, lineLength: row.bytes.count))
        if let base = row.base { appendBase(entry, base) }
      case .repudiate(let repudiation): append(repudiation, step)
      case .open, .expect, .waive, .close, .seal, .reconcile, .draw, .result, nil: break
      }
    }
  }

  /// Notes what a line says of the period itself, before the line is in the tree.
  private mutating func govern(_ line: Line?, _ step: IndexStep, isFirst: Bool) {
    switch line {
    case .open(let opening): period.progress = PeriodProgress(approvers: opening.approvers)
    case .entry:
      period.entries += 1
      period.progress.takeOthers()
    case .expect, .waive, .close, .seal:
      if period.governing.last != step.commit.sequence { period.governing.append(step.commit.sequence) }
      guard let line else { return }
      if case .seal = line, isFirst, let parent = step.commit.parent {
        let root = frontier.root(hasher)
        let base = PeriodProgress.Point(commit: parent, count: Int(frontier.end), root: root)
        period.progress.take(line, after: base)
      } else {
        period.progress.take(line, after: nil)
      }
    case .repudiate, .reconcile, .draw, .result, nil: period.progress.takeOthers()
    }
  }

  /// Notes what a repudiate line names, where that is an earlier commit. Whether it may, and whether the commit
  /// has entries, is for those to judge who know the trust.
  private mutating func append(_ repudiation: Repudiation, _ step: IndexStep) {
    guard repudiation.sequence < step.commit.sequence, let target = commit(repudiation.sequence),
      target.id == repudiation.commit
    else { return }
    RepudiatedRange(
      leaves: target.firstLeaf..<target.firstLeaf + target.added, sequence: repudiation.sequence,
      by: step.commit.sequence
    ).insert(into: &repudiated)
  }

  /// A commit that was appended or stood before.
  private func commit(_ sequence: Int) -> CommitRecord? {
    guard let firstSequence, sequence >= firstSequence else { return before.commit(sequence) }
    return sequence - firstSequence < builder.commits.count ? builder.commits[sequence - firstSequence] : nil
  }

  /// Notes an object that is new with this commit as a base of later ones, or as a use of its own base. Both
  /// are read from the blocks' heads, so that an index made again is the same.
  private mutating func appendBase(_ entry: Entry, _ row: IndexRow.Base) {
    if row.isRun { builder.sizes.insert(entry.size) }
    guard let stored = row.stored else { return }
    let base: DeltaBase?
    if let used = stored.base {
      base =
        row.keys.lazy.compactMap { [builder, before] in builder.bases[$0] ?? before.recordedBase($0) }
        .first { $0.object == used.object }?.used(stored.bytes)
    } else {
      base = DeltaBase(object: entry.object, length: entry.size, uses: 0, cost: stored.bytes, spent: 0)
    }
    guard let base else { return }
    for key in row.keys { builder.bases[key] = base }
  }
}
