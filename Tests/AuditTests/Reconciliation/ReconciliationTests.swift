import Testing
import VaultCore
import VaultFiles
import VaultStore

@testable import VaultAudit

struct ReconciliationTests {
  private let scene: AuditScene

  init() throws { scene = try AuditScene() }

  private func reconcile(
    _ left: [String], _ right: [String], on: String = "/k", compare: [String] = []
  ) throws -> (ReconciliationRun.Outcome, [String]) {
    let number = UInt64.random(in: .min ... .max)
    let sides = try [("left", left), ("right", right)].map { name, records in
      let population = try scene.population("CC8/\(name)-\(number)", records)
      return ReconciliationRun.Side(
        try StoredPopulation(population.reader, population.entry), population.reference)
    }
    let scratch = "/scratch-\(number)"
    try scene.files.makeDirectories(scratch)
    let outcome = try ReconciliationRun(
      on: [.init(left: on, right: on)], compare: compare.map { .init(left: $0, right: $0) },
      files: scene.files, scratch: scratch, workers: 2
    ).run(sides[0], sides[1])
    let report = try scene.files.readWholeFile(outcome.report, limit: 1 << 24)
    return (outcome, String(decoding: report, as: UTF8.self).split(separator: "\n").map(String.init))
  }

  @Test func `random populations are reconciled as one by one`() throws {
    var random = SplitMix64(seed: 11)
    let keys = 400
    func records() -> [(key: UInt64, value: UInt64)] {
      (0..<600).map { _ in (random.next() % UInt64(keys), random.next() % 3) }
    }
    let (left, right) = (records(), records())
    func text(_ records: [(key: UInt64, value: UInt64)]) -> [String] {
      records.map { "{\"k\":\($0.key),\"v\":\"\($0.value)\"}" }
    }
    let (outcome, report) = try reconcile(text(left), text(right), compare: ["/v"])
    var wanted = (matched: 0, left: 0, right: 0, differing: 0, twins: 0)
    for key in 0..<UInt64(keys) {
      let ours = left.filter { $0.key == key }
      let theirs = right.filter { $0.key == key }
      if ours.count > 1 { wanted.twins += 1 }
      switch (ours.isEmpty, theirs.isEmpty) {
      case (true, true): continue
      case (false, true): wanted.left += 1
      case (true, false): wanted.right += 1
      case (false, false):
        if Set((ours + theirs).map(\.value)).count == 1 { wanted.matched += 1 } else { wanted.differing += 1 }
      }
    }
    #expect(
      (outcome.matched, outcome.onlyLeft, outcome.onlyRight, outcome.differing)
        == (wanted.matched, wanted.left, wanted.right, wanted.differing))
    #expect(outcome.duplicateLeft == wanted.twins && wanted.twins > 10)
    #expect(
      report.count { $0.contains("\"only-left\"") } == left.count { l in !right.contains { $0.key == l.key } }
    )
  }

  @Test(arguments: [
    ("17", "17.0", true), ("17", "1.7e1", true), ("17", "170E-1", true), ("0", "-0", true),
    ("0", "0.000", true),
    ("100", "1e2", true), ("17", "\"17\"", false), ("1.5", "1.50", false), ("1.5", "1.5", true),
    ("123456789012345678901234567890", "123456789012345678901234567890.0", true),
    ("123456789012345678901234567890", "123456789012345678901234567891", false), ("1", "true", false),
    ("\"A\"", "\"\\u0041\"", true), ("\"a\"", "\"A\"", false), ("\"\\u00e9\"", "\"é\"", true),
    ("\"e\\u0301\"", "\"é\"", false), ("\"\\ud83d\\ude00\"", "\"😀\"", true), ("\"\"", "\"\"", true),
    ("[1]", "[1]", true), ("[1]", "[1.0]", false), ("\"1e0\"", "1", false), ("01", "1", false),
  ])
  func `keys match by type and value`(left: String, right: String, isMatch: Bool) throws {
    let (outcome, _) = try reconcile(["{\"k\":\(left)}"], ["{ \"x\" : {\"k\":0} , \"k\" : \(right) }"])
    #expect((outcome.matched == 1) == isMatch, "\(left) \(right)")
    #expect(outcome.open == (isMatch ? 0 : 2))
  }

  @Test func `records without a key match nothing, not even each other`() throws {
    let none = ["{}", "{\"k\":null}", "", "[", "{\"x\":{\"k\":1}}", "{\"k\"", "{\"k\":", "\"k\"", "{\"k\":}"]
    let (outcome, report) = try reconcile(none, none)
    #expect(outcome.missingLeft == none.count && outcome.missingRight == none.count)
    #expect(outcome.matched == 0 && outcome.open == 2 * none.count)
    #expect(report.count { $0.contains("key-missing") } == 2 * none.count)
  }

  @Test(arguments: [("/a/1/b~1c", true), ("/a/0", false), ("/a/01", false), ("/a/2", false), ("/a/-", false)])
  func `a pointer leads through arrays and escapes`(pointer: String, leads: Bool) throws {
    let record = "{\"z\":[[],\"]\"],\"a\":[null,{\"b/c\":7}]}"
    let (outcome, _) = try reconcile([record], [record], on: pointer)
    #expect((outcome.matched == 1) == leads)
  }

  @Test func `many records of one key are one key, and matched where all of them agree`() throws {
    let many = Array(repeating: "{\"k\":1,\"v\":2}", count: 50)
    let (outcome, report) = try reconcile(many, ["{\"k\":1,\"v\":2.0}"], compare: ["/v"])
    #expect(outcome.matched == 1 && outcome.open == 0 && outcome.duplicateLeft == 1)
    #expect(report.dropFirst() == ["{\"count\":50,\"left\":0,\"outcome\":\"duplicate\"}"])
    let (other, _) = try reconcile(many + ["{\"k\":1}"], ["{\"k\":1,\"v\":2}"], compare: ["/v"])
    #expect(other.differing == 1)
  }

  @Test func `rows that go to files come back in the same order`() throws {
    try scene.files.makeDirectories("/rows")
    var random = SplitMix64(seed: 3)
    let rows = (0..<9000).map { number in
      KeyedRow(
        key: Digest.of([UInt8(random.next() % 200)]), compared: .zero, record: UInt64(number),
        isKeyMissing: number % 7 == 0)
    }
    func sorted(held: Int) throws -> [UInt64] {
      let sorter = RowSorter(scene.files, scratch: "/rows", held: held)
      for start in stride(from: 0, to: rows.count, by: 2500) {
        var part = Array(rows[start..<min(start + 2500, rows.count)])
        try sorter.add(&part)
      }
      var merged = try sorter.sorted()
      var out: [UInt64] = []
      while let row = try merged.next() { out.append(row.record) }
      return out
    }
    let inMemory = try sorted(held: 0)
    #expect(inMemory == rows.sorted(by: KeyedRow.precedes).map(\.record))
    #expect(try sorted(held: RowSorter.memoryLimit) == inMemory)
    #expect(try scene.files.list("/rows").isEmpty)
  }
}
