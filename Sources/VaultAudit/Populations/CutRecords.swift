import VaultCore
import VaultFiles
import VaultStore

/// The records of a file that was cut, in a file of their own.
struct CutRecords: Sendable {
  let file: ScratchFile
  /// What was cut.
  let original: ObjectID

  /// What is wrong with the file; where it is nothing, `file` has its records.
  let flaws: CutFlaws

  /// Cuts the file at `path`; throws ``StoreError`` where it has another form.
  init(_ path: String, _ format: Population.Cut.Format, _ files: any FileLayer, staging: String) throws {
    file = try ScratchFile(files, staging: staging)
    let hasher = SHA256Hasher()
    var cutter = RecordCutter(format)
    var pending: [UInt8] = []
    var flaws = CutFlaws()
    let input = try File(files, path: path, mode: [.read, .noWait])
    var at: Int64 = 0
    do {
      while case let bytes = try input.readFully(at: at, count: Self.piece), !bytes.isEmpty {
        hasher.update(bytes)
        at += Int64(bytes.count)
        try bytes.withUnsafeBytes { bytes in
          try cutter.add(bytes) {
            pending.append(contentsOf: $0)
          } flaw: {
            flaws.add($0)
          }
        }
        try Self.flush(&pending, to: file, from: Self.piece)
      }
      try cutter.finish {
        pending.append(contentsOf: $0)
      } flaw: {
        flaws.add($0)
      }
      try Self.flush(&pending, to: file, from: 1)
    } catch let error as CutError {
      guard error.finding != nil else {
        throw StoreError(
          .badInput, "\(path) cannot be cut into records: \(error.reason)",
          hint: "--format says in what form it is")
      }
      flaws.add(error)
    }
    self.flaws = flaws
    original = ObjectID(hasher.finish())
  }

  private static let piece = 1 << 20

  private static func flush(_ pending: inout [UInt8], to file: ScratchFile, from count: Int) throws {
    guard pending.count >= count else { return }
    try pending.withUnsafeBytes { try file.write($0) }
    pending.removeAll(keepingCapacity: true)
  }
}

/// What is wrong with a file that records are cut from, by name, with its lines.
struct CutFlaws: Sendable {
  private var tally = FindingTally()
  private var details: [PopulationFinding: String] = [:]

  /// Takes flaws in the order of their lines.
  mutating func add(_ flaw: CutError) {
    guard let finding = flaw.finding else { return }
    tally.add(finding, flaw.line)
    if details[finding] == nil, !flaw.detail.isEmpty { details[finding] = flaw.detail }
  }

  /// The flaws as findings of the population that would be cut; nil where there are none.
  var report: PopulationReport? {
    tally.found.isEmpty ? nil : PopulationReport(uncut: tally, details)
  }
}
