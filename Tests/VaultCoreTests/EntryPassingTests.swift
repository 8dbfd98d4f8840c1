import Testing

@testable import VaultCore

private let id = "sha256:" + String(repeating: "ab", count: 32)
private let root = "mth-sha256:" + String(repeating: "cd", count: 32)
private let time = "2026-03-01T06:00:00.123Z"

/// Entries as they stand in refs: the least, the most, text that is not ASCII, and escapes.
private let entries = [
  "{\"collected\":\"\(time)\",\"effective\":{\"from\":\"\(time)\",\"to\":\"\(time)\"},\"kind\":\"document\",\"mediaType\":\"a/b\","
    + "\"object\":\"\(id)\",\"path\":\"CC1/x\",\"revision\":1,\"size\":3,\"source\":{\"system\":\"s\"},\"type\":\"entry\"}",
  "{\"collected\":\"\(time)\",\"concerns\":\"soc2-2025\",\"context\":{\"change\":\"CHG-1\",\"ticket\":\"OPS-7\"},"
    + "\"controls\":[\"CC6.1\",\"CC8.1\"],\"effective\":{\"from\":\"\(time)\",\"to\":\"\(time)\"},\"kind\":\"document\","
    + "\"late\":\"vendor outage\",\"mediaType\":\"application/json\",\"object\":\"\(id)\",\"path\":\"CC6.1/2026-03-01/0001.json\","
    + "\"revision\":2,\"series\":\"access-reviews\",\"size\":81234,\"source\":{\"collector\":\"export.py\",\"query\":\"all users\","
    + "\"system\":\"okta\",\"version\":\"2.1\"},\"supersedes\":{\"hash\":\"\(root)\",\"leaf\":7,\"reason\":\"a typo\"},\"type\":\"entry\"}",
  "{\"collected\":\"\(time)\",\"effective\":{\"from\":\"\(time)\",\"to\":\"\(time)\"},\"kind\":\"document\",\"late\":\"a \\\"word\\\"\\n\\u0001\","
    + "\"mediaType\":\"a/b\",\"object\":\"\(id)\",\"path\":\"CC1/Prüfung/naïve ✓.txt\",\"revision\":1,\"size\":0,"
    + "\"source\":{\"system\":\"größe\"},\"type\":\"entry\"}",
]

private func passing(_ bytes: [UInt8]) -> Entry? { bytes.withUnsafeBytes { Entry(passing: $0) } }

/// What the decoder makes of it that says what is wrong; nil where it refuses or the line encodes to other bytes.
private func decoded(_ bytes: [UInt8]) -> Line? {
  guard let line = bytes.withUnsafeBytes({ try? Line(parsingValue: $0) }), case .entry(let entry) = line,
    entry.value.encoded() == bytes
  else { return nil }
  return line
}

/// Changes a few bytes: another value, one less, one more, two neighbours exchanged, or a piece said twice.
private func damaged(_ bytes: [UInt8], _ chance: inout SplitMix) -> [UInt8] {
  var out = bytes
  for _ in 0...Int.random(in: 0...1, using: &chance) {
    let place = Int.random(in: 0..<out.count - 1, using: &chance)
    switch Int.random(in: 0..<6, using: &chance) {
    case 0: out[place] ^= 1 << UInt8.random(in: 0..<8, using: &chance)
    case 1: out.remove(at: place)
    case 2: out.insert(Array("\"\\,:{}[]0a \u{7F}".utf8).randomElement(using: &chance)!, at: place)
    case 3: out.swapAt(place, place + 1)
    case 4:
      let end = Int.random(in: place + 1...out.count, using: &chance)
      out.insert(contentsOf: out[place..<end], at: end)
    default: out[place] = UInt8.random(in: 0...255, using: &chance)
    }
  }
  return out
}

@Suite struct `An entry is read in passing` {
  @Test(arguments: entries)
  func `what was written is read, and is written the same`(text: String) throws {
    let bytes = Array(text.utf8)
    let entry = try #require(passing(bytes))
    #expect(decoded(bytes) == .entry(entry))
    #expect(entry.encoded() == bytes)
    #expect(entry.value.encoded() == bytes)
  }

  @Test func `whatever is damaged is read as by the decoder that says what is wrong`() {
    var chance = SplitMix(seed: 20_260_301)
    var accepted = 0
    for text in entries {
      for _ in 0..<8000 {
        let bytes = damaged(Array(text.utf8), &chance)
        let entry = passing(bytes)
        #expect(entry.map { .entry($0) } == decoded(bytes), "\(String(decoding: bytes, as: UTF8.self))")
        guard let entry else { continue }
        accepted += 1
        #expect(entry.encoded() == bytes)
      }
    }
    // Letters of texts may change, so that neither reader refuses all.
    #expect(accepted > 500)
  }

  @Test func `a population is left to the other decoder`() throws {
    let population =
      "{\"collected\":\"\(time)\",\"effective\":{\"from\":\"\(time)\",\"to\":\"\(time)\"},\"kind\":\"population\",\"mediaType\":\"a/b\","
      + "\"object\":\"\(id)\",\"path\":\"CC1/x\",\"population\":{},\"revision\":1,\"size\":3,\"source\":{\"system\":\"s\"},\"type\":\"entry\"}"
    #expect(passing(Array(population.utf8)) == nil)
  }

  @Test func `paths of printable ASCII are judged as all others are`() {
    var chance = SplitMix(seed: 7)
    let pieces = [
      "a", "B", ".", "..", "/", ".vault", "x.vault", ".Vault", ".git", "x.git", " ", "-", "\u{7F}", "\t", "é",
      "//",
    ]
    for _ in 0..<20_000 {
      let text = (0..<Int.random(in: 0..<6, using: &chance)).map { _ in pieces.randomElement(using: &chance)!
      }
      .joined()
      let isPlain = Array(text.utf8).withUnsafeBufferPointer { EvidencePath.isPlain($0) }
      if isPlain { #expect((try? EvidencePath(judging: text)) != nil, "\(text)") }
    }
  }

  @Test(arguments: [
    ("2026-02-28T00:00:00.000Z", true), ("2026-02-29T00:00:00.000Z", false),
    ("2024-02-29T23:59:59.999Z", true),
    ("2026-04-31T00:00:00.000Z", false), ("2026-13-01T00:00:00.000Z", false),
    ("2026-00-01T00:00:00.000Z", false),
    ("2026-01-00T00:00:00.000Z", false), ("2026-01-01T24:00:00.000Z", false),
    ("2026-01-01T00:60:00.000Z", false),
    ("2026-01-01T00:00:60.000Z", false), ("1969-12-31T23:59:59.999Z", false),
    ("9999-12-31T23:59:59.999Z", true),
    ("2026-01-01t00:00:00.000Z", false), ("2026-01-01T00:00:00,000Z", false),
    ("2026-01-01T00:00:00.00:Z", false),
    ("2026/01/01T00:00:00.000Z", false), ("2026-01-01T00:00:00.0000Z", false),
    ("２026-01-01T00:00:00.0Z", false),
  ])
  func `a time has one form`(text: String, isTime: Bool) {
    let time = Timestamp(canonical: text)
    #expect((time != nil) == isTime)
    #expect((time?.description == text) == isTime)
    #expect(time == nil || time == Timestamp(rfc3339: text))
  }
}
