/// Reads JSON as people write it (RFC 8259): white space and any order of members and escapes. What the vault's own
/// documents do not have is refused: null, fractions, negative numbers, a member twice.
struct PlainJSON {
  private let bytes: UnsafeRawBufferPointer
  private var position = 0
  private var line = 1

  private init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// The value that all of `bytes` spell.
  static func parse(_ bytes: UnsafeRawBufferPointer) throws(FormatError) -> CanonicalValue {
    var reader = PlainJSON(bytes)
    let value = try reader.value(depth: 0)
    reader.skip()
    guard reader.position == bytes.count else { throw reader.fail("something follows the value") }
    return value
  }

  private func fail(_ what: String) -> FormatError { FormatError(.malformed, "line \(line): \(what)") }

  private mutating func skip() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x0A: line += 1
      case 0x20, 0x09, 0x0D: break
      default: return
      }
      position += 1
    }
  }

  private mutating func next() throws(FormatError) -> UInt8 {
    guard position < bytes.count else { throw fail("the text ends early") }
    position += 1
    return bytes[position - 1]
  }

  /// Whether the next character is `character`, which is taken then.
  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skip()
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) throws(FormatError) -> CanonicalValue {
    guard depth < Limits.jsonDepth else {
      throw FormatError(.overLimit, "nested deeper than \(Limits.jsonDepth)")
    }
    if take("{") { return try object(depth: depth) }
    if take("[") { return try array(depth: depth) }
    if take("\"") { return .string(try string()) }
    let start = position
    while position < bytes.count, case let byte = bytes[position], byte > 0x20, !",]}:\"".utf8.contains(byte)
    {
      position += 1
    }
    let word = String(decoding: bytes[start..<position], as: UTF8.self)
    if word == "true" || word == "false" { return .bool(word == "true") }
    if let number = Int(word), String(number) == word, (0...CanonicalValue.maxInteger).contains(number) {
      return .integer(number)
    }
    throw fail(word.isEmpty ? "a value is missing" : "\(word) is neither text, whole number, true nor false")
  }

  private mutating func array(depth: Int) throws(FormatError) -> CanonicalValue {
    var items: [CanonicalValue] = []
    if take("]") { return .array(items) }
    repeat { items.append(try value(depth: depth + 1)) } while take(",")
    guard take("]") else { throw fail("a list goes on with ',' or ends with ']'") }
    return .array(items)
  }

  private mutating func object(depth: Int) throws(FormatError) -> CanonicalValue {
    var members: [(String, CanonicalValue?)] = []
    if take("}") { return .make(members) }
    repeat {
      guard take("\"") else { throw fail("a member's name in quotes is missing") }
      let name = try string()
      guard take(":") else { throw fail("':' is missing behind \"\(name)\"") }
      guard !members.contains(where: { $0.0.utf8.elementsEqual(name.utf8) }) else {
        throw fail("the member \"\(name)\" stands twice")
      }
      members.append((name, try value(depth: depth + 1)))
    } while take(",")
    guard take("}") else { throw fail("an object goes on with ',' or ends with '}'") }
    return .make(members)
  }

  /// A string's text, behind its first quote.
  private mutating func string() throws(FormatError) -> String {
    var out: [UInt8] = []
    while true {
      let byte = try next()
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: out, as: UTF8.self) else { throw fail("a text is not UTF-8") }
        return text
      case UInt8(ascii: "\\"): try escape(&out)
      case 0x20...: out.append(byte)
      default: throw fail("a text holds a control character or a line end")
      }
    }
  }

  private mutating func escape(_ out: inout [UInt8]) throws(FormatError) {
    switch try next() {
    case UInt8(ascii: "\""): out.append(0x22)
    case UInt8(ascii: "\\"): out.append(0x5C)
    case UInt8(ascii: "/"): out.append(0x2F)
    case UInt8(ascii: "b"): out.append(0x08)
    case UInt8(ascii: "f"): out.append(0x0C)
    case UInt8(ascii: "n"): out.append(0x0A)
    case UInt8(ascii: "r"): out.append(0x0D)
    case UInt8(ascii: "t"): out.append(0x09)
    case UInt8(ascii: "u"): out.append(contentsOf: String(Character(try scalar())).utf8)
    default: throw fail("a text holds an escape that JSON does not know")
    }
  }

  /// The character of `\uXXXX`, behind the `u`, or of a pair of surrogates.
  private mutating func scalar() throws(FormatError) -> Unicode.Scalar {
    let first = try unit()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, try next() == UInt8(ascii: "\\"), try next() == UInt8(ascii: "u"),
      case let second = try unit(), (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw fail("a text holds half a pair of surrogates") }
    return scalar
  }

  private mutating func unit() throws(FormatError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(try next())).hexDigitValue else {
        throw fail("\\u takes four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
    }
    return value
  }
}

extension CanonicalValue {
  /// Reads JSON that a person has written. Throws `malformed` with the line, `overLimit` for deep nesting.
  public init(plain bytes: [UInt8]) throws(FormatError) {
    self = try bytes.withBytes { raw throws(FormatError) in try PlainJSON.parse(raw) }
  }
}
