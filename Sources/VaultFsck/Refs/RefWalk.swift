import VaultCore
import VaultFiles
import VaultStore

/// Reads one ref file and checks that each line follows the one before. Findings are held back until the
/// caller knows that no writer was at work.
struct RefWalk {
  private(set) var table: RefTable
  private(set) var claims: [PackClaim] = []
  private(set) var findings: [Finding] = []
  private(set) var disclosures: [Disclosure] = []
  /// Whether the file ends in something that a writer may be about to finish.
  private(set) var isUnfinished = false

  private let place: Int
  private var last: ObjectID?
  private var expected = 1
  /// Lines that could not be read since the last one that could.
  private var garbage = 0
  private var torn: [RefLine.TornLine] = []

  /// Reads the ref file of `source`, the `place`-th of its area; `first` is what its first line follows.
  static func read(
    _ source: RefSource, place: Int, path: String, after first: ObjectID?, _ context: CheckContext
  ) throws -> RefWalk {
    var walk = RefWalk(source, place: place, path: context.relative(path), after: first)
    do {
      try RefScanner.scan(context.files, path: path, from: 0, kind: source.kind) { walk.take($0) }
    } catch let error as StoreError {
      walk.find(.refLineMalformed, error.reason)
      walk.table.hasGaps = true
    }
    walk.finish()
    return walk
  }

  private init(_ source: RefSource, place: Int, path: String, after first: ObjectID?) {
    table = RefTable(source, path: path)
    self.place = place
    last = first
  }

  private mutating func find(_ name: Finding.Name, _ detail: String, line: Int? = nil) {
    guard findings.count < 3 * FindingLog.limit else { return }
    findings.append(Finding(name, line.map { "\(table.path):\($0)" } ?? table.path, detail))
  }

  private mutating func take(_ item: RefItem) {
    switch item {
    case .line(let record): take(record)
    case .garbage(let bytes, let start, let error):
      if garbage == 0, let left = RefScanner.torn(bytes) {
        torn.append(left)
      } else {
        let name: Finding.Name = error.code == .unsupported ? .unsupportedFormat : .refLineMalformed
        find(name, "the line at byte \(start) cannot be read: \(error.reason)")
        garbage += 1
        table.hasGaps = true
      }
    case .torn(let bytes, let start):
      isUnfinished = true
      find(
        .unfinishedWrite,
        "the file ends in \(counted(bytes.count, "byte")) of a torn line at byte \(start), SHA-256 \(ObjectID(of: bytes).hex)"
      )
    }
  }

  private mutating func take(_ record: RefRecord) {
    let line = record.line
    let known = garbage == 0
    if known, line.torn != torn {
      find(.refTornMismatch, "the torn lines that it explains are not those before it", line: line.sequence)
    } else if known, !torn.isEmpty {
      let lengths = torn.map { counted($0.length, "byte") }.joined(separator: ", ")
      disclosures.append(
        Disclosure(.unfinishedWrite, "\(table.path):\(line.sequence)", "a torn line of \(lengths), explained")
      )
    }
    if known, line.previous != last {
      find(.refChainBroken, "it does not follow the line before", line: line.sequence)
    }
    if line.sequence != expected, known || line.sequence <= expected || line.sequence > expected + garbage {
      find(.refSequence, "line \(expected) should stand here", line: line.sequence)
    }
    last = ObjectID(record.hash)
    expected = line.sequence + 1
    garbage = 0
    torn = []
    let index = table.entries.count
    claims += line.packs.map { PackClaim($0, line: index, ref: place, isResidue: false) }
    claims += line.residue.map { PackClaim($0, line: index, ref: place, isResidue: true) }
    table.append(line)
  }

  private mutating func finish() {
    for line in torn {
      isUnfinished = true
      find(
        .unfinishedWrite,
        "a torn line of \(counted(line.length, "byte")) that no line explains, SHA-256 \(line.bytes.hex)")
    }
    if table.entries.isEmpty, !table.hasGaps, !isUnfinished {
      isUnfinished = true
      find(.unfinishedWrite, "the ref file is empty")
    }
  }
}
