import Testing

@testable import VaultCore

private let flawCases: [(String, RecordFlaws)] = [
  ("{\"a\":1,\"a\":2}", .duplicateMember), ("{\"a\":1,\"\\u0061\":2}", .duplicateMember),
  ("[[{\"x\":{\"k\":1,\"k\":1}}]]", .duplicateMember), ("18446744073709551616", .numberOutOfRange),
  ("-9223372036854775809", .numberOutOfRange), ("1e309", .numberOutOfRange),
  ("[1e1000000000]", .numberOutOfRange), ("1e-1000000000", .numberOutOfRange),
  ("\"\\ud800\"", .unpairedSurrogate), ("\"\\udc00\\ud800\"", .unpairedSurrogate),
  ("\"\\ud800\\u0041\"", .unpairedSurrogate),
  ("{\"a\":1e999,\"a\":\"\\ud800\"}", [.duplicateMember, .numberOutOfRange, .unpairedSurrogate]),
]

private let pointerCases: [(String, String, String?)] = [
  ("/a", "{\"b\":1,\"a\":2}", "2"), ("/a/b", "{\"a\":{\"b\":\"x\"},\"b\":3}", "\"x\""),
  ("/a/1", "{\"a\":[7,8,9]}", "8"), ("/a/01", "{\"a\":[7,8]}", nil), ("/a/01", "{\"a\":{\"01\":8}}", "8"),
  ("/a/-", "{\"a\":[7]}", nil), ("/m~0n", "{\"m~n\":1}", "1"), ("/m~1n", "{\"m/n\":1}", "1"),
  ("/", "{\"\":5}", "5"),
  ("/a", "{\"\\u0061\":6}", "6"), ("/a", "[1]", nil), ("/0/a", "[{\"a\":[]}]", "[]"),
  ("/a", "{\"x\":{\"a\":1}}", nil),
  ("/a", "{\"a\":1,\"a\":2}", "2"), ("/a/b", "{\"a\":1}", nil),
]

@Suite struct `A record is scanned as JSON` {
  private func flaws(_ text: [UInt8], _ pointers: [JSONPointer] = []) -> RecordFlaws {
    var scanner = RecordScanner(pointers)
    return text.withUnsafeBytes { scanner.scan($0) }
  }

  private func flaws(_ text: String) -> RecordFlaws { flaws(Array(text.utf8)) }

  @Test(arguments: [
    "{}", "[]", "0", "-0", "1.5e+10", "\"\"", "null", "true", " {\"a\" : [1 , 2] } ", "\"\\u00e9\\n\"",
    "{\"a\":{\"a\":1}}", "[{\"a\":1},{\"a\":1}]", "\"\\ud83d\\ude00\"", "\"é😀\u{7F}\"",
    "18446744073709551615",
    "-9223372036854775808", "1e308", "1E-999", "{\"a\":1,\"A\":2,\"\":3}",
  ])
  func `what RFC 8259 has is sound`(text: String) { #expect(flaws(text).isEmpty) }

  @Test(arguments: [
    "{", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "[1,]", "[1 2]", "01", "1.", ".5", "+1", "1e", "--1", "tru",
    "truee",
    "\"", "\"\\x\"", "\"\\u12g4\"", "\"\t\"", "{'a':1}", "{a:1}", "1 2", "[", "]", "NaN", "{\"a\":1}}",
    "\u{FEFF}{}",
  ])
  func `what it has not is not JSON`(text: String) { #expect(flaws(text) == .notJSON) }

  @Test(arguments: flawCases)
  func `flaws of what is readable come together`(text: String, expected: RecordFlaws) {
    #expect(flaws(text) == expected)
  }

  @Test func `bytes that are no text come before what is no JSON`() {
    #expect(flaws([0x7B, 0, 0x7D]) == .nul)
    #expect(flaws([0x22, 0xC0, 0x80, 0x22]) == .invalidUTF8)
    #expect(flaws([0x22, 0xED, 0xA0, 0x80, 0x22]) == .invalidUTF8)
    #expect(flaws([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22]) == .invalidUTF8)
    #expect(flaws([0x22, 0xE2, 0x82]) == .invalidUTF8)
    #expect(flaws([0x7B, 0xFF, 0]) == .nul)
    #expect(flaws([]) == .notJSON)
  }

  @Test func `sixty-four levels are read and no more`() {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(flaws(nested(64)).isEmpty)
    #expect(flaws(nested(65)) == .nesting)
    #expect(flaws("x" + nested(65)) == .notJSON)
    #expect(flaws(String(repeating: "{\"a\":", count: 64) + "1" + String(repeating: "}", count: 64)).isEmpty)
    #expect(flaws(String(repeating: "[", count: 1_000_000)) == .nesting)
  }

  @Test func `a name is found twice among many, however alike they are`() {
    func object(_ count: Int, again: Int?) -> String {
      let names =
        (0..<count).map { "aaaaaaaa\($0 + 1000)bbbbbbbb" }
        + (again.map { ["aaaaaaaa\($0 + 1000)bbbbbbbb"] } ?? [])
      return "{" + names.map { "\"\($0)\":0" }.joined(separator: ",") + "}"
    }
    for count in [1, 2, 23, 24, 25, 26, 3000] {
      #expect(flaws(object(count, again: nil)).isEmpty)
      #expect(flaws(object(count, again: count / 2)) == .duplicateMember)
    }
  }

  @Test(arguments: pointerCases)
  func `a pointer leads to its value`(pointer: String, text: String, expected: String?) throws {
    var scanner = RecordScanner([try #require(JSONPointer("/zzz")), try #require(JSONPointer(pointer))])
    let bytes = Array(text.utf8)
    let found = bytes.withUnsafeBytes { raw -> String? in
      _ = scanner.scan(raw)
      return scanner.value(1).map { String(decoding: $0, as: UTF8.self) }
    }
    #expect(found == expected)
  }

  @Test func `every truncation of a record is not JSON, and none reads beyond its end`() {
    let text = Array("{\"a\":[1,-2.5e3,true,null,\"\\u00e9é\"],\"b\":{\"c\":false}}".utf8)
    for length in 0..<text.count {
      // In memory of exactly its length, so that a read beyond the end can be seen by a checker of memory.
      let part = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, length), alignment: 1)
      defer { part.deallocate() }
      part.copyBytes(from: text[..<length])
      var scanner = RecordScanner()
      let flaws = scanner.scan(UnsafeRawBufferPointer(rebasing: part[..<length]))
      #expect(!flaws.isDisjoint(with: .unreadable), "\(length) bytes")
    }
  }
}
