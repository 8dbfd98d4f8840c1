import VaultCore
import VaultStore

/// What is found in one frame of records, and what of them is compared with those of other frames.
struct FrameExamination: Sendable {
  /// Records whose sequence numbers are one more each.
  struct Run: Sendable {
    var numbers: ClosedRange<Int64>
    let line: Int64
  }

  var tally = FindingTally()
  /// Each id's hash, with its line.
  var ids: [SortKey] = []
  var sequence: [Run] = []
  var times = TimeOrder()
  var records: Int64 = 0
}

/// How many records are of an earlier time than the one before them.
struct TimeOrder: Sendable {
  private var first: Int64?
  private var last: Int64?
  private(set) var steps: Int64 = 0

  mutating func add(_ time: Int64) {
    if first == nil { first = time }
    if let last, time < last { steps += 1 }
    last = time
  }

  /// Adds the times of later records.
  mutating func add(_ later: TimeOrder) {
    guard let next = later.first else { return }
    add(next)
    steps += later.steps
    last = later.last
  }
}

/// Examines the records of a frame.
struct FrameExaminer: ~Copyable {
  private let fields: PopulationFields
  private let hash: SipHash
  private var scanner: RecordScanner
  private var found = FrameExamination()
  private let idPlace: Int?
  private let sequencePlace: Int?
  private let timePlace: Int?

  init(_ fields: PopulationFields, _ hash: SipHash) {
    self.fields = fields
    self.hash = hash
    scanner = RecordScanner(fields.pointers)
    idPlace = fields.id == nil ? nil : 0
    sequencePlace = fields.sequence == nil ? nil : (fields.id == nil ? 0 : 1)
    timePlace = fields.time == nil ? nil : fields.pointers.count - 1
  }

  /// Examines a frame of whole records, the first of which is number `firstRecord`.
  consuming func run(_ frame: UnsafeRawBufferPointer, firstRecord: UInt64) -> FrameExamination {
    var start = 0
    var line = Int64(firstRecord)
    while start < frame.count {
      line += 1
      let rest = UnsafeRawBufferPointer(rebasing: frame[start...])
      let end = LineFeeds.first(in: rest)
      if end == nil { found.tally.add(.truncatedLastLine, line) }
      let length = end ?? rest.count
      record(UnsafeRawBufferPointer(rebasing: rest[..<length]), line)
      start += length + 1
    }
    found.records = line - Int64(firstRecord)
    return found
  }

  private mutating func record(_ whole: UnsafeRawBufferPointer, _ line: Int64) {
    var record = whole
    if line == 1, record.starts(with: [0xEF, 0xBB, 0xBF]) {
      found.tally.add(.byteOrderMark, line)
      record = UnsafeRawBufferPointer(rebasing: record[3...])
    }
    if record.last == 0x0D {
      found.tally.add(.crlf, line)
      record = UnsafeRawBufferPointer(rebasing: record.dropLast())
    }
    if record.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) {
      found.tally.add(.blankLine, line)
      return
    }
    let flaws = scanner.scan(record)
    if !flaws.isEmpty {
      for finding in flaws.findings { found.tally.add(finding, line) }
      guard flaws.isDisjoint(with: .unreadable) else { return }
    }
    if let idPlace { id(RecordValue(scanner.value(idPlace)), line) }
    if let sequencePlace { sequence(RecordValue(scanner.value(sequencePlace)), line) }
    if let timePlace { time(RecordValue(scanner.value(timePlace)), line) }
  }

  private mutating func id(_ value: RecordValue, _ line: Int64) {
    if let (high, low) = hash.id(value) {
      found.ids.append(SortKey(high, low, UInt64(line)))
    } else if case .missing = value {
      found.tally.add(.idMissing, line)
    } else {
      found.tally.add(.idMalformed, line)
    }
  }

  private mutating func sequence(_ value: RecordValue, _ line: Int64) {
    let number: Int64?
    switch value {
    case .missing: return found.tally.add(.sequenceMissing, line)
    case .number(let bytes): number = RecordNumber.integer(bytes)
    case .text(let text): number = text.withBytes { RecordNumber.integer($0) }
    case .other: number = nil
    }
    guard let number else { return found.tally.add(.sequenceMalformed, line) }
    let last = found.sequence.count - 1
    if last >= 0, case let run = found.sequence[last], run.numbers.upperBound < number,
      run.numbers.upperBound + 1 == number
    {
      found.sequence[last].numbers = run.numbers.lowerBound...number
    } else {
      found.sequence.append(FrameExamination.Run(numbers: number...number, line: line))
    }
  }

  private mutating func time(_ value: RecordValue, _ line: Int64) {
    switch value {
    case .missing: found.tally.add(.timeMissing, line)
    case .number, .other: found.tally.add(.timeMalformed, line)
    case .text(let text):
      switch text.withBytes({ RecordTime($0) }) {
      case .withoutZone: found.tally.add(.timeWithoutZone, line)
      case .malformed: found.tally.add(.timeMalformed, line)
      case .at(let time):
        found.times.add(time)
        if let window = fields.window, time < window.from.milliseconds || time >= window.to.milliseconds {
          found.tally.add(.outsidePeriod, line)
        }
      }
    }
  }
}
