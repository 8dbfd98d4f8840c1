import Synchronization
import VaultCore
import VaultFiles
import VaultStore

/// Holds two populations against each other by a key (docs/reconciliation.md): both are read and sorted by the key's
/// hash on all cores, with bounded memory, and then walked together.
public struct ReconciliationRun {
  /// What came of it.
  public struct Outcome: Sendable {
    /// Keys, as the line of the reviews counts them.
    public internal(set) var matched = 0
    public internal(set) var onlyLeft = 0
    public internal(set) var onlyRight = 0
    public internal(set) var differing = 0
    /// Keys that several records of a side have.
    public internal(set) var duplicateLeft = 0
    public internal(set) var duplicateRight = 0
    /// Records without a key; each is counted among those of its side only.
    public internal(set) var missingLeft = 0
    public internal(set) var missingRight = 0
    /// The first findings.
    public internal(set) var first: [ReconciliationFinding] = []
    /// The file with the report.
    public internal(set) var report = ""

    /// Keys that are not matched.
    public var open: Int { onlyLeft + onlyRight + differing }
  }

  /// A population with what findings and the report call it.
  public struct Side: Sendable {
    public let population: StoredPopulation
    public let reference: PopulationReference

    public init(_ population: StoredPopulation, _ reference: PopulationReference) {
      self.population = population
      self.reference = reference
    }
  }

  private let on: [Reconciliation.FieldPair]
  private let compare: [Reconciliation.FieldPair]
  private let files: any FileLayer
  private let scratch: String
  private let workers: Int

  /// `scratch` is an empty folder of the caller's, on a file system with room for 72 bytes a record.
  public init(
    on: [Reconciliation.FieldPair], compare: [Reconciliation.FieldPair], files: any FileLayer,
    scratch: String, workers: Int
  ) {
    self.on = on
    self.compare = compare
    self.files = files
    self.scratch = scratch
    self.workers = workers
  }

  /// Throws `FormatError` for a pointer that is none, and what reading the populations throws.
  public func run(_ left: Side, _ right: Side) throws -> Outcome {
    let leftRows = RowSorter(files, scratch: scratch)
    try collect(left, on.map(\.left), compare.map(\.left), into: leftRows)
    let rightRows = RowSorter(files, scratch: scratch, held: leftRows.heldBytes)
    try collect(right, on.map(\.right), compare.map(\.right), into: rightRows)
    let report = try ReportWriter(
      files, path: Paths.join(scratch, "report.ndjson"), head: head(left, right))
    var walk = KeyWalk(left: try leftRows.sorted(), right: try rightRows.sorted(), report: report)
    try walk.run()
    try report.flush()
    var outcome = walk.outcome
    outcome.first = report.first
    outcome.report = report.path
    return outcome
  }

  /// The report's first line: what was held against what, and how.
  private func head(_ left: Side, _ right: Side) -> CanonicalValue {
    func value(_ pairs: [Reconciliation.FieldPair]) -> CanonicalValue {
      .array(pairs.map { .make([("left", .string($0.left)), ("right", .string($0.right))]) })
    }
    return .make([
      ("compare", compare.isEmpty ? nil : value(compare)), ("left", left.reference.value), ("on", value(on)),
      ("right", right.reference.value), ("type", .string("reconciliation-report")), ("version", .integer(1)),
    ])
  }

  private func collect(
    _ side: Side, _ on: [String], _ compare: [String], into rows: RowSorter
  ) throws {
    let on = try on.map { try RecordFields.pointer($0) }
    let compare = try compare.map { try RecordFields.pointer($0) }
    let population = side.population
    let next = Atomic<Int>(0)
    guard population.frameCount > 0 else { return }
    try Parallel.run(workers: min(workers, population.frameCount)) { _ in
      let frames = FrameReader(population)
      var maker = RowMaker(on: on, compare: compare)
      var made: [KeyedRow] = []
      made.reserveCapacity(min(RowSorter.runLength, population.population.count))
      while case let number = next.add(1, ordering: .relaxed).oldValue, number < population.frameCount {
        let frame = try frames.frame(number)
        frame.bytes.withBytes { bytes in
          for (index, record) in frame.records.enumerated() {
            made.append(
              maker.row(UnsafeRawBufferPointer(rebasing: bytes[record]), frame.first + UInt64(index)))
          }
        }
        if made.count >= RowSorter.runLength { try rows.add(&made) }
      }
      try rows.add(&made)
    }
  }
}

/// Walks the rows of both sides in the order of their keys' hashes.
private struct KeyWalk {
  private var left: SortedRows
  private var right: SortedRows
  private let report: ReportWriter
  private(set) var outcome = ReconciliationRun.Outcome()

  init(left: SortedRows, right: SortedRows, report: ReportWriter) {
    self.left = left
    self.right = right
    self.report = report
  }

  mutating func run() throws {
    while let key = [left.first?.key, right.first?.key].compactMap({ $0 }).min() {
      let hasLeft = left.first?.key == key
      let hasRight = right.first?.key == key
      if left.first?.isKeyMissing == true && hasLeft || right.first?.isKeyMissing == true && hasRight {
        try takeMissing(hasLeft)
      } else if hasLeft, hasRight {
        try takeBoth(key)
      } else {
        try takeOne(key, hasLeft)
      }
    }
  }

  private mutating func takeMissing(_ isLeft: Bool) throws {
    let isLeft = isLeft && left.first?.isKeyMissing == true
    guard let row = try isLeft ? left.next() : right.next() else { return }
    if isLeft {
      outcome.missingLeft += 1
      outcome.onlyLeft += 1
      try report.add(ReconciliationFinding(.keyMissing, left: row.record))
    } else {
      outcome.missingRight += 1
      outcome.onlyRight += 1
      try report.add(ReconciliationFinding(.keyMissing, right: row.record))
    }
  }

  private mutating func takeOne(_ key: Digest, _ isLeft: Bool) throws {
    if isLeft { outcome.onlyLeft += 1 } else { outcome.onlyRight += 1 }
    let group = try take(key, isLeft) { row, report in
      try report.add(
        isLeft
          ? ReconciliationFinding(.onlyLeft, left: row.record)
          : ReconciliationFinding(.onlyRight, right: row.record))
    }
    try tell(group, isLeft)
  }

  private mutating func takeBoth(_ key: Digest) throws {
    let ours = try take(key, true) { _, _ in }
    let theirs = try take(key, false) { _, _ in }
    if ours.isUniform, theirs.isUniform, ours.first.compared == theirs.first.compared {
      outcome.matched += 1
    } else {
      outcome.differing += 1
      try report.add(
        ReconciliationFinding(.differing, left: ours.first.record, right: theirs.first.record))
    }
    try tell(ours, true)
    try tell(theirs, false)
  }

  /// The records of one side that have a key.
  private struct Group {
    let first: KeyedRow
    var count = 1
    /// Whether all have the same values to be compared.
    var isUniform = true
  }

  private mutating func take(
    _ key: Digest, _ isLeft: Bool, _ each: (KeyedRow, ReportWriter) throws -> Void
  ) throws -> Group {
    guard let first = try isLeft ? left.next() : right.next() else {
      preconditionFailure("the key was seen on this side")
    }
    try each(first, report)
    var group = Group(first: first)
    while let row = isLeft ? left.first : right.first, row.key == key, !row.isKeyMissing {
      _ = try isLeft ? left.next() : right.next()
      try each(row, report)
      group.count += 1
      group.isUniform = group.isUniform && row.compared == first.compared
    }
    return group
  }

  private mutating func tell(_ group: Group, _ isLeft: Bool) throws {
    guard group.count > 1 else { return }
    if isLeft { outcome.duplicateLeft += 1 } else { outcome.duplicateRight += 1 }
    try report.add(
      ReconciliationFinding(
        .duplicate, left: isLeft ? group.first.record : nil, right: isLeft ? nil : group.first.record,
        count: group.count))
  }
}
