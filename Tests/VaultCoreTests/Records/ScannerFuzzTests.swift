import Testing

@testable import VaultCore

@Suite struct `The scanner agrees with a plain reader` {
  @Test func `on texts that are made at random and damaged`() {
    var random = SplitMix(seed: 5)
    var sound = 0
    for _ in 0..<60_000 {
      var text = random.json(depth: 0)
      for _ in 0..<random.next(3) { random.damage(&text) }
      var scanner = RecordScanner()
      let found = text.withUnsafeBytes { scanner.scan($0) }
      let expected = PlainReader.flaws(text)
      #expect(found == expected, "\(String(decoding: text, as: UTF8.self))")
      if found.isEmpty { sound += 1 }
    }
    #expect(sound > 5000 && sound < 55_000)
  }
}

/// JSON read the plain way: by recursion over an array of bytes, each rule as RFC 8259 writes it.
private struct PlainReader {
  private let text: [UInt8]
  private var at = 0
  private var soft: RecordFlaws = []
  private var tooDeep = false

  private struct Stop: Error {}

  static func flaws(_ text: [UInt8]) -> RecordFlaws {
    var reader = PlainReader(text: text)
    do {
      reader.space()
      try reader.value(0)
      reader.space()
      if reader.at == text.count { return reader.soft }
    } catch {}
    if text.contains(0) { return .nul }
    if String(validating: text, as: UTF8.self) == nil { return .invalidUTF8 }
    return reader.tooDeep ? .nesting : .notJSON
  }

  private init(text: [UInt8]) { self.text = text }

  private var byte: UInt8? { at < text.count ? text[at] : nil }

  private mutating func space() { while let byte, [9, 10, 13, 32].contains(byte) { at += 1 } }

  private mutating func expect(_ character: Character) throws {
    guard byte == character.asciiValue else { throw Stop() }
    at += 1
  }

  private mutating func value(_ depth: Int) throws {
    switch byte.map({ Character(Unicode.Scalar($0)) }) {
    case "{": try object(depth)
    case "[": try array(depth)
    case "\"": _ = try string()
    case "t": for c in "true" { try expect(c) }
    case "f": for c in "false" { try expect(c) }
    case "n": for c in "null" { try expect(c) }
    default: try number()
    }
  }

  private mutating func open(_ depth: Int) throws {
    at += 1
    if depth >= 64 {
      tooDeep = true
      throw Stop()
    }
    space()
  }

  private mutating func object(_ depth: Int) throws {
    try open(depth)
    var names: [[UInt32]] = []
    if byte == 0x7D {
      at += 1
      return
    }
    repeat {
      space()
      names.append(try string())
      space()
      try expect(":")
      space()
      try value(depth + 1)
      space()
    } while try comma("}")
    if Set(names).count < names.count { soft.insert(.duplicateMember) }
  }

  private mutating func array(_ depth: Int) throws {
    try open(depth)
    if byte == 0x5D {
      at += 1
      return
    }
    repeat {
      space()
      try value(depth + 1)
      space()
    } while try comma("]")
  }

  private mutating func comma(_ end: Character) throws -> Bool {
    if byte == UInt8(ascii: ",") {
      at += 1
      return true
    }
    try expect(end)
    return false
  }

  /// The string's code points, half surrogates among them.
  private mutating func string() throws -> [UInt32] {
    try expect("\"")
    var units: [UInt16] = []
    var raw: [UInt8] = []
    func flush(_ raw: inout [UInt8], _ units: inout [UInt16]) throws {
      guard let text = String(validating: raw, as: UTF8.self) else { throw Stop() }
      units += Array(text.utf16)
      raw = []
    }
    while let byte, byte != 0x22 {
      at += 1
      if byte < 0x20 { throw Stop() }
      guard byte == 0x5C else {
        raw.append(byte)
        continue
      }
      try flush(&raw, &units)
      units.append(try escape())
    }
    try flush(&raw, &units)
    try expect("\"")
    return points(units)
  }

  private mutating func escape() throws -> UInt16 {
    guard let byte else { throw Stop() }
    at += 1
    let plain: [UInt8: UInt16] = [
      0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, 0x62: 8, 0x66: 12, 0x6E: 10, 0x72: 13, 0x74: 9,
    ]
    if let unit = plain[byte] { return unit }
    guard byte == UInt8(ascii: "u"), at + 4 <= text.count,
      text[at..<at + 4].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit && $0 < 0x80 }),
      let unit = UInt16(String(decoding: text[at..<at + 4], as: UTF8.self), radix: 16)
    else { throw Stop() }
    at += 4
    return unit
  }

  private mutating func points(_ units: [UInt16]) -> [UInt32] {
    var out: [UInt32] = []
    var index = 0
    while index < units.count {
      let unit = units[index]
      if unit & 0xFC00 == 0xD800, index + 1 < units.count, units[index + 1] & 0xFC00 == 0xDC00 {
        out.append(0x10000 + UInt32(unit & 0x3FF) << 10 + UInt32(units[index + 1] & 0x3FF))
        index += 2
      } else {
        if unit & 0xF800 == 0xD800 { soft.insert(.unpairedSurrogate) }
        out.append(UInt32(unit))
        index += 1
      }
    }
    return out
  }

  private mutating func digits() throws {
    let start = at
    while let byte, byte >= 0x30, byte <= 0x39 { at += 1 }
    if at == start { throw Stop() }
  }

  private mutating func number() throws {
    let start = at
    if byte == UInt8(ascii: "-") { at += 1 }
    if byte == 0x30 { at += 1 } else { try digits() }
    var isInteger = true
    if byte == UInt8(ascii: ".") {
      isInteger = false
      at += 1
      try digits()
    }
    var power = ""
    if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
      isInteger = false
      at += 1
      if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { at += 1 }
      let from = at
      try digits()
      power = String(decoding: text[from..<at], as: UTF8.self)
    }
    let spelled = String(decoding: text[start..<at], as: UTF8.self)
    let fits =
      isInteger
      ? Int64(spelled) != nil || UInt64(spelled) != nil
      : Double(spelled)!.isFinite && power.drop { $0 == "0" }.count <= 9
    if !fits { soft.insert(.numberOutOfRange) }
  }
}

/// Texts by chance.
extension SplitMix {
  fileprivate mutating func json(depth: Int) -> [UInt8] { Array(text(depth).utf8) }

  private mutating func text(_ depth: Int) -> String {
    let space = next(8) == 0 ? pick([" ", "\t", "\r", "  "]) : ""
    switch next(depth > 4 ? 5 : 9) {
    case 0:
      return pick([
        "0", "-1", "17", "1.25", "1e3", "-0.0E-7", "99999999999999999999", "1e400", "9007199254740993",
      ])
    case 1: return pick(["true", "false", "null"])
    case 2, 3, 4: return "\"" + string() + "\""
    case 5, 6:
      return "[" + space + (0..<next(4)).map { _ in text(depth + 1) }.joined(separator: "," + space) + "]"
    default:
      let members = (0..<next(5)).map { _ in
        "\"" + pick(["a", "b", "id", "\\u0061", "number", ""]) + "\":" + space + text(depth + 1)
      }
      return "{" + members.joined(separator: ",") + space + "}"
    }
  }

  private mutating func string() -> String {
    (0..<next(6)).map { _ in
      pick([
        "abc", "é", "😀", "\\n", "\\u00e9", "\\ud83d\\ude00", "\\ud800", "long text without any mark", "\\\\",
        "\\\"",
      ])
    }.joined()
  }

  fileprivate mutating func damage(_ text: inout [UInt8]) {
    guard !text.isEmpty else { return }
    let place = next(text.count)
    switch next(5) {
    case 0: text.remove(at: place)
    case 1: text[place] = UInt8(next(256))
    case 2: text.insert(Array("{}[]\",:\\0e.-\u{0}".utf8)[next(13)], at: place)
    case 3: text.removeSubrange(place...)
    default: text.insert(contentsOf: text[..<place], at: 0)
    }
  }
}
