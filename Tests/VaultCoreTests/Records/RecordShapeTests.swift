import Testing

@testable import VaultCore

@Suite struct `A record like the one before it` {
  private static let pointers = ["/id", "/a/b", "/list/1"].compactMap { JSONPointer($0) }

  /// What a scanner says of a record, and what its pointers name.
  private struct Reading: Equatable {
    let flaws: RecordFlaws
    let values: [[UInt8]?]

    init(_ flaws: RecordFlaws, _ scanner: borrowing RecordScanner) {
      self.flaws = flaws
      let isReadable = flaws.isDisjoint(with: .unreadable)
      values = isReadable ? RecordShapeValues.of(scanner, pointers.count) : []
    }
  }

  /// By a scanner that has seen no other record.
  private func alone(_ text: [UInt8]) -> Reading {
    var scanner = RecordScanner(Self.pointers)
    return text.withUnsafeBytes { Reading(scanner.scan($0), scanner) }
  }

  /// Whether the scanner takes a record for one of the shape that it remembers, and what it says of it then.
  private func asBefore(_ text: [UInt8], _ scanner: inout RecordScanner) -> Reading? {
    text.withUnsafeBytes { raw in
      guard let start = raw.baseAddress else { return nil }
      scanner.flaws = []
      scanner.end = start + raw.count
      for number in Self.pointers.indices { scanner.note(1 << UInt8(number), nil) }
      return scanner.scanAsBefore(start) ? Reading(scanner.flaws, scanner) : nil
    }
  }

  @Test func `is read as it would be alone, whatever was done to it`() {
    var random = SplitMix(seed: 11)
    var (alike, others) = (0, 0)
    for _ in 0..<200 {
      let shape = random.shape()
      var scanner = RecordScanner(Self.pointers)
      for number in 0..<60 {
        // Of the first, which are sound as a rule, the shape is learned.
        var text = random.record(of: shape, sound: number < 4)
        if number > 3 { for _ in 0..<random.next(3) { random.damage(&text) } }
        let expected = alone(text)
        if let reading = asBefore(text, &scanner) {
          alike += 1
          #expect(reading == expected, "\(String(decoding: text, as: UTF8.self))")
        } else {
          others += 1
        }
        let reading = text.withUnsafeBytes { Reading(scanner.scan($0), scanner) }
        #expect(reading == expected, "\(String(decoding: text, as: UTF8.self))")
      }
    }
    #expect(alike > 1500 && others > 1500, "\(alike) \(others)")
  }

  @Test(arguments: [
    "{\"id\":1,\"a\":{\"b\":2,\"id\":3}}", "{\"id\":1,\"a\":{\"b\":2,\"c\":[]}}",
    "{\"id\":1,\"a\":{\"b\":2 ,\"c\":3}}",
    "{\"id\":1,\"a\":{\"b\":2,\"c\":3}} ", "{\"id\":1,\"a\":{\"b\":2,\"c\":3}}}",
    "{\"id\":1,\"a\":{\"b\":2,\"c\":3}",
    "{\"id\":1,\"a\":{\"b\":2,\"c\":03}}", "{\"id\":1,\"a\":{\"b\":2,\"c\":tru}}",
    "{\"id\":1,\"id\":{\"b\":2,\"c\":3}}", "",
  ])
  func `is not taken for one where it is not`(text: String) {
    var scanner = RecordScanner([JSONPointer("/id"), JSONPointer("/a")].compactMap { $0 })
    let sound = Array("{\"id\":\"x\",\"a\":{\"b\":null,\"c\":-1.5}}".utf8)
    for _ in 0..<4 { #expect(sound.withUnsafeBytes { scanner.scan($0) } == []) }
    let isKnown = scanner.shape.isKnown
    #expect(!isKnown, "an object that a pointer names is found anew each time")
    var other = RecordScanner([])
    for _ in 0..<4 { #expect(sound.withUnsafeBytes { other.scan($0) } == []) }
    let otherIsKnown = other.shape.isKnown
    #expect(otherIsKnown)
    #expect(asBefore(sound, &other) != nil)
    #expect(asBefore(Array(text.utf8), &other) == nil)
  }

  @Test func `does not carry a value over that it has not`() {
    var scanner = RecordScanner([JSONPointer("/id")].compactMap { $0 })
    let texts = [
      "{\"id\":1,\"n\":2}", "{\"id\":3,\"n\":4}", "{\"id\":5,\"n\":6}", "{\"n\":7}", "{\"id\":}",
      "{\"id\":8,\"n\":9}",
    ]
    let found = texts.map { text in
      Array(text.utf8).withUnsafeBytes { raw in
        _ = scanner.scan(raw)
        return scanner.value(0).map { String(decoding: $0, as: UTF8.self) }
      }
    }
    #expect(found == ["1", "3", "5", nil, nil, "8"])
  }

  @Test func `may be longer than what is remembered`() {
    let name = String(repeating: "n", count: 20_000)
    for text in ["{\"\(name)\":1}", "[" + (0..<2000).map(String.init).joined(separator: ",") + "]"] {
      var scanner = RecordScanner()
      for _ in 0..<20 { #expect(Array(text.utf8).withUnsafeBytes { scanner.scan($0) } == []) }
      let isKnown = scanner.shape.isKnown
      #expect(!isKnown)
    }
  }
}

private enum RecordShapeValues {
  static func of(_ scanner: borrowing RecordScanner, _ count: Int) -> [[UInt8]?] {
    (0..<count).map { scanner.value($0).map { Array($0) } }
  }
}

/// Records by chance that share what stands between their values.
extension SplitMix {
  /// What stands between values, which are told by nil.
  fileprivate mutating func shape() -> [String?] {
    var out: [String?] = []
    object(1 + next(6), 0, &out)
    return out
  }

  private mutating func object(_ members: Int, _ depth: Int, _ out: inout [String?]) {
    out.append("{")
    for number in 0..<members {
      let name = pick(["id", "a", "b", "list", "eventName", "a longer name than a word", "\\u0062", "é", ""])
      out.append((number == 0 ? "" : ",") + pick(["", "", " "]) + "\"" + name + pick(["\":", "\": "]))
      value(depth + 1, &out)
    }
    out.append("}")
  }

  private mutating func value(_ depth: Int, _ out: inout [String?]) {
    switch next(depth > 3 ? 5 : 8) {
    case 5:
      out.append("[")
      for number in 0..<next(4) {
        if number > 0 { out.append(",") }
        value(depth + 1, &out)
      }
      out.append("]")
    case 6, 7: object(next(4), depth, &out)
    default: out.append(nil)
    }
  }

  fileprivate mutating func record(of shape: [String?], sound: Bool) -> [UInt8] {
    Array(shape.map { $0 ?? (sound ? pick(["1", "true", "\"ok\""]) : scalar()) }.joined().utf8)
  }

  private mutating func scalar() -> String {
    pick([
      "0", "-12.5e+3", "99999999999999999999", "1e999", "true", "false", "null", "\"\"", "\"ok\"",
      "\"sixteen bytes in\"",
      "\"longer than a step, and plain\"", "\"é and 😀 and more of it\"", "\"\\\"\\\\\"", "\"\\ud800\"",
      "\"2026-01-01T00:00:00Z\"", "\"\\u0041\"", "123456",
    ])
  }

  fileprivate mutating func damage(_ text: inout [UInt8]) {
    guard !text.isEmpty else { return }
    let place = next(text.count)
    switch next(6) {
    case 0: text.remove(at: place)
    case 1: text[place] = UInt8(next(256))
    case 2: text.insert(Array("{}[]\",:\\0e.- \u{0}".utf8)[next(14)], at: place)
    case 3: text.removeSubrange(place...)
    case 4:
      text.replaceSubrange(
        place..<min(place + 2, text.count), with: Array(pick(["\"a\"", "\"id\"", "b", "7"]).utf8))
    default: text.append(UInt8(next(256)))
    }
  }
}
