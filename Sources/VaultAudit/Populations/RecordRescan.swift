import VaultCore
import VaultStore

/// Reads a population's records again, and makes their count, root and findings.
final class RecordRescan {
  private let reader: RefReader
  private let entry: Entry
  private let population: Population
  private let examination: PopulationExamination
  private let merkle = MerkleHasher()
  private var range = CompactRange()
  /// The beginning of a record whose end is still to come.
  private var open: [UInt8] = []

  init(_ reader: RefReader, _ entry: Entry, _ population: Population, _ folder: VaultFolder) throws {
    self.reader = reader
    self.entry = entry
    self.population = population
    let opening = try reader.opening()
    let isLate = entry.late != nil || entry.concerns != nil
    examination = PopulationExamination(
      try PopulationFields(
        id: population.idField, sequence: population.sequenceField, time: population.timeField,
        window: isLate ? nil : Entry.Window(from: opening.from, to: opening.to)), folder.files,
      staging: folder.staging)
  }

  var count: UInt64 { range.end }
  var root: MerkleHash { range.root(merkle) }

  /// What was found, once ``run()`` has returned.
  func report(also others: [PopulationFinding]) throws -> PopulationReport {
    try examination.finish(sourceCount: population.source?.count, also: others)
  }

  /// Reads all records; throws `damaged` where their bytes are not the object's.
  func run() throws {
    try reader.objects.stream(entry.object) { piece in
      guard let last = LineFeeds.last(in: piece) else {
        open.append(contentsOf: piece)
        return try checkOpen()
      }
      let whole = UnsafeRawBufferPointer(rebasing: piece[...last])
      if open.isEmpty {
        try take(whole)
      } else {
        let first = LineFeeds.first(in: whole) ?? last
        open.append(contentsOf: whole[...first])
        try open.withUnsafeBytes { try take($0) }
        open.removeAll(keepingCapacity: true)
        if first < last { try take(UnsafeRawBufferPointer(rebasing: whole[(first + 1)...])) }
      }
      open.append(contentsOf: piece[(last + 1)...])
      try checkOpen()
    }
    if !open.isEmpty { try open.withUnsafeBytes { try take($0) } }
  }

  private func checkOpen() throws {
    guard open.count <= Limits.recordBytes else {
      throw FormatError(.overLimit, "a record is over \(Limits.recordBytes) bytes")
    }
  }

  private func take(_ records: UnsafeRawBufferPointer) throws {
    try examination.take(examination.examine(records, firstRecord: range.end))
    var leaves = RecordLeaves(at: range.end, merkle)
    let last = leaves.add(records)
    if !last.isEmpty { leaves.add(record: last) }
    guard leaves.longest <= Limits.recordBytes else {
      throw FormatError(.overLimit, "a record is over \(Limits.recordBytes) bytes")
    }
    range.append(leaves.finish(), merkle)
  }
}
