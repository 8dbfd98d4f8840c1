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
  private var start = ByteOrderMark()
  private var names: [[UInt8]] = []
  private var hasHeader = false
  private var fields: [[UInt8]] = []
  private var field: [UInt8] = []
  private var rowBytes = 0
  /// The line of the file, from 1.
  private var line: Int64 = 1
  /// The line on which the row begins.
  private var rowLine: Int64 = 1
  /// The line on which the quoted field begins that is being read, or that was read last.
  private var quoteLine: Int64 = 1
  private var hasQuote = false
  private var hasNUL = false
  /// What first broke RFC 4180 in the row.
  private var broken: CutError?

  mutating func add(
    _ bytes: UnsafeRawBufferPointer, _ sink: RecordCutter.Sink, _ flaw: RecordCutter.FlawSink
  ) throws {
    for byte in bytes {
      if start.isOpen {
        for byte in start.take(byte) ?? [] { try take(byte, sink, flaw) }
      } else {
        try take(byte, sink, flaw)
      }
    }
  }

  mutating func finish(_ sink: RecordCutter.Sink, _ flaw: RecordCutter.FlawSink) throws {
    if start.isOpen { for byte in start.finish() { try take(byte, sink, flaw) } }
    if state == .quoted { throw CutError(.notCSV, line: quoteLine, "a quoted field does not end") }
    if state == .carriageReturn { breakRow("a CR stands without its LF") }
    if state != .fieldStart || !fields.isEmpty { try endRow(sink, flaw) }
    guard hasHeader else { throw CutError(.notCSV, line: line, "the file has no header") }
  }

  private mutating func take(
    _ byte: UInt8, _ sink: RecordCutter.Sink, _ flaw: RecordCutter.FlawSink
  ) throws {
    rowBytes += 1
    guard rowBytes <= Limits.recordBytes else {
      throw CutError(nil, line: rowLine, "a row is over \(Limits.recordBytes) bytes")
    }
    if byte == 0 { hasNUL = true }
    if state == .quoted { return takeQuoted(byte) }
    if state == .carriageReturn, byte != 0x0A {
      breakRow("a CR stands without its LF")
      state = .plain
    }
    switch byte {
    case UInt8(ascii: "\""): takeQuote()
    case UInt8(ascii: ","): endField()
    case 0x0D: state = .carriageReturn
    case 0x0A:
      try endRow(sink, flaw)
      line += 1
      rowLine = line
    default:
      if state == .quote { breakRow("text stands behind a quoted field") }
      field.append(byte)
      state = .plain
    }
  }

  /// Takes a quote outside a quoted field, or behind one in it.
  private mutating func takeQuote() {
    switch state {
    case .fieldStart:
      (state, hasQuote, quoteLine) = (.quoted, true, line)
    case .quote:
      field.append(UInt8(ascii: "\""))
      state = .quoted
    default: breakRow("a quote stands in a field that is not quoted")
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

  private mutating func breakRow(_ detail: String) {
    if broken == nil { broken = CutError(.notCSV, line: line, detail) }
  }

  private mutating func endField() {
    fields.append(field)
    field.removeAll(keepingCapacity: true)
    state = .fieldStart
  }

  private mutating func endRow(_ sink: RecordCutter.Sink, _ flaw: RecordCutter.FlawSink) throws {
    endField()
    defer {
      fields.removeAll(keepingCapacity: true)
      (rowBytes, hasQuote, hasNUL, broken) = (0, false, false, nil)
    }
    if isBlank { return try flaw(CutError(.blankLine, line: rowLine)) }
    guard hasHeader else { return try takeHeader() }
    if let found = rowFlaw() { return try flaw(found) }
    var record: [UInt8] = []
    for (name, field) in zip(names, fields) {
      record.append(UInt8(ascii: record.isEmpty ? "{" : ","))
      CanonicalValue.string(String(decoding: name, as: UTF8.self)).append(to: &record)
      record.append(UInt8(ascii: ":"))
      CanonicalValue.string(String(decoding: field, as: UTF8.self)).append(to: &record)
    }
    guard record.count < Limits.recordBytes else {
      throw CutError(nil, line: rowLine, "a record is over \(Limits.recordBytes) bytes")
    }
    try (record + [UInt8(ascii: "}"), 0x0A]).withUnsafeBytes { try sink($0) }
  }

  /// Whether the row is a line of nothing but space. In a file of one column it is a row whose field is empty.
  private var isBlank: Bool {
    fields.count == 1 && names.count != 1 && !hasQuote && broken == nil
      && fields[0].allSatisfy { $0 == 0x20 || $0 == 0x09 }
  }

  /// Why the row gives no record.
  private func rowFlaw() -> CutError? {
    if let found = textFlaw() { return found }
    guard fields.count != names.count else { return nil }
    return CutError(
      .notCSV, line: rowLine,
      "the row has \(fields.count) \(fields.count == 1 ? "field" : "fields"), and the header \(names.count)")
  }

  /// Why the row is none, header or not: the first of what records that are lines may have too.
  private func textFlaw() -> CutError? {
    if hasNUL { return CutError(.nul, line: rowLine) }
    if fields.contains(where: { !$0.withUnsafeBytes { UTF8Check.isValid($0) } }) {
      return CutError(.notUnicode, line: rowLine)
    }
    return broken
  }

  private mutating func takeHeader() throws(CutError) {
    if let found = textFlaw() { throw found }
    guard !fields.contains([]) else {
      throw CutError(.notCSV, line: rowLine, "the header has an empty name")
    }
    guard Set(fields).count == fields.count else {
      throw CutError(.duplicateMember, line: rowLine, "the header has a name twice")
    }
    names = fields
    hasHeader = true
  }
}
