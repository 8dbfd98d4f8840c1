import VaultCore
import VaultFiles

@testable import VaultFsck
@testable import VaultStore

/// Vaults that several tests begin with; each is made once.
enum Samples {
  /// Two trust documents, two periods; solid blocks, a larger object, a delta, a raw block, a population.
  static let whole: [String: [UInt8]] = try! make()
  /// A period with an opening and one commit of two documents.
  static let small: [String: [UInt8]] = try! makeSmall()

  private static func make() throws -> [String: [UInt8]] {
    let vault = try TestVault()
    try vault.open(TestVault.soc)
    try vault.add(
      TestVault.soc,
      [
        .init(path: "CC7.2/a-2026-06-01.txt", bytes: export(day: 1)),
        .init(path: "CC7.2/b.json", bytes: json(2)),
        .init(path: "CC6/large.txt", bytes: text(600_000)),
        .init(path: "CC8/prs.ndjson", bytes: records(2600), isPopulation: true),
        .init(path: "CC8/few.ndjson", bytes: records(3), isPopulation: true),
      ])
    for day in 2...3 {
      let path = "CC7.2/a-2026-06-0\(day).txt"
      try vault.add(TestVault.soc, [.init(path: path, bytes: export(day: day), resembles: true)])
    }
    try vault.add(TestVault.soc, [.init(path: "CC6/key.bin", bytes: noise(300))])
    try vault.open(TestVault.iso)
    try vault.add(TestVault.iso, [.init(path: "A.5/policy.txt", bytes: Array("be careful\n".utf8))])
    return try vault.contents().filter { !$0.key.contains("/index/") }
  }

  private static func makeSmall() throws -> [String: [UInt8]] {
    let vault = try TestVault()
    try vault.open(TestVault.soc)
    try vault.add(
      TestVault.soc,
      [.init(path: "a.txt", bytes: Array("one\n".utf8)), .init(path: "b.txt", bytes: Array("two\n".utf8))])
    return try vault.contents().filter { !$0.key.contains("/index/") }
  }

  static func noise(_ count: Int, seed: UInt64 = 7) -> [UInt8] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 33)
    }
  }

  /// The same export of another day: most of it stays.
  static func export(day: Int) -> [UInt8] {
    Array("day \(day)\n".utf8) + Array(Hex.encode(noise(900)).utf8) + Array("\nchanged \(day * 7919)\n".utf8)
  }

  static func json(_ seed: Int) -> [UInt8] {
    Array((0..<30).map { "{\"id\":\($0 * seed),\"user\":\"u\($0 * 7919 * seed % 1000)\"}\n" }.joined().utf8)
  }

  static func text(_ count: Int) -> [UInt8] {
    let line = "the quick brown fox jumps over the lazy dog\n"
    return Array(String(repeating: line, count: count / 44 + 1).utf8.prefix(count))
  }

  static func records(_ count: Int) -> [UInt8] {
    let pad = String(repeating: "x", count: 90)
    return Array((0..<count).map { "{\"n\":\($0 % 10),\"pad\":\"\(pad)\"}\n" }.joined().utf8)
  }
}

/// Checks files as they are.
func check(_ contents: [String: [UInt8]], _ options: Fsck.Options = Fsck.Options(workers: 2)) throws
  -> Outcome
{
  let files = FlatFiles(contents)
  let outcome = try Fsck.run(files, root: TestVault.root, options)
  precondition(files.openDescriptors == 0, "every file is closed")
  return outcome
}

/// Checks a vault that a test has written on.
func check(_ vault: TestVault) throws -> Outcome { try check(try vault.contents()) }

extension Outcome {
  var names: Set<Finding.Name> { Set(findings.map(\.name)) }

  /// The subjects of findings of a name.
  func subjects(_ name: Finding.Name) -> [String] { findings.filter { $0.name == name }.map(\.subject) }

  /// Everything that was found, for a failing test's message.
  var text: String {
    findings.map { "\($0.name.rawValue) \($0.subject): \($0.detail)" }.joined(separator: "\n")
  }
}
