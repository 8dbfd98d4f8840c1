import Testing
import VaultCore

private let id = "sha256:" + String(repeating: "ab", count: 32)
private let root = "mth-sha256:" + String(repeating: "cd", count: 32)
private let time = "2026-03-01T06:00:00.123Z"

private let commit =
  "{\"added\":1,\"count\":3,\"lines\":\"\(id)\",\"message\":\"\",\"parent\":\"\(id)\",\"ref\":\"periods/p\",\"root\":\"\(root)\","
  + "\"sequence\":2,\"signer\":\"SHA256:x\",\"time\":\"\(time)\",\"trust\":\"\(id)\",\"type\":\"commit\",\"vault\":\"\(id)\","
  + "\"version\":1}"

private let entry =
  "{\"collected\":\"\(time)\",\"effective\":{\"from\":\"\(time)\",\"to\":\"\(time)\"},\"kind\":\"document\",\"mediaType\":\"a/b\","
  + "\"object\":\"\(id)\",\"path\":\"CC1/x\",\"revision\":1,\"size\":3,\"source\":{\"system\":\"s\"},\"type\":\"entry\"}"

private let repudiation =
  "{\"commit\":\"\(id)\",\"reason\":\"test data\",\"sequence\":2,\"type\":\"repudiate\"}"

private let reference =
  "{\"count\":40,\"hash\":\"\(root)\",\"leaf\":3,\"path\":\"CC8.1/prs.ndjson\",\"revision\":1,\"root\":\"\(root)\"}"

/// One of each line that is about a period or its reviews.
private let lines = [
  "{\"cadence\":\"daily\",\"owner\":\"it\",\"series\":\"users\",\"system\":\"okta\",\"type\":\"expect\"}",
  "{\"cadence\":\"once\",\"reason\":\"gone\",\"series\":\"users\",\"system\":\"okta\",\"type\":\"expect\",\"withdrawn\":true}",
  "{\"finding\":\"series-missing:users/2026-03-01\",\"reason\":\"outage\",\"type\":\"waive\"}",
  "{\"type\":\"close\"}",
  "{\"document\":\"\(id)\",\"signature\":\"AAAA\",\"signer\":\"SHA256:x\",\"type\":\"seal\"}",
  "{\"differing\":0,\"left\":\(reference),\"matched\":40,\"on\":[{\"left\":\"/a\",\"right\":\"/b\"}],\"onlyLeft\":0,"
    + "\"onlyRight\":2,\"report\":\"\(id)\",\"right\":\(reference),\"type\":\"reconcile\"}",
  "{\"population\":\(reference),\"seed\":\"00112233445566778899aabbccddeeff\",\"size\":25,\"type\":\"draw\"}",
  "{\"draw\":0,\"note\":\"no ticket\",\"outcome\":\"exception\",\"record\":7,\"type\":\"result\"}",
]

private let seal =
  "{\"commit\":\"\(id)\",\"count\":9,\"documents\":4,\"expectations\":1,\"from\":\"2026-01-01T00:00:00.000Z\",\"period\":\"p\","
  + "\"populations\":[\(reference)],\"reconciliations\":[{\"hash\":\"\(root)\",\"leaf\":0,\"open\":0}],\"repudiated\":[3],"
  + "\"root\":\"\(root)\",\"superseded\":[2,5],\"time\":\"\(time)\",\"to\":\"2026-07-01T00:00:00.000Z\",\"trust\":\"\(id)\","
  + "\"type\":\"seal\",\"vault\":\"\(id)\",\"version\":1,\"waivers\":[7]}"

private let trust =
  "{\"format\":1,\"nonce\":\"\(String(repeating: "00", count: 32))\",\"number\":1,\"roots\":{\"keys\":[\"ssh-ed25519 AAAA\"],"
  + "\"threshold\":1},\"time\":\"\(time)\",\"type\":\"trust\"}"

private let logs =
  "\"logs\":[{\"key\":\"a+1+b\",\"name\":\"origin\"},{\"key\":\"c+1+b\",\"name\":\"mirror\"}],\"nonce\""

private func bytes(_ text: String, _ old: String, _ new: String) -> [UInt8] {
  #expect(text.contains(old), "the test changes something")
  let parts = text.split(separator: old, maxSplits: 1, omittingEmptySubsequences: false)
  return Array((parts[0] + new + parts[1]).utf8)
}

@Suite struct DocumentTests {
  @Test func `documents encode to the bytes that they were decoded from`() throws {
    #expect(try Commit(decoding: Array(commit.utf8)).encoded() == Array(commit.utf8))
    #expect(try Line(decoding: Array(entry.utf8)).encoded() == Array(entry.utf8))
    #expect(try Line(decoding: Array(repudiation.utf8)).encoded() == Array(repudiation.utf8))
    #expect(try Trust(decoding: Array(trust.utf8)).encoded() == Array(trust.utf8))
    #expect(try Seal(decoding: Array(seal.utf8)).encoded() == Array(seal.utf8))
    for line in lines { #expect(try Line(decoding: Array(line.utf8)).encoded() == Array(line.utf8)) }
  }

  @Test func `lines about reviews stand in reviews, all others in periods`() throws {
    for line in lines {
      let decoded = try Line(decoding: Array(line.utf8))
      let isReview = ["reconcile", "draw", "result"].contains { line.contains("\"type\":\"\($0)\"") }
      #expect(decoded.stands(in: .reviews("p")) == isReview && decoded.stands(in: .period("p")) != isReview)
    }
  }

  @Test(arguments: [
    ("daily", "hourly"), ("\"reason\":\"gone\",", ""), ("\"withdrawn\":true", "\"withdrawn\":false"),
    ("series-missing:", "series-missing"), ("series-missing:users/2026-03-01", "series-missing:"),
    ("series-missing:", "Series:"), ("\"reason\":\"outage\",", ""), ("\"signer\":\"SHA256:x\",", ""),
    ("{\"type\":\"close\"}", "{\"at\":1,\"type\":\"close\"}"),
    ("\"on\":[{\"left\":\"/a\",\"right\":\"/b\"}]", "\"on\":[]"), ("\"left\":\"/a\"", "\"left\":\"a\""),
    ("\"onlyRight\":2,", ""), ("\"onlyRight\":2", "\"onlyRight\":9007199254740991"),
    ("00112233445566778899aabbccddeeff", "00112233445566778899aabbccddee"),
    ("ccddeeff", "ccddeefg"), ("\"size\":25", "\"size\":41"), ("\"size\":25", "\"size\":0"),
    ("\"note\":\"no ticket\",", ""), ("exception", "fail"), ("\"record\":7,", ""),
  ])
  func `a line about a period or its reviews that breaks a rule is refused`(old: String, new: String) {
    for line in lines where line.contains(old) {
      #expect(throws: FormatError.self) { try Line(decoding: bytes(line, old, new)) }
    }
  }

  @Test(arguments: [
    ("[2,5]", "[5,2]"), ("[2,5]", "[5,5]"), ("[2,5]", "[]"), ("\"waivers\":[7]", "\"waivers\":[\"7\"]"),
    ("\"period\":\"p\"", "\"period\":\"P\""), ("\"version\":1", "\"version\":2"),
    ("\"count\":9", "\"count\":0"),
    ("2026-07-01", "2026-01-01"), ("\"documents\":4,", ""),
  ])
  func `a seal document that breaks a rule is refused`(old: String, new: String) {
    #expect(throws: FormatError.self) { try Seal(decoding: bytes(seal, old, new)) }
  }

  @Test(arguments: [
    ("\"graceDays\"", "\"approvers\":2,\"graceDays\""), ("\"graceDays\"", "\"approvers\":0,\"graceDays\""),
  ])
  func `an opening says how many approvers seal it only where that is not two`(old: String, new: String)
    throws
  {
    let opening =
      "{\"framework\":\"f\",\"from\":\"2026-01-01T00:00:00.000Z\",\"graceDays\":1,\"period\":\"p\","
      + "\"to\":\"2026-07-01T00:00:00.000Z\",\"type\":\"open\"}"
    #expect(throws: FormatError.self) { try Line(decoding: bytes("{" + opening.dropFirst(), old, new)) }
    let three = Array(("{\"approvers\":3," + opening.dropFirst()).utf8)
    #expect(try PeriodOpening(decoding: three).approvers == 3)
    #expect(try PeriodOpening(decoding: Array(opening.utf8)).approvers == 2)
  }

  @Test(arguments: [
    ("\"sequence\":2", "\"sequence\":1"), ("\"parent\":\"\(id)\",", ""), ("\"added\":1", "\"added\":4"),
    ("\"added\":1", "\"added\":0"), ("periods/p", "periods/../p"), ("periods/p", "tags/p"),
    ("\"version\":1", "\"version\":2"), ("\"type\":\"commit\"", "\"type\":\"entry\""),
    ("mth-sha256:", "sha256:"),
    (time, "2026-03-01T06:00:00Z"), ("\"message\":\"\"", "\"message\":\"\",\"more\":1"),
    ("{\"added\"", "{ \"added\""),
  ])
  func `a commit that breaks a rule is refused`(old: String, new: String) {
    #expect(throws: FormatError.self) { try Commit(decoding: bytes(commit, old, new)) }
  }

  @Test(arguments: [
    ("CC1/x", "../x"), ("CC1/x", ""), ("\"revision\":1", "\"revision\":2"), ("\"size\":3", "\"size\":-1"),
    ("\"kind\":\"document\"", "\"kind\":\"population\""), ("\"system\":\"s\"", "\"system\":\"\""),
    ("\"mediaType\":\"a/b\"", "\"mediaType\":\"\""), ("\"type\":\"entry\"", "\"type\":\"later\""),
    ("\"kind\":", "\"controls\":[\"a\",\"a\"],\"kind\":"),
    ("\"kind\":", "\"context\":{\"a b\":\"c\"},\"kind\":"),
    ("\"mediaType\"", "\"late\":\"\",\"mediaType\""),
  ])
  func `an entry that breaks a rule is refused`(old: String, new: String) {
    #expect(throws: FormatError.self) { try Line(decoding: bytes(entry, old, new)) }
  }

  @Test(arguments: [
    ("\"sequence\":2", "\"sequence\":1"), ("\"sequence\":2,", ""), ("test data", ""),
    ("sha256:", "mth-sha256:"),
    ("test data", String(repeating: "x", count: 4097)), ("\"reason\"", "\"path\":\"a\",\"reason\""),
  ])
  func `a repudiation that breaks a rule is refused`(old: String, new: String) {
    #expect(throws: FormatError.self) { try Line(decoding: bytes(repudiation, old, new)) }
  }

  @Test(arguments: [
    ("\"format\":1", "\"format\":2"), ("\"format\":1", "\"features\":[\"time-travel\"],\"format\":1"),
  ])
  func `a newer format and an unknown feature are told from damage`(old: String, new: String) {
    do throws(FormatError) {
      _ = try Trust(decoding: bytes(trust, old, new))
      Issue.record("it was accepted")
    } catch {
      #expect(error.code == .unsupported)
    }
  }

  @Test(arguments: [
    ("\"threshold\":1", "\"threshold\":2"), ("\"number\":1", "\"number\":2"),
    ("\"nonce\":\"00", "\"nonce\":\"0g"),
    ("[\"ssh-ed25519 AAAA\"]", "[\"ssh-ed25519 AAAA\",\"ssh-ed25519 AAAA\"]"),
    ("[\"ssh-ed25519 AAAA\"]", "[]"),
    ("\"roots\"", "\"revocations\":[{\"at\":\"\(time)\",\"key\":\"collector\",\"reason\":\"r\"}],\"roots\""),
  ])
  func `a trust document that breaks a rule is refused`(old: String, new: String) {
    #expect(throws: FormatError.self) { try Trust(decoding: bytes(trust, old, new)) }
  }

  @Test func `a trust document names logs, and one without any has the bytes that it always had`() throws {
    let named = bytes(trust, "\"nonce\"", logs)
    let document = try Trust(decoding: named)
    #expect(document.logs.map(\.name) == ["origin", "mirror"] && document.logs[0].key == "a+1+b")
    #expect(document.encoded() == named)
    #expect(try Trust(decoding: Array(trust.utf8)).logs.isEmpty)
    #expect(
      !String(decoding: try Trust(decoding: Array(trust.utf8)).encoded(), as: UTF8.self).contains("logs"))
  }

  @Test(arguments: [
    ("\"mirror\"", "\"origin\""), ("c+1+b", "a+1+b"), ("\"mirror\"", "\"\""), ("\"mirror\"", "\"a b\""),
    ("\"key\":\"c+1+b\",", ""), ("\"key\":\"c+1+b\"", "\"key\":\"c+1+b\",\"more\":1"), ("c+1+b", ""),
    ("c+1+b", String(repeating: "x", count: 310)),
    ("[{\"key\":\"a+1+b\",\"name\":\"origin\"},{\"key\":\"c+1+b\",\"name\":\"mirror\"}]", "[]"),
  ])
  func `a log that breaks a rule is refused`(old: String, new: String) {
    let text = String(decoding: bytes(trust, "\"nonce\"", logs), as: UTF8.self)
    #expect(throws: FormatError.self) { try Trust(decoding: bytes(text, old, new)) }
  }

  @Test(arguments: [16, 17]) func `a trust document names at most sixteen logs`(_ count: Int) throws {
    let list = (0..<count).map { "{\"key\":\"a\($0)+1+b\",\"name\":\"n\($0)\"}" }.joined(separator: ",")
    let text = bytes(trust, "\"nonce\"", "\"logs\":[\(list)],\"nonce\"")
    #expect((try? Trust(decoding: text).logs.count) == (count == 16 ? 16 : nil))
  }

  @Test func `every prefix and every changed byte of a document is refused or is another document`() throws {
    let original = Array(entry.utf8)
    let decoded = try Line(decoding: original)
    for end in original.indices {
      #expect(throws: FormatError.self) { try Line(decoding: Array(original[..<end])) }
    }
    for index in original.indices {
      for change: UInt8 in [0x01, 0x20, 0x80] {
        var changed = original
        changed[index] ^= change
        if let other = try? Line(decoding: changed) {
          #expect(other.encoded() == changed && other != decoded)
        }
      }
    }
  }

  @Test func `paths are compared as bytes and folded for collisions`() throws {
    let composed = try EvidencePath("caf\u{E9}")
    let decomposed = try EvidencePath("cafe\u{301}")
    #expect(composed != decomposed)
    #expect(composed.foldedKey == decomposed.foldedKey)
    #expect(try EvidencePath("CAF\u{C9}").foldedKey == composed.foldedKey)
    for text in ["a\u{200B}b", "a\u{202E}b", "a\u{AD}b", "\u{FEFF}a", "a\u{E0041}"] {
      #expect(throws: FormatError.self) { try EvidencePath(text) }
    }
  }

  @Test(arguments: [".vault", ".Vault", ".git", ".GIT", ".giT"])
  func `no path leads into a folder that a vault or git takes for its own`(name: String) throws {
    for text in [name, "\(name)/config", "a/\(name)", "a/b/\(name)/hooks/post-checkout"] {
      #expect(throws: FormatError.self, "\(text)") { try EvidencePath(text) }
    }
  }

  @Test func `paths that only resemble git's own folder are allowed`() throws {
    let names = [
      ".github/workflows/ci.yml", ".gitignore", "a.git", "a.git/config", ".git2", "git", ".git .txt",
    ]
    for text in names { #expect(try EvidencePath(text).text == text) }
  }

  @Test func `a period admits what lies inside, says why it does not, or is a snapshot in the days of grace`()
    throws
  {
    let from = Timestamp(date: "2026-01-01")!
    let to = Timestamp(date: "2026-07-01")!
    let period = PeriodOpening(period: "p", framework: "f", from: from, to: to, graceDays: 30)
    func admits(_ a: String, _ b: String, collected: String = "2026-02-01", late: String? = nil) -> Bool {
      period.admits(
        effective: Entry.Window(from: Timestamp(date: a)!, to: Timestamp(date: b)!),
        collected: Timestamp(date: collected)!, late: late)
    }
    #expect(admits("2026-01-01", "2026-07-01"))
    #expect(!admits("2025-12-31", "2026-02-01"))
    #expect(!admits("2026-06-01", "2026-07-02"))
    #expect(!admits("2026-07-01", "2026-07-01"))
    #expect(admits("2026-07-15", "2026-07-15", collected: "2026-07-15"))
    #expect(!admits("2026-07-31", "2026-07-31", collected: "2026-07-31"))
    #expect(!admits("2025-12-31", "2025-12-31", collected: "2025-12-31"))
    #expect(admits("2020-01-01", "2020-01-01", late: "found later"))
    #expect(
      period.admits(
        effective: Entry.Window(from: Timestamp(date: "2020-01-01")!, to: Timestamp(date: "2020-01-01")!),
        collected: Timestamp(date: "2026-02-01")!, late: nil, concerns: "soc2-2020"))
  }
}
