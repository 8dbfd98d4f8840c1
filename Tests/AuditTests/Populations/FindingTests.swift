import Testing
import VaultCore
import VaultFiles
import VaultStore

@testable import VaultAudit

private func line(_ n: Int, id: String? = nil, time: String = "2026-02-01T00:00:00Z") -> String {
  "{\"id\":\(id ?? "\(n)"),\"n\":\(n),\"t\":\"\(time)\"}\n"
}

private let findingCases: [(String, [String])] = [
  ([line(1), line(4), line(2)].joined(), ["sequence-gap 1: 3"]),
  ([line(-1), line(1)].joined(), ["sequence-gap 1: 0"]),
  ([line(1), line(1), line(1), line(2)].joined(), ["duplicate-id 2: 2-3", "duplicate-sequence 2: 1"]),
  ([line(1, id: "7"), line(2, id: "7.0"), line(3, id: "\"7\"")].joined(), ["duplicate-id 1: 2"]),
  (
    [line(.max), line(.min)].joined(),
    ["sequence-gap 9007199254740991: -9223372036854775807-9223372036854775806"]
  ),
  (
    [line(1, time: "2025-12-31T23:59:59.999Z"), line(2, time: "2026-07-01T02:00:00+02:00"), line(3)].joined(),
    ["record-outside-period 2: 1-2"]
  ),
  (line(1, time: "2026-06-30T23:59:59.9999Z"), []),
  (line(1, time: "2026-02-01T00:00:00"), ["time-without-zone 1: 1"]),
  (line(1, time: "soon"), ["time-malformed 1: 1"]),
  (
    "{\"id\":null,\"n\":1.5,\"t\":7}\n",
    ["id-missing 1: 1", "sequence-malformed 1: 1", "time-malformed 1: 1"]
  ),
  ("[]\n", ["id-missing 1: 1", "sequence-missing 1: 1", "time-missing 1: 1"]),
  ([line(1), "\n \t\r\n"].joined(), ["blank-line 2: 2-3", "crlf 1: 3"]),
  ([line(1), "{\"id\":2"].joined(), ["not-json 1: 2", "truncated-last-line 1: 2"]),
  (["\u{FEFF}", line(1)].joined(), ["byte-order-mark 1: 1"]),
  ([line(1), "\u{FEFF}", line(2)].joined(), ["not-json 1: 2"]),
  (
    "{\"id\":1,\"id\":2,\"n\":1,\"t\":\"2026-02-01T00:00:00Z\",\"x\":1e999}\n",
    ["duplicate-member 1: 1", "number-out-of-range 1: 1"]
  ),
  ("a\u{0}\n", ["nul 1: 1"]),
  ([String(repeating: "[", count: 70), "\n"].joined(), ["nesting-too-deep 1: 1"]),
]

@Suite struct `Findings of a population` {
  /// What is found in `text`, a name, a count and the ranges each, where frames have `frame` records.
  private func found(
    _ text: [UInt8], source: Int? = nil, frame: Int = .max, memory: Int = PopulationExamination.memoryLimit
  ) throws -> [String] {
    let window = Entry.Window(
      from: Timestamp(canonical: "2026-01-01T00:00:00.000Z").unsafelyUnwrapped,
      to: Timestamp(canonical: "2026-07-01T00:00:00.000Z").unsafelyUnwrapped)
    let fields = try PopulationFields(id: "/id", sequence: "/n", time: "/t", window: window)
    let examination = PopulationExamination(fields, MemoryFiles(), staging: "/staging", memoryLimit: memory)
    var first = 0
    for part in frames(text, of: frame) {
      try part.withUnsafeBytes { try examination.take(examination.examine($0, firstRecord: UInt64(first))) }
      first += frame
    }
    return try examination.finish(sourceCount: source).findings.map { finding in
      let ranges = finding.ranges.map {
        $0.lowerBound == $0.upperBound ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
      }
      return
        "\(finding.name.rawValue) \(finding.count): \(ranges.joined(separator: ","))\(finding.isCut ? " …" : "")"
    }
  }

  private func found(_ text: String, source: Int? = nil, frame: Int = .max) throws -> [String] {
    let whole = try found(Array(text.utf8), source: source)
    #expect(try found(Array(text.utf8), source: source, frame: 1) == whole, "frames make no difference")
    return whole
  }

  private func frames(_ text: [UInt8], of count: Int) -> [[UInt8]] {
    guard count < .max else { return text.isEmpty ? [] : [text] }
    var out: [[UInt8]] = []
    var rest = text[...]
    while !rest.isEmpty {
      let end = rest.firstIndex(of: 0x0A).map { $0 + 1 } ?? rest.endIndex
      out.append(Array(rest[..<end]))
      rest = rest[end...]
    }
    return out
  }

  @Test func `none where all is as it should be`() throws {
    #expect(try found((1...9).map { line($0) }.joined(), source: 9).isEmpty)
    #expect(try found("").isEmpty)
    #expect(try found([3, 1, 2].map { line($0) }.joined()).isEmpty, "in any order")
  }

  @Test(arguments: findingCases)
  func `have their lines or numbers`(text: String, expected: [String]) throws {
    #expect(try found(text) == expected)
  }

  @Test func `a count that differs is one, either way`() throws {
    #expect(try found(line(1), source: 3) == ["count-differs 2: "])
    #expect(try found(line(1), source: 0) == ["count-differs 1: "])
  }

  @Test func `are kept in bounds however many there are, and all are counted`() throws {
    let text = (0..<5000).map { $0 % 2 == 0 ? "x\n" : line($0) }.joined()
    let lines = try found(Array(text.utf8)).filter { $0.hasPrefix("not-json") }
    #expect(lines.count == 1 && lines[0].hasPrefix("not-json 2500: 1,3,5,") && lines[0].hasSuffix(",1999 …"))
  }

  @Test func `are the same where sorting spills to a file`() throws {
    var random = SplitMix64(seed: 3)
    let lines = (0..<4000).map { _ in line(Int(random.next() % 3000), id: "\"\(random.next() % 3500)\"") }
    let text = Array(lines.joined().utf8)
    let expected = try found(text)
    #expect(expected.count == 3)
    #expect(try found(text, memory: 24 * 64) == expected)
  }

  @Test func `bytes by chance are findings, never a crash`() throws {
    var random = SplitMix64(seed: 11)
    let alphabet = Array("{}[]\":,\\u0e-.1tn\n\n\r \u{0}é".utf8)
    for _ in 0..<3000 {
      let text = (0..<Int(random.next() % 80)).map { _ in
        alphabet[Int(random.next() % UInt64(alphabet.count))]
      }
      #expect(try found(text) == found(text, frame: 1))
    }
  }
}
