import Testing

@testable import VaultCore

@Suite struct `A file is cut into records` {
  private func cut(_ text: [UInt8], _ format: Population.Cut.Format, by step: Int) throws -> String {
    var cutter = RecordCutter(format)
    var out: [UInt8] = []
    for start in stride(from: 0, to: text.count, by: step) {
      try Array(text[start..<min(start + step, text.count)]).withUnsafeBytes {
        try cutter.add($0) { out.append(contentsOf: $0) }
      }
    }
    try cutter.finish { out.append(contentsOf: $0) }
    return String(decoding: out, as: UTF8.self)
  }

  private func cut(_ text: String, _ format: Population.Cut.Format) throws -> String {
    let whole = try cut(Array(text.utf8), format, by: 1 << 20)
    #expect(try cut(Array(text.utf8), format, by: 1) == whole, "pieces make no difference")
    return whole
  }

  @Test(arguments: [
    ("[]", ""), (" [ ] \n", ""), ("[1]", "1\n"),
    ("[{\"a\" : 1 ,\n \"b\": [ 2 , 3 ]}, \"x y\\\" [,\" ]", "{\"a\":1,\"b\":[2,3]}\n\"x y\\\" [,\"\n"),
    ("[[1,2],[3]]\n", "[1,2]\n[3]\n"), ("[1.50, \"\\u0041\"]", "1.50\n\"\\u0041\"\n"),
    ("[\"\\\\\", 1]", "\"\\\\\"\n1\n"),
  ])
  func `an array into its elements, byte for byte but for space`(text: String, expected: String) throws {
    #expect(try cut(text, .array) == expected)
    let inside = "{ \"Records\" : " + text + "}"
    #expect(try cut(inside, .records) == expected)
  }

  @Test(arguments: [
    "", "[", "[1", "[1,", "[1,]", "[,1]", "[1]]", "[1] 2", "{}", "1", "[1 2]", "[tr ue]", "[{\"a\":1}", "[}]",
    "[\"\n\"]",
    "[1}", "[{]", "[nul]", "\u{FEFF}[]",
  ])
  func `what is no array is not cut`(text: String) {
    #expect(throws: CutError.self) { try cut(text, .array) }
  }

  @Test(arguments: [
    "{}", "[]", "{\"Records\":1}", "{\"Records\":[]", "{\"Records\":[],\"more\":1}", "{\"records\":[]}",
    "{\"a\":1,\"Records\":[]}",
    "{\"Records\"[]}", "{\"Records\"::[]}", "{\"Records\":[]}{}", "{\"\\u0052ecords\":[]}",
  ])
  func `an object with anything but Records is not cut`(text: String) {
    #expect(throws: CutError.self) { try cut(text, .records) }
  }

  @Test(arguments: [
    ("a,b\n1,2\n", "{\"a\":\"1\",\"b\":\"2\"}\n"), ("a,b\r\n1,2", "{\"a\":\"1\",\"b\":\"2\"}\n"), ("a\n", ""),
    ("a,b\n\"x,\"\"y\"\"\r\nz\",\n", "{\"a\":\"x,\\\"y\\\"\\r\\nz\",\"b\":\"\"}\n"),
    ("a\n\n", "{\"a\":\"\"}\n"),
    ("\u{FEFF}b,a\n=1+2,é\n", "{\"b\":\"=1+2\",\"a\":\"é\"}\n"), ("a\n\"\"", "{\"a\":\"\"}\n"),
    ("\"a\"\n x \n", "{\"a\":\" x \"}\n"),
    ("a,b\n,", "{\"a\":\"\",\"b\":\"\"}\n"),
  ])
  func `CSV into objects of strings`(text: String, expected: String) throws {
    #expect(try cut(text, .csv) == expected)
  }

  @Test(arguments: [
    "", "a,a\n", "a,\n", "a,b\n1\n", "a,b\n1,2,3\n", "a\n\"x", "a\n\"x\"y\n", "a\nx\"y\n", "a\nx\ry\n",
    "a\nx\r", "a,b\n\n",
    "a\n\u{0}\n",
  ])
  func `CSV that RFC 4180 has not is not cut`(text: String) {
    #expect(throws: CutError.self) { try cut(text, .csv) }
  }

  @Test func `an element of over eight megabytes is not cut`() {
    let long = "[\"" + String(repeating: "x", count: Limits.recordBytes) + "\"]"
    #expect(throws: CutError.self) { try cut(Array(long.utf8), .array, by: 1 << 20) }
  }

  @Test func `bytes that are no UTF-8 are not cut`() {
    #expect(throws: CutError.self) { try cut([0x61, 0x0A, 0xFF, 0x0A], .csv, by: 9) }
    #expect(throws: CutError.self) { try cut([0x5B, 0x22, 0xFF, 0x22, 0x5D], .array, by: 9) }
  }
}
