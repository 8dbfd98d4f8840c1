import Testing
import VaultCore
import VaultRemote

@Suite struct LogLeafTests {
  private func read(_ text: String) throws -> LogLeaf {
    try Array(text.utf8).withUnsafeBytes { try LogLeaf(leaf: $0) }
  }

  private func text(_ leaf: LogLeaf) -> String { String(decoding: leaf.encoded(), as: UTF8.self) }

  @Test func `leaves of both shapes are canonical JSON and read back`() throws {
    for number in 0..<30 {
      let leaf = LogScene.leaf(number)
      #expect(try read(text(leaf)) == leaf)
    }
    let a = String(repeating: "a", count: 64)
    let leaf = """
      {"commit":"sha256:\(a)","count":3,"received":"2026-03-01T06:00:00.123Z","ref":"periods/p",\
      "root":"mth-sha256:\(a)","sequence":2,"signatures":"sha256:\(a)","trust":"sha256:\(a)",\
      "type":"accepted","vault":"sha256:\(a)","version":1}
      """
    #expect(try text(read(leaf)) == leaf)
  }

  @Test func `the hash over signatures does not depend on their order`() {
    let ids = (0..<5).map { ObjectID(of: [UInt8($0)]) }
    let expected = ObjectID(
      of: ids.map(\.digest.bytes).sorted { $0.lexicographicallyPrecedes($1) }.flatMap { $0 })
    #expect(LogLeaf.hash(ofSignatures: ids) == expected)
    #expect(LogLeaf.hash(ofSignatures: ids.reversed()) == expected)
  }

  @Test(arguments: [
    (":1}", ":2}"), ("\"type\":\"accepted\"", "\"type\":\"receipt\""), ("\"sequence\":3", "\"sequence\":0"),
    ("\"sequence\":3", "\"number\":1,\"sequence\":3"), ("\"sequence\":3,", ""), ("periods/", "period/"),
    ("reviews/", "trust/"), ("{", "{ "), ("}", "}\n"), ("\"count\":3", "\"count\":03"), ("mth-", ""),
    ("\"version\":1", "\"version\":1,\"x\":1"), (".000Z", "Z"), ("\"count\":3", "\"count\":0"),
  ])
  func `a leaf that is altered is refused`(part: String, other: String) throws {
    for number in [2, 3] {
      let sound = text(LogScene.leaf(number)).replacing("\"count\":2", with: "\"count\":3")
        .replacing("\"sequence\":2", with: "\"sequence\":3")
      guard sound.contains(part) else { continue }
      expectLogError(.malformedLeaf) { try read(sound.replacing(part, with: other)) }
    }
  }

  @Test func `the first trust document is the vault's, and only it`() throws {
    let first = text(LogScene.leaf(0))
    expectLogError(.malformedLeaf) { try read(first.replacing("\"number\":1", with: "\"number\":2")) }
    let second = text(LogScene.leaf(7))
    expectLogError(.malformedLeaf) { try read(second.replacing("\"number\":2", with: "\"number\":1")) }
    expectLogError(.malformedLeaf) {
      try read(first.replacing("\"number\":1", with: "\"commit\":\"\(LogScene.id)\",\"number\":1"))
    }
    let long = String(repeating: "a", count: LogLeaf.limit)
    expectLogError(.malformedLeaf) { try read(first.replacing("\"number\":1", with: "\"x\":\"\(long)\"")) }
  }
}
