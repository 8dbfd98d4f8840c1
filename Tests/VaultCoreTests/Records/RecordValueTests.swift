import Testing

@testable import VaultCore

private let timeCases: [(String, RecordTime)] = [
  ("1970-01-01T00:00:00Z", RecordTime.at(0)), ("1970-01-01T00:00:00.9999Z", .at(999)),
  ("2026-01-01T01:00:00+01:00", .at(1_767_225_600_000)), ("1969-12-31T23:59:59.5-00:00", .at(-500)),
  ("2024-02-29t00:00:00z", .at(1_709_164_800_000)), ("0000-03-01T00:00:00Z", .at(-62_162_035_200_000)),
  ("0000-01-01T00:00:00Z", .at(-62_167_219_200_000)), ("9999-12-31T23:59:59Z", .at(253_402_300_799_000)),
  ("2026-01-01T00:00:00", .withoutZone), ("2026-01-01", .withoutZone),
  ("2026-01-01T00:00:00.5", .withoutZone),
  ("2026-02-29T00:00:00Z", .malformed), ("2026-01-01 00:00:00Z", .malformed),
  ("2026-01-01T24:00:00Z", .malformed),
  ("2026-01-01T23:59:60Z", .malformed), ("2026-01-01T00:00Z", .malformed), ("2026-1-1", .malformed),
  ("2026-01-01T00:00:00.Z", .malformed), ("2026-01-01T00:00:00+0100", .malformed), ("", .malformed),
  ("2026-01-01T00:00:00Zx", .malformed), ("2026-01-01T00:00:00+24:00", .malformed),
  ("1900-02-29", .malformed),
]

private let integerCases: [(String, Int64?)] = [
  ("0", Int64(0)), ("-0", 0), ("9223372036854775807", .max), ("-9223372036854775808", .min),
  ("9223372036854775808", nil), ("-9223372036854775809", nil), ("01", nil), ("1.0", nil), ("1e3", nil),
  ("", nil),
  ("-", nil), ("99999999999999999999", nil), ("18446744073709551616", nil), ("+1", nil),
]

@Suite struct `Values of records` {
  @Test func `SipHash gives the published values`() {
    // The reference's test vectors for 128 bits: the key 00…0F, the messages of 0, 1 and 15 bytes 00, 01, 02 …
    let hash = SipHash(key: (0x0706_0504_0302_0100, 0x0F0E_0D0C_0B0A_0908))
    func of(_ count: Int) -> [UInt8] {
      let (first, second) = Array(0..<UInt8(count)).withUnsafeBytes { hash.hash($0) }
      var out: [UInt8] = []
      out.appendLittle(first)
      out.appendLittle(second)
      return out
    }
    #expect(Hex.encode(of(0)) == "a3817f04ba25a8e66df67214c7550293")
    #expect(Hex.encode(of(1)) == "da87c1d86b99af44347659119b22fc45")
  }

  @Test(arguments: timeCases)
  func `times are RFC 3339 with a zone`(text: String, expected: RecordTime) {
    #expect(Array(text.utf8).withUnsafeBytes { RecordTime($0) } == expected)
  }

  @Test func `times agree with those of the vault's own documents`() throws {
    for milliseconds in stride(from: Int64(0), through: Timestamp.latest, by: 86_400_000 * 97 + 12_345_678) {
      let time = try #require(Timestamp(milliseconds: milliseconds))
      #expect(Array(time.description.utf8).withUnsafeBytes { RecordTime($0) } == .at(milliseconds))
    }
  }

  @Test(arguments: [
    ("1", "1.0", true), ("100", "1e2", true), ("0", "-0", true), ("0.0", "-0e5", true), ("12", "1.2e1", true),
    ("-7", "-7.00", true), ("1", "\"1\"", false), ("10", "1", false), ("0.1", "1e-1", true),
    ("-1", "1", false),
    ("\"a\"", "\"\\u0061\"", true), ("\"é\"", "\"e\\u0301\"", false),
    ("9007199254740993", "9007199254740992", false),
    ("\"\\ud800\"", "\"\\ud801\"", false), ("1200", "120e1", true),
    ("123456789012345678901234567890", "123456789012345678901234567891", false),
  ])
  func `ids are the same by type and value`(a: String, b: String, same: Bool) {
    let hash = SipHash()
    func id(_ text: String) -> [UInt64]? {
      Array(text.utf8).withUnsafeBytes { hash.id(RecordValue($0)) }.map { [$0.0, $0.1] }
    }
    #expect(id(a) != nil && (id(a) == id(b)) == same)
  }

  @Test(arguments: ["null", "\"\"", "true", "[]", "{}"])
  func `what is neither text nor number is no id`(text: String) {
    #expect(Array(text.utf8).withUnsafeBytes { SipHash().id(RecordValue($0)) } == nil)
  }

  @Test(arguments: integerCases)
  func `a sequence number is spelled as an integer that fits`(text: String, expected: Int64?) {
    #expect(Array(text.utf8).withUnsafeBytes { RecordNumber.integer($0) } == expected)
  }
}
