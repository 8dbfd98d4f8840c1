import Testing

/// The page's limits and the code's are the same numbers under the same names.
struct LimitTests {
  @Test func `the page gives every limit of the code with its value, and no other`() throws {
    var code: [String: UInt64] = [:]
    for line in try Repository.text("Sources/VaultCore/Limits.swift").split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.starts(with: ["public", "static", "let"]), let equals = words.firstIndex(of: "=") else {
        continue
      }
      let value: UInt64 = try #require(Self.value(words[(equals + 1)...]), "\(line)")
      code[String(words[3].prefix { $0 != ":" })] = value
    }
    let page = try FormatPage().limits
    #expect(code.count > 20)
    #expect(page == code)
  }

  /// The value of `1_000` or `64 << 10`.
  private static func value(_ words: ArraySlice<Substring>) -> UInt64? {
    let numbers = words.filter { $0 != "<<" }.map { UInt64($0.filter { $0 != "_" }) }
    guard let first = numbers.first, let first else { return nil }
    if words.count == 1 { return first }
    guard words.count == 3, let shift = numbers[1] else { return nil }
    return first << shift
  }
}
