/// Cuts the rows out of a CSV file with a header (RFC 4180): each becomes a record that is a JSON object, its members in
/// the header's order and all of them strings.
struct CSVCutter {
  private enum State {
    /// Where a field begins.
    case fieldStart
    case plain
    case quoted
    /// Behind a quote inside a quoted field: its end, or half of a quote that is part of it.
    case quote
    /// Behind a CR outside quotes.
    case carriageReturn
  }

  private var state = State.fieldStart
  private var isAtStart = true
  private var mark: [UInt8] = []
  private var names: [[UInt8]] = []
  private var hasHeader = false
  private var fields: [[UInt8]] = []
  private var field: [UInt8] = []
  private var rowBytes = 0
  /// The line of the file, from 1.
  private var line = 1
  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  mutating func add(_ bytes: UnsafeRawBufferPointer, _ sink: RecordCutter.Sink) throws {
    for byte in bytes {
      if isAtStart {
        mark.append(byte)
        if mark.count < 3, Self.byteOrderMark.starts(with: mark) { continue }
        try start(sink)
      } else {
        try take(byte, sink)
      }
    }
  }

  /// Takes the first bytes, without a byte-order mark.
  private mutating func start(_ sink: RecordCutter.Sink) throws {
    isAtStart = false
    if mark == Self.byteOrderMark { return }
    for byte in mark { try take(byte, sink) }
  }

  mutating func finish(_ sink: RecordCutter.Sink) throws {
    if isAtStart { try start(sink) }
    switch state {
    case .quoted: throw CutError("line \(line): a quoted field does not end")
    case .carriageReturn: throw CutError("line \(line): a CR stands without its LF")
    case .fieldStart where fields.isEmpty: break
    default: try endRow(sink)
    }
    guard hasHeader else { throw CutError("it has no header") }
  }

  private mutating func take(_ byte: UInt8, _ sink: RecordCutter.Sink) throws {
    guard byte != 0 else { throw CutError("line \(line): it has a byte 0x00") }
    rowBytes += 1
    guard rowBytes <= Limits.recordBytes else {
      throw CutError("line \(line): a row is over \(Limits.recordBytes) bytes")
    }
    if state == .quoted { return takeQuoted(byte) }
    if state == .carriageReturn, byte != 0x0A { throw CutError("line \(line): a CR stands without its LF") }
    switch byte {
    case UInt8(ascii: "\""):
      switch state {
      case .fieldStart: state = .quoted
      case .quote:
        field.append(byte)
        state = .quoted
      default: throw CutError("line \(line): a quote stands in a field that is not quoted")
      }
    case UInt8(ascii: ","): endField()
    case 0x0D: state = .carriageReturn
    case 0x0A:
      try endRow(sink)
      line += 1
    default:
      guard state != .quote else { throw CutError("line \(line): text stands behind a quoted field") }
      field.append(byte)
      state = .plain
    }
  }

  private mutating func takeQuoted(_ byte: UInt8) {
    if byte == UInt8(ascii: "\"") {
      state = .quote
      return
    }
    field.append(byte)
    if byte == 0x0A { line += 1 }
  }

  private mutating func endField() {
    fields.append(field)
    field.removeAll(keepingCapacity: true)
    state = .fieldStart
  }

  private mutating func endRow(_ sink: RecordCutter.Sink) throws {
    endField()
    defer {
      fields.removeAll(keepingCapacity: true)
      rowBytes = 0
    }
    for field in fields where !field.withUnsafeBytes({ UTF8Check.isValid($0) }) {
      throw CutError("line \(line): a field is not UTF-8")
    }
    guard hasHeader else { return try takeHeader() }
    guard fields.count == names.count else {
      throw CutError("line \(line): a row has \(fields.count) fields, and the header \(names.count)")
    }
    var record: [UInt8] = []
    for (name, field) in zip(names, fields) {
      record.append(UInt8(ascii: record.isEmpty ? "{" : ","))
      CanonicalValue.string(String(decoding: name, as: UTF8.self)).append(to: &record)
      record.append(UInt8(ascii: ":"))
      CanonicalValue.string(String(decoding: field, as: UTF8.self)).append(to: &record)
    }
    guard record.count < Limits.recordBytes else {
      throw CutError("line \(line): a record is over \(Limits.recordBytes) bytes")
    }
    try (record + [UInt8(ascii: "}"), 0x0A]).withUnsafeBytes { try sink($0) }
  }

  private mutating func takeHeader() throws(CutError) {
    guard !fields.contains([]) else { throw CutError("its header has an empty name") }
    guard Set(fields).count == fields.count else { throw CutError("its header has a name twice") }
    names = fields
    hasHeader = true
  }
}
