import Testing
import VaultCore

/// What a canonical document may not be; each line is refused.
private let refused = [
  "", " {}", "{} ", "{}\n", "null", "-1", "1.0", "1e3", "01", "9007199254740992", "[1,]", "[1 ]",
  "{\"a\":1,}",
  "{\"b\":1,\"a\":2}", "{\"a\":1,\"a\":1}", "{\"é\":1}", "\"\\u0041\"", "\"\\u000a\"", "\"\\u001F\"",
  "\"\\/\"",
  "\"\\ud800\"", "\"\u{1}\"", "\"a", "tru", "truefalse", "{\"a\" :1}", "{a:1}", "'a'", "[", "{\"a\"", "NaN",
]

@Suite struct CanonicalJSONTests {
  @Test(arguments: refused)
  func `what is not canonical is refused`(text: String) {
    #expect(throws: FormatError.self) { try CanonicalValue(canonical: Array(text.utf8)) }
  }

  @Test(arguments: [
    "{}", "[]", "0", "9007199254740991", "true", "\"\"", "\"é\u{1F600}\"", "\"\\u001f\\n\\\"\\\\/\u{7f}\"",
    "{\"a\":[1,2,{\"b\":\"c\"}],\"b\":false}",
  ])
  func `decoding and encoding again gives the same bytes`(text: String) throws {
    #expect(try CanonicalValue(canonical: Array(text.utf8)).encoded() == Array(text.utf8))
  }

  @Test func `values are counted where there may be only so many`() throws {
    let bytes = Array("{\"a\":[1,true,\"b\"]}".utf8)
    #expect(try CanonicalValue(canonical: bytes, values: 5) == CanonicalValue(canonical: bytes))
    let error = #expect(throws: FormatError.self) { try CanonicalValue(canonical: bytes, values: 4) }
    #expect(error?.code == .overLimit)
  }

  @Test func `invalid UTF-8 is refused`() {
    for bytes: [UInt8] in [[0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22]] {
      #expect(throws: FormatError.self) { try CanonicalValue(canonical: bytes) }
    }
  }

  /// Strings are searched in words of eight bytes for what ends them.
  @Test func `any byte at any place of a string is taken or refused as it stands alone`() throws {
    for length in 1...18 {
      for place in 0..<length {
        for byte in UInt8.min ... .max {
          var body = [UInt8](repeating: 0x61, count: length)
          body[place] = byte
          let text = [0x22] + body + [0x22]
          // A quote ends the string before what follows, and a lone high byte is no UTF-8. "\a" is no escape.
          let isPlain = (0x20..<0x80).contains(byte) && byte != 0x22 && byte != 0x5C
          let read = try? CanonicalValue(canonical: text)
          #expect(read == (isPlain ? .string(String(decoding: body, as: UTF8.self)) : nil))
        }
        for stop in [#"\n"#, #"\""#, #"\\"#, "é", "\u{7F}", "\u{80}", "\u{1F600}"] {
          let filler = String(repeating: "z", count: place)
          let text = Array("\"\(filler)\(stop)\(stop)\(filler)\"".utf8)
          #expect(try CanonicalValue(canonical: text).encoded() == text)
        }
      }
    }
  }

  @Test func `nesting beyond the limit is refused and not a crash`() {
    let deep = String(repeating: "[", count: 100_000)
    #expect(throws: FormatError.self) { try CanonicalValue(canonical: Array(deep.utf8)) }
  }
}

@Suite struct TimestampTests {
  @Test(arguments: [
    "1970-01-01T00:00:00.000Z", "2000-02-29T23:59:59.999Z", "2026-03-01T06:00:00.123Z",
    "9999-12-31T23:59:59.999Z",
  ])
  func `the canonical form reads and prints alike`(text: String) {
    #expect(Timestamp(canonical: text)?.description == text)
  }

  @Test(arguments: [
    "2026-03-01T06:00:00Z", "2026-02-29T00:00:00.000Z", "2026-03-01T24:00:00.000Z",
    "2026-03-01T06:00:00.123+00:00",
    "2026-03-01t06:00:00.123Z", "1969-12-31T23:59:59.999Z", "2026-3-01T06:00:00.123Z",
    "2026-03-01T06:00:60.000Z",
  ])
  func `any other form is not canonical`(text: String) { #expect(Timestamp(canonical: text) == nil) }

  @Test func `a user's time needs a zone and is turned into UTC`() {
    #expect(Timestamp(rfc3339: "2026-06-30T23:00:00+02:00")?.description == "2026-06-30T21:00:00.000Z")
    #expect(Timestamp(rfc3339: "2026-06-30T23:00:00.5Z")?.description == "2026-06-30T23:00:00.500Z")
    #expect(Timestamp(rfc3339: "2026-06-30T23:00:00") == nil)
    #expect(Timestamp(rfc3339: "2026-06-30") == nil)
    #expect(Timestamp(date: "2026-06-31") == nil)
  }
}
