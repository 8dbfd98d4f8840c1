/// Cuts the elements out of a JSON array, or out of the array `Records` of an object that has no other member. Each
/// element becomes a record without its white space outside strings.
struct JSONCutter {
  private enum State {
    case start, beforeName, afterName, beforeArray, beforeFirst, element, beforeNext, afterArray, end
  }

  private let isArray: Bool
  private var state = State.start
  /// The bytes so far, of the file.
  private var offset: UInt64 = 0
  private var records: UInt64 = 0
  /// The element that is being read, or the member's name.
  private var element: [UInt8] = []
  private var depth = 0
  private var isInString = false
  private var isEscaped = false

  init(isArray: Bool) { self.isArray = isArray }

  mutating func add(_ bytes: UnsafeRawBufferPointer, _ sink: RecordCutter.Sink) throws {
    for byte in bytes {
      try take(byte, sink)
      offset += 1
    }
  }

  func finish() throws(CutError) {
    guard state == .end else { throw CutError("it ends early, after \(records) records") }
  }

  private mutating func take(_ byte: UInt8, _ sink: RecordCutter.Sink) throws {
    if state == .element { return try takeInElement(byte, sink) }
    if state == .afterName { return try takeInName(byte) }
    if Self.isSpace(byte) { return }
    switch (state, byte) {
    case (.start, UInt8(ascii: "[")) where isArray: state = .beforeFirst
    case (.start, UInt8(ascii: "{")) where !isArray: state = .beforeName
    case (.beforeName, UInt8(ascii: "\"")): state = .afterName
    case (.beforeArray, UInt8(ascii: ":")) where depth == 0: depth = 1
    case (.beforeArray, UInt8(ascii: "[")) where depth == 1: (state, depth) = (.beforeFirst, 0)
    case (.beforeFirst, UInt8(ascii: "]")): state = isArray ? .end : .afterArray
    case (.beforeFirst, _), (.beforeNext, _): try begin(byte, sink)
    case (.afterArray, UInt8(ascii: "}")): state = .end
    default: throw unexpected(byte)
    }
  }

  private mutating func takeInName(_ byte: UInt8) throws(CutError) {
    if byte == UInt8(ascii: "\"") {
      guard element == Array("Records".utf8) else { throw CutError("its first member is not \"Records\"") }
      element = []
      state = .beforeArray
    } else {
      element.append(byte)
      guard element.count <= 7 else { throw CutError("its first member is not \"Records\"") }
    }
  }

  private mutating func begin(_ byte: UInt8, _ sink: RecordCutter.Sink) throws {
    state = .element
    try takeInElement(byte, sink)
  }

  private mutating func takeInElement(_ byte: UInt8, _ sink: RecordCutter.Sink) throws {
    if isInString {
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        isInString = false
      }
      return try keep(byte)
    }
    switch byte {
    case UInt8(ascii: "\""): isInString = true
    case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
    case UInt8(ascii: "]") where depth == 0:
      try end(sink)
      state = isArray ? .end : .afterArray
      return
    case UInt8(ascii: "]"), UInt8(ascii: "}"):
      guard depth > 0 else { throw unexpected(byte) }
      depth -= 1
    case UInt8(ascii: ",") where depth == 0:
      try end(sink)
      state = .beforeNext
      return
    default: break
    }
    try keep(byte)
  }

  private mutating func keep(_ byte: UInt8) throws(CutError) {
    guard element.count < Limits.recordBytes else {
      throw CutError("record \(records + 1) is over \(Limits.recordBytes) bytes")
    }
    element.append(byte)
  }

  private mutating func end(_ sink: RecordCutter.Sink) throws {
    records += 1
    // With its white space: what stands apart in it must not grow together.
    var scanner = RecordScanner()
    let flaws = element.withUnsafeBytes { scanner.scan($0) }
    guard flaws.isDisjoint(with: .unreadable) else {
      throw CutError("record \(records), which ends before byte \(offset), is not JSON that can be read")
    }
    var record = Self.withoutSpace(element)
    record.append(0x0A)
    try record.withUnsafeBytes { try sink($0) }
    element.removeAll(keepingCapacity: true)
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

  private func unexpected(_ byte: UInt8) -> CutError {
    CutError("byte \(offset) is not what stands there in \(isArray ? "a JSON array" : "{\"Records\":[…]}")")
  }
}
