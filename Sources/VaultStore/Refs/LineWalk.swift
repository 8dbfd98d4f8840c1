import VaultCore
import VaultFiles

/// A run of whole lines that one commit added.
package struct LineRun: Sendable {
  /// The commit's sequence.
  package let sequence: Int
  /// The leaf of the run's first line.
  package let firstLeaf: Int
  /// The lines, each with its LF.
  private let blob: [UInt8]
  private let bytes: Range<Int>

  fileprivate init(sequence: Int, firstLeaf: Int, blob: [UInt8], bytes: Range<Int>) {
    self.sequence = sequence
    self.firstLeaf = firstLeaf
    self.blob = blob
    self.bytes = bytes
  }

  /// Gives each line, decoded, with its leaf and its bytes without the LF. Throws `damaged` for one that is none.
  package func forEachLine(_ body: (Line, Int, UnsafeRawBufferPointer) throws -> Void) throws {
    try blob.withBytes { raw in
      var leaf = firstLeaf
      var start = bytes.lowerBound
      while start < bytes.upperBound {
        let rest = UnsafeRawBufferPointer(rebasing: raw[start..<bytes.upperBound])
        let length = LineFeeds.first(in: rest) ?? rest.count
        let one = UnsafeRawBufferPointer(rebasing: rest[..<length])
        let line: Line
        do throws(FormatError) { line = try Line(parsing: one) } catch {
          throw StoreError.damaged("leaf \(leaf)", error)
        }
        try body(line, leaf, one)
        start += length + 1
        leaf += 1
      }
    }
  }
}

extension RefReader {
  /// Bytes of lines of one run, as a rule, and of the runs that are held at once.
  private static let runBytes = 256 << 10
  private static let heldBytes = 8 << 20

  /// Reads the lines of commits and gives them, in runs, to `body` on `workers` threads; then what it made of each, in
  /// the order of the lines, to `take`. The lines hash to what their commits name; signatures are not looked at.
  package func walk<R: Sendable>(
    _ sequences: some Sequence<Int>, workers: Int, _ body: @Sendable (LineRun) throws -> R,
    take: (LineRun, R) throws -> Void
  ) throws {
    var runs: [LineRun] = []
    var held = 0
    func settle() throws {
      let made = try Parallel.map(runs, workers: runs.count < 2 ? 1 : workers, body)
      for (run, result) in zip(runs, made) { try take(run, result) }
      runs = []
      held = 0
    }
    for sequence in sequences {
      let commit = try commit(sequence).1
      // Read past the reader's own cache: a walk comes to each commit once.
      let blob = try objects.read(commit.lines, limit: Limits.linesBlobBytes)
      var leaf = commit.count - commit.added
      var start = 0
      while start < blob.count {
        let end = Self.end(of: start, in: blob)
        runs.append(LineRun(sequence: sequence, firstLeaf: leaf, blob: blob, bytes: start..<end))
        leaf += blob.withBytes { LineFeeds.count(in: UnsafeRawBufferPointer(rebasing: $0[start..<end])) }
        start = end
      }
      held += blob.count
      if held >= Self.heldBytes { try settle() }
    }
    try settle()
  }

  /// Where the run that begins at `start` ends: behind a line.
  private static func end(of start: Int, in blob: [UInt8]) -> Int {
    guard blob.count - start > runBytes else { return blob.count }
    return blob[(start + runBytes)...].firstIndex(of: 0x0A).map { $0 + 1 } ?? blob.count
  }

  /// Sums up the period's lines up to commit `last`.
  package func tally(through last: Int, workers: Int) throws -> PeriodTally {
    var tally = PeriodTally()
    guard last > 0 else { return tally }
    try walk(1...last, workers: workers, Self.part) { run, part in
      tally.append(part, sequence: run.sequence, firstLeaf: run.firstLeaf)
    }
    return tally
  }

  /// What a run of lines adds to a tally.
  @Sendable package static func part(_ run: LineRun) throws -> PeriodTally.Part {
    let hasher = MerkleHasher()
    var part = PeriodTally.Part()
    try run.forEachLine { line, leaf, bytes in
      // Only a population's leaf is named by its hash.
      let isPopulation = if case .entry(let entry) = line { entry.population != nil } else { false }
      part.take(line, leaf: leaf, hash: MerkleHash(isPopulation ? hasher.leaf(bytes) : .zero))
    }
    return part
  }
}

extension RefReader {
  /// The newest reconciliation of each pair in the lines of a `reviews/` ref up to commit `last`.
  package func reconciliations(through last: Int) throws -> ReconciliationTally {
    var tally = ReconciliationTally()
    guard last > 0 else { return tally }
    try walk(1...last, workers: Parallel.coreCount) { run in
      let hasher = MerkleHasher()
      var found: [ReconciliationTally.Item] = []
      try run.forEachLine { line, leaf, bytes in
        guard case .reconcile(let reconciliation) = line else { return }
        found.append(.init(reconciliation, leaf: leaf, hash: MerkleHash(hasher.leaf(bytes))))
      }
      return found
    } take: { _, found in
      for item in found { tally.take(item) }
    }
    return tally
  }
}

extension RefIndex {
  /// The document under which the period is sealed, by its lines.
  public var sealed: ObjectID? { progress.state == .sealed ? progress.run?.document : nil }
}
