/// Reads canonical JSON and nothing else: white space, another member order, another escape, a duplicate
/// member, a leading zero or a trailing byte is an error, so that one value has one encoding.
struct CanonicalParser {
  let bytes: UnsafeRawBufferPointer
  var position = 0
  /// How many values more there may be: one takes many times the bytes that spell it.
  private var valuesLeft: Int

  init(_ bytes: UnsafeRawBufferPointer, values: Int = .max) {
    self.bytes = bytes
    valuesLeft = values
  }

  /// The value that exactly all of `bytes` encode, made of at most `values` values.
  static func parse(
    _ bytes: UnsafeRawBufferPointer, values: Int = .max
  ) throws(FormatError) -> CanonicalValue {
    var parser = CanonicalParser(bytes, values: values)
    let value = try parser.value(depth: 0)
    guard parser.position == bytes.count else { throw parser.fail("bytes after the value") }
    return value
  }

  func fail(_ what: String) -> FormatError {
    FormatError(.notCanonical, "\(what) at byte \(position)")
  }

  func peek() throws(FormatError) -> UInt8 {
    guard position < bytes.count else { throw fail("the document ends early") }
    return bytes[position]
  }

  mutating func expect(_ character: UInt8) throws(FormatError) {
    guard try peek() == character else {
      throw fail("expected '\(Character(Unicode.Scalar(character)))'")
    }
    position += 1
  }

  private mutating func literal(_ text: StaticString) throws(FormatError) {
    let wanted = UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    guard position + wanted.count <= bytes.count,
      bytes[position..<position + wanted.count].elementsEqual(wanted)
    else { throw fail("expected \(text)") }
    position += wanted.count
  }

  mutating func value(depth: Int) throws(FormatError) -> CanonicalValue {
    guard depth < Limits.jsonDepth else {
      throw FormatError(.overLimit, "nested deeper than \(Limits.jsonDepth)")
    }
    guard valuesLeft > 0 else { throw FormatError(.overLimit, "too many values") }
    valuesLeft -= 1
    switch try peek() {
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return .integer(try integer())
    case UInt8(ascii: "t"):
      try literal("true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try literal("false")
      return .bool(false)
    default: throw fail("no value of canonical JSON")
    }
  }

  private mutating func array(depth: Int) throws(FormatError) -> CanonicalValue {
    try expect(UInt8(ascii: "["))
    var items: [CanonicalValue] = []
    if try peek() == UInt8(ascii: "]") {
      position += 1
      return .array([])
    }
    while true {
      items.append(try value(depth: depth + 1))
      if try peek() == UInt8(ascii: "]") { break }
      try expect(UInt8(ascii: ","))
    }
    position += 1
    return .array(items)
  }

  private mutating func object(depth: Int) throws(FormatError) -> CanonicalValue {
    try expect(UInt8(ascii: "{"))
    var members: [CanonicalValue.Member] = []
    if try peek() == UInt8(ascii: "}") {
      position += 1
      return .object([])
    }
    while true {
      let start = position
      let name = try string()
      guard name.utf8.allSatisfy({ $0 < 0x80 }) else { throw fail("a member name that is not ASCII") }
      if let last = members.last, !last.name.utf8.lexicographicallyPrecedes(name.utf8) {
        position = start
        throw fail(last.name == name ? "a duplicate member" : "members out of order")
      }
      try expect(UInt8(ascii: ":"))
      members.append(CanonicalValue.Member(name, try value(depth: depth + 1)))
      if try peek() == UInt8(ascii: "}") { break }
      try expect(UInt8(ascii: ","))
    }
    position += 1
    return .object(members)
  }

  mutating func integer() throws(FormatError) -> Int {
    let start = position
    var number = 0
    while position < bytes.count, case let digit = bytes[position], digit >= 0x30, digit <= 0x39 {
      number = number * 10 + Int(digit - 0x30)
      guard number <= CanonicalValue.maxInteger else { throw fail("an integer of 2^53 or more") }
      position += 1
    }
    guard position > start else { throw fail("no integer") }
    guard position - start == 1 || bytes[start] != UInt8(ascii: "0") else { throw fail("a leading zero") }
    return number
  }

  mutating func string() throws(FormatError) -> String {
    try expect(UInt8(ascii: "\""))
    let start = position
    let isASCII = passPlain()
    guard position < bytes.count else { throw fail("the document ends early") }
    guard bytes[position] == UInt8(ascii: "\"") else { return try escapedString(start) }
    let units = UnsafeRawBufferPointer(rebasing: bytes[start..<position])
    let text = isASCII ? Self.ascii(units) : try utf8(units)
    position += 1
    return text
  }

  /// Goes on to the next quote, backslash or control character, or to the end; whether all it passes is ASCII.
  private mutating func passPlain() -> Bool {
    var above: UInt64 = 0
    while position + 8 <= bytes.count {
      let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
      let stops = Self.stops(word)
      if stops != 0 {
        let passed = stops.trailingZeroBitCount & ~7
        position += passed >> 3
        return (above | word & (1 << UInt64(passed) &- 1)) & Self.high == 0
      }
      above |= word
      position += 8
    }
    while position < bytes.count, case let byte = bytes[position], byte >= 0x20, byte != 0x22, byte != 0x5C {
      above |= UInt64(byte)
      position += 1
    }
    return above & Self.high == 0
  }

  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let high: UInt64 = 0x8080_8080_8080_8080

  /// The high bit of each byte that is a quote, a backslash or a control character; the lowest bit is right, those above may not
  /// be, since a byte that stops borrows from the next.
  private static func stops(_ word: UInt64) -> UInt64 {
    let quote = word ^ (ones &* 0x22)
    let backslash = word ^ (ones &* 0x5C)
    let controls = (word &- ones &* 0x20) & ~word
    return (controls | (quote &- ones) & ~quote | (backslash &- ones) & ~backslash) & high
  }

  private static func ascii(_ units: UnsafeRawBufferPointer) -> String {
    String(unsafeUninitializedCapacity: units.count) { out in
      UnsafeMutableRawBufferPointer(out).copyMemory(from: units)
      return units.count
    }
  }

  private mutating func escapedString(_ start: Int) throws(FormatError) -> String {
    var out = Array(bytes[start..<position])
    while true {
      let byte = try peek()
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return try utf8(out)
      case UInt8(ascii: "\\"): out.append(try escape())
      case 0x20...: out.append(byte)
      default: throw fail("a control character in a string")
      }
    }
  }

  /// One escape of RFC 8785 §3.2.2.2: the short ones, and `\u00xx` only for the controls without one.
  private mutating func escape() throws(FormatError) -> UInt8 {
    let byte = try peek()
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): return byte
    case UInt8(ascii: "b"): return 0x08
    case UInt8(ascii: "t"): return 0x09
    case UInt8(ascii: "n"): return 0x0A
    case UInt8(ascii: "f"): return 0x0C
    case UInt8(ascii: "r"): return 0x0D
    case UInt8(ascii: "u"):
      guard position + 4 <= bytes.count, let code = Hex.decode(bytes[position..<position + 4]),
        code[0] == 0, code[1] < 0x20, ![0x08, 0x09, 0x0A, 0x0C, 0x0D].contains(code[1])
      else { throw fail("an escape that is not canonical") }
      position += 4
      return code[1]
    default: throw fail("an escape that is not canonical")
    }
  }

  private func utf8(_ units: some Sequence<UInt8>) throws(FormatError) -> String {
    guard let text = String(validating: units, as: UTF8.self) else {
      throw fail("a string that is not UTF-8")
    }
    return text
  }
}

extension CanonicalValue {
  /// Reads the value that exactly all of `bytes` encode canonically.
  public init(canonical bytes: UnsafeRawBufferPointer) throws(FormatError) {
    self = try CanonicalParser.parse(bytes)
  }

  /// Reads the value that exactly all of `bytes` encode canonically; over `values` values are refused, so that
  /// what a message takes in memory is bounded by more than its bytes.
  public init(canonical bytes: [UInt8], values: Int = .max) throws(FormatError) {
    self = try bytes.withBytes { raw throws(FormatError) in try CanonicalParser.parse(raw, values: values) }
  }
}
