/// Cuts the elements out of a JSON array, or out of the array `Records` of an object that has no other member. Each
/// element becomes a record without its white space outside strings.
struct JSONCutter {
  private enum State {
    case start, beforeName, afterName, beforeArray, beforeFirst, element, beforeNext, afterArray, end
  }

  private let isArray: Bool
  private var state = State.start
  /// The line of the file, from 1.
  private var line: Int64 = 1
  private var records: UInt64 = 0
  /// The element that is being read, or the member's name.
  private var element: [UInt8] = []
  /// The line on which it begins.
  private var elementLine: Int64 = 1
  /// The line on which the element's string begins that is being read, or that was read last.
  private var stringLine: Int64 = 1
  private var depth = 0
  private var isInString = false
  private var isEscaped = false
  private var start = ByteOrderMark()

  init(isArray: Bool) { self.isArray = isArray }

  mutating func add(
    _ bytes: UnsafeRawBufferPointer, _ sink: RecordCutter.Sink, _ flaw: RecordCutter.FlawSink
  ) throws {
    for byte in bytes {
      if start.isOpen {
        try begin(byte, sink, flaw)
      } else {
        try take(byte, sink, flaw)
      }
      if byte == 0x0A { line += 1 }
    }
  }

  func finish() throws(CutError) {
    switch state {
    case .end: return
    case .element: throw unended()
    default:
      throw CutError(.notJSON, line: line, "the file ends early, after \(records) records")
    }
  }

  /// Takes one of the first bytes, and passes over a byte-order mark.
  private mutating func begin(
    _ byte: UInt8, _ sink: RecordCutter.Sink, _ flaw: RecordCutter.FlawSink
  ) throws {
    guard let held = start.take(byte) else { return }
    if held.isEmpty { try flaw(CutError(.byteOrderMark, line: 1)) }
    for byte in held { try take(byte, sink, flaw) }
  }

  private mutating func take(
    _ byte: UInt8, _ sink: RecordCutter.Sink, _ flaw: RecordCutter.FlawSink
  ) throws {
    if state == .element { return try takeInElement(byte, sink, flaw) }
    if state == .afterName { return try takeInName(byte) }
    if Self.isSpace(byte) { return }
    switch (state, byte) {
    case (.start, UInt8(ascii: "[")) where isArray: state = .beforeFirst
    case (.start, UInt8(ascii: "{")) where !isArray: state = .beforeName
    case (.beforeName, UInt8(ascii: "\"")): state = .afterName
    case (.beforeArray, UInt8(ascii: ":")) where depth == 0: depth = 1
    case (.beforeArray, UInt8(ascii: "[")) where depth == 1: (state, depth) = (.beforeFirst, 0)
    case (.beforeFirst, UInt8(ascii: "]")): state = isArray ? .end : .afterArray
    case (.beforeFirst, _), (.beforeNext, _):
      state = .element
      elementLine = line
      try takeInElement(byte, sink, flaw)
    case (.afterArray, UInt8(ascii: "}")): state = .end
    case (.afterArray, UInt8(ascii: ",")): throw otherForm("\"Records\" is not its only member")
    case (.afterArray, _), (.end, _): throw unexpected(byte)
    default: throw otherForm("it is not \(isArray ? "a JSON array" : "{\"Records\":[…]}")")
    }
  }

  private mutating func takeInName(_ byte: UInt8) throws(CutError) {
    if byte == UInt8(ascii: "\"") {
      guard element == Array("Records".utf8) else { throw otherForm("its first member is not \"Records\"") }
      element = []
      state = .beforeArray
    } else {
      element.append(byte)
      guard element.count <= 7 else { throw otherForm("its first member is not \"Records\"") }
    }
  }

  private mutating func takeInElement(
    _ byte: UInt8, _ sink: RecordCutter.Sink, _ flaw: RecordCutter.FlawSink
  ) throws {
    if isInString { return try takeInString(byte) }
    switch byte {
    case UInt8(ascii: "\""): (isInString, stringLine) = (true, line)
    case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
    case UInt8(ascii: "]") where depth == 0:
      try end(sink, flaw)
      state = isArray ? .end : .afterArray
      return
    case UInt8(ascii: "]"), UInt8(ascii: "}"):
      guard depth > 0 else { throw elementFlaw("has brackets that do not match") }
      depth -= 1
    case UInt8(ascii: ",") where depth == 0:
      try end(sink, flaw)
      state = .beforeNext
      return
    default: break
    }
    try keep(byte)
  }

  private mutating func takeInString(_ byte: UInt8) throws(CutError) {
    // No string of JSON has one: what stands behind it may be anything, so that nothing more can be cut.
    guard byte != 0x0A else { throw unended() }
    if isEscaped {
      isEscaped = false
    } else if byte == UInt8(ascii: "\\") {
      isEscaped = true
    } else if byte == UInt8(ascii: "\"") {
      isInString = false
    }
    try keep(byte)
  }

  private mutating func keep(_ byte: UInt8) throws(CutError) {
    guard element.count < Limits.recordBytes else {
      throw CutError(nil, line: elementLine, "a record is over \(Limits.recordBytes) bytes")
    }
    element.append(byte)
  }

  private mutating func end(_ sink: RecordCutter.Sink, _ flaw: RecordCutter.FlawSink) throws {
    defer { element.removeAll(keepingCapacity: true) }
    records += 1
    // With its white space: what stands apart in it must not grow together.
    if let finding = unreadable() {
      return try flaw(CutError(finding, line: elementLine, "record \(records - 1), from 0"))
    }
    var record = Self.withoutSpace(element)
    record.append(0x0A)
    try record.withUnsafeBytes { try sink($0) }
  }

  /// Why the element cannot be read; nil where it can.
  private func unreadable() -> PopulationFinding? {
    var scanner = RecordScanner()
    let flaws = element.withUnsafeBytes { scanner.scan($0) }
    return flaws.intersection(.unreadable).findings.first
  }

  /// A JSON text without its white space outside strings.
  private static func withoutSpace(_ text: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(text.count + 1)
    var isInString = false
    var isEscaped = false
    for byte in text {
      if isInString {
        isInString = isEscaped || byte != UInt8(ascii: "\"")
        isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
      } else if isSpace(byte) {
        continue
      } else {
        isInString = byte == UInt8(ascii: "\"")
      }
      out.append(byte)
    }
    return out
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
  }

  // MARK: - Errors

  /// An element, or a string in it, that does not end; with the name of a flaw that it has besides.
  private func unended() -> CutError {
    let flaw = elementFlaw("does not end")
    guard flaw.finding == .notJSON, isInString else { return flaw }
    return CutError(.notJSON, line: stringLine, "a string does not end on its line")
  }

  /// What is wrong with an element behind which nothing can be cut.
  private func elementFlaw(_ detail: String) -> CutError {
    CutError(unreadable() ?? .notJSON, line: elementLine, "record \(records), from 0, \(detail)")
  }

  private func otherForm(_ detail: String) -> CutError { CutError(nil, line: line, detail) }

  private func unexpected(_ byte: UInt8) -> CutError {
    let what = byte > 0x20 && byte < 0x7F ? "'\(Character(UnicodeScalar(byte)))'" : "a byte \(byte)"
    return CutError(byte == 0 ? .nul : .notJSON, line: line, "\(what) does not belong there")
  }
}
