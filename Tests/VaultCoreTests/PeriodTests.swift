import Testing
import VaultCore

// Swift Testing has a type of this name too.
private typealias Expectation = VaultCore.Expectation

/// When something is expected, what a period takes, and what its lines come to.
@Suite struct PeriodTests {
  private func time(_ text: String) -> Timestamp { Timestamp(date: text) ?? Timestamp(rfc3339: text)! }

  private func slots(
    _ cadence: Expectation.Cadence, _ from: String, _ to: String, part: (String?, String?) = (nil, nil)
  ) -> Slots {
    let opening = PeriodOpening(period: "p", framework: "f", from: time(from), to: time(to))
    let expectation = Expectation(
      series: "s", system: "x", cadence: cadence, from: part.0.map(time), to: part.1.map(time))
    return Slots(expectation, in: opening)
  }

  private func days(_ slots: Slots) -> [String] { slots.starts.map { Timestamp(milliseconds: $0)!.date } }

  @Test func `a day is expected if it has an instant of the window`() {
    #expect(slots(.daily, "2024-01-01", "2025-01-01").count == 366)
    let odd = slots(.daily, "2026-03-01T22:00:00Z", "2026-03-04T01:00:00Z")
    #expect(days(odd) == ["2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04"])
    #expect(odd.range(0).count == 2 * 3_600_000 && odd.range(3).count == 3_600_000)
    #expect(odd.slot(at: time("2026-03-01T23:59:59.999Z").milliseconds) == 0)
    #expect(odd.slot(at: time("2026-03-02").milliseconds) == 1)
    #expect(odd.slot(at: time("2026-03-04T01:00:00Z").milliseconds) == nil)
  }

  @Test func `weeks count from the window, months and quarters by the calendar`() {
    #expect(
      days(slots(.weekly, "2026-01-01", "2026-01-20")) == ["2026-01-01", "2026-01-08", "2026-01-15"])
    #expect(days(slots(.monthly, "2025-11-15", "2026-02-01")) == ["2025-11-15", "2025-12-01", "2026-01-01"])
    #expect(
      days(slots(.quarterly, "2025-11-15", "2026-08-01"))
        == ["2025-11-15", "2026-01-01", "2026-04-01", "2026-07-01"])
    #expect(days(slots(.once, "2026-01-01", "2026-07-01")) == ["2026-01-01"])
  }

  @Test func `an expectation's own part of the window is all that is asked`() {
    let part = slots(.weekly, "2026-01-01", "2026-07-01", part: ("2026-02-03", "2026-02-12"))
    #expect(days(part) == ["2026-02-03", "2026-02-10"])
    #expect(slots(.daily, "2026-01-01", "2026-02-01", part: ("2027-01-01", nil)).count == 0)
    #expect(slots(.daily, "2026-01-01", "2026-01-03", part: (nil, "2026-01-02")).count == 1)
  }

  @Test func `windows meet a slot only where they cover all of it together`() {
    let slots = slots(.daily, "2026-01-01", "2026-01-05")
    func covered(_ windows: [(String, String)]) -> [Int] {
      slots.covered(by: windows.map { time($0.0).milliseconds..<time($0.1).milliseconds })
    }
    #expect(covered([("2026-01-01T12:00:00Z", "2026-01-03T12:00:00Z")]) == [1])
    #expect(
      covered([
        ("2025-12-01", "2026-01-01T12:00:00Z"), ("2026-01-01T12:00:00Z", "2026-01-02T06:00:00Z"),
        ("2026-01-02T01:00:00Z", "2026-01-03"), ("2026-01-04T00:00:01Z", "2026-02-01"),
      ]) == [0, 1])
    #expect(covered([("2025-01-01", "2027-01-01")]) == [0, 1, 2, 3])
    #expect(covered([]) == [])
  }

  @Test func `no date is without its slots`() {
    for year in [1970, 2000, 2100, 9998] {
      let days = slots(.daily, "\(year)-01-01", "\(year + 1)-01-01")
      #expect((365...366).contains(days.count))
      #expect(slots(.monthly, "\(year)-01-01", "\(year + 1)-01-01").count == 12)
      for slot in 0..<days.count { #expect(days.slot(at: days.starts[slot]) == slot) }
    }
  }

  // MARK: - States

  private let entry = Line.entry(
    Entry(
      path: try! EvidencePath("a"), revision: 1, object: ObjectID(of: []), size: 0, mediaType: "t",
      controls: [], series: nil, source: Entry.Source(system: "s"),
      effective: Entry.Window(from: Timestamp(milliseconds: 0)!, to: Timestamp(milliseconds: 0)!),
      collected: Timestamp(milliseconds: 0)!, context: [], late: nil, supersedes: nil, population: nil))
  private let waiver = Line.waive(Waiver(finding: "a:b", reason: "r"))
  private let point = PeriodProgress.Point(commit: ObjectID(of: []), count: 1, root: MerkleHash(.zero))
  private func seal(_ signer: String, _ document: UInt8 = 1) -> Line {
    .seal(SealSignature(document: ObjectID(of: [document]), signer: signer, signature: "x"))
  }

  @Test func `a period takes less with each state, and no state is left`() {
    var progress = PeriodProgress(approvers: 2)
    #expect(progress.breach(entry, after: nil) == nil)
    #expect(progress.breach(seal("a"), after: point) == .notClosed)
    progress.take(seal("a"), after: point)
    #expect(progress.run == nil && progress.state == .open)
    progress.take(.close(PeriodClosing()), after: nil)
    #expect(progress.state == .closed)
    #expect(progress.breach(entry, after: nil) == .ended(.closed))
    #expect(progress.breach(.close(PeriodClosing()), after: nil) == .ended(.closed))
    #expect(progress.breach(waiver, after: nil) == nil)
    #expect(progress.breach(seal("a"), after: nil) == .sealNotFirst)
    progress.take(seal("a"), after: point)
    #expect(progress.breach(seal("a"), after: nil) == .signedAlready)
    progress.take(seal("a"), after: nil)
    #expect(progress.state == .closed && progress.run?.signers == ["a"])
    progress.take(seal("b"), after: nil)
    #expect(progress.state == .sealed)
    for line in [entry, waiver, seal("c"), .close(PeriodClosing())] {
      #expect(progress.breach(line, after: point) == .ended(.sealed))
    }
    progress.take(.close(PeriodClosing()), after: nil)
    #expect(progress.state == .sealed)
  }

  @Test func `another document or another line ends what was signed`() {
    for line in [waiver, seal("b", 2)] {
      var progress = PeriodProgress(approvers: 2, state: .closed)
      progress.take(seal("a"), after: point)
      progress.take(line, after: point)
      progress.take(seal("b"), after: point)
      #expect(progress.state == .closed && progress.run?.signers == ["b"])
    }
    var progress = PeriodProgress(approvers: 1, state: .closed)
    progress.take(seal("a"), after: nil)
    #expect(progress.state == .closed, "a run that begins inside a commit seals nothing")
  }

  // MARK: - Sums

  private func document(_ path: String, _ revision: Int = 1, of leaf: Int? = nil) -> Line {
    let instant = Timestamp(milliseconds: 0)!
    return .entry(
      Entry(
        path: try! EvidencePath(path), revision: revision, object: ObjectID(of: []), size: 0, mediaType: "t",
        controls: [], series: nil, source: Entry.Source(system: "s"),
        effective: Entry.Window(from: instant, to: instant), collected: instant, context: [], late: nil,
        supersedes: leaf.map { Entry.Supersession(leaf: $0, hash: MerkleHash(.zero), reason: "r") },
        population: nil))
  }

  /// The sums of commits, each with its lines; the first line is leaf 0 of commit 1.
  private func contents(_ commits: [[Line]], repudiated: Set<Int> = []) -> Seal.Contents {
    var tally = PeriodTally()
    var leaf = 0
    for (number, lines) in commits.enumerated() {
      // A commit in two parts is the same as in one.
      for run in [lines.prefix(1), lines.dropFirst()] where !run.isEmpty {
        var part = PeriodTally.Part()
        for line in run {
          part.take(line, leaf: leaf, hash: MerkleHash(.zero))
          leaf += 1
        }
        tally.append(part, sequence: number + 1, firstLeaf: leaf - run.count)
      }
    }
    let opening = PeriodOpening(
      period: "p", framework: "f", from: Timestamp(milliseconds: 0)!, to: Timestamp(milliseconds: 1)!)
    return tally.contents(opening, repudiated: repudiated)
  }

  @Test func `a path counts once, by its newest revision that counts`() {
    let commits = [
      [document("open")], [document("a"), document("b")], [document("a", 2, of: 1)],
      [document("a", 3, of: 3)],
    ]
    let all = contents(commits)
    #expect(all.documents == 3 && all.superseded == [1, 3] && all.repudiated == [])
    #expect(contents(commits, repudiated: [2]).documents == 2, "b does not count, a does by a later revision")
    #expect(contents(commits, repudiated: [2, 3, 4]).documents == 1)
    #expect(contents(commits, repudiated: [3]).documents == 3)
    #expect(contents(commits, repudiated: [4, 3]).repudiated == [3, 4])
  }

  @Test func `the newest line of a series is what is expected`() {
    func expect(_ series: String, withdrawn: Bool = false, reason: String? = nil) -> Line {
      .expect(
        Expectation(
          series: series, system: "s", cadence: .daily, isWithdrawn: withdrawn, reason: reason))
    }
    let sums = contents([
      [document("open"), expect("a"), expect("b")], [expect("a", withdrawn: true, reason: "r")], [waiver],
    ])
    #expect(sums.expectations == 1 && sums.waivers == [4])
    var tally = PeriodTally()
    var part = PeriodTally.Part()
    for line in [expect("a"), expect("a"), expect("a", reason: "r")] {
      part.take(line, leaf: 0, hash: MerkleHash(.zero))
    }
    #expect(tally.append(part, sequence: 1, firstLeaf: 0) == ["a"])
  }

  // MARK: - JSON of people

  @Test func `JSON as people write it is read, and what the vault has no form for is refused`() throws {
    func read(_ text: String) throws -> CanonicalValue { try CanonicalValue(plain: Array(text.utf8)) }
    let value = try read(" {\"b\" : [ 1 , true ] ,\r\n\t\"a\":\"\\u00e4\\ud83d\\ude00\\/\\n\"}\n")
    #expect(String(decoding: value.encoded(), as: UTF8.self) == "{\"a\":\"ä😀/\\n\",\"b\":[1,true]}")
    for bad in [
      "", "nul", "null", "1.5", "-1", "01", "1e3", "9007199254740992", "[1,]", "[1 2]", "{\"a\"}", "{\"a\":}",
      "{a:1}", "{\"a\":1,\"a\":2}", "\"\\ud800\"", "\"\\ude00\"", "\"\\x\"", "\"\n\"", "\"a", "[1]]", "{,}",
      String(repeating: "[", count: 100_000),
    ] {
      let error = #expect(throws: FormatError.self, "\(bad.prefix(20))") { try read(bad) }
      #expect(error?.code == .malformed || bad.count > 1000)
    }
    let error = #expect(throws: FormatError.self) { try read("[\n1,\n  x]") }
    #expect(error?.reason == "line 3: x is neither text, whole number, true nor false")
    #expect(throws: FormatError.self) { try CanonicalValue(plain: [0x22, 0xFF, 0x22]) }
  }
}
