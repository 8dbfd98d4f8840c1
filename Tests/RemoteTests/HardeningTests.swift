import Testing
import VaultAudit
import VaultCore
import VaultFiles
import VaultRemote
import VaultSigning
import VaultStore

/// A bare vault in memory whose files stand for those of a busy remote; what they hold does not matter.
private func vault() throws -> (MemoryFiles, VaultFolder) {
  let files = MemoryFiles()
  let made = try TrustEditing.createVault(
    files, root: "/v",
    signers: [
      try SSHPrivateKey(file: NoteSigner.keyFile(seed: Array(repeating: 1, count: 32), comment: "test"))
    ],
    threshold: 1, nonce: Array(repeating: 7, count: 32), time: Timestamp(date: "2026-01-01")!)
  for path in [
    "packs/soc2/000001.pack", "packs/soc2/000002.pack", "packs/soc2/notes", "refs/periods/soc2.log",
    "log/leaves.log",
    "log/checkpoint", "log.key", "access.log", "receipts/origin.log", "receipts/origin.seen",
    "packs/Not/000001.pack",
  ] {
    try files.makeDirectories(Paths.parent("/v/" + path))
    try files.writeNewFile("/v/" + path, [1])
  }
  return (files, made.folder)
}

private func flags(_ files: MemoryFiles, _ path: String) throws -> InodeFlags {
  try File(files, path: "/v/" + path, mode: .read).inodeFlags()
}

private let expected: [String: Hardening.Mark] = [
  "access.log": .appendOnly, "packs/@vault/000001.pack": .appendOnly,
  "packs/soc2/000001.pack": .immutable, "packs/soc2/000002.pack": .appendOnly,
  "refs/periods/soc2.log": .appendOnly, "refs/trust.log": .appendOnly,
]

private let left = ["log/leaves.log", "receipts/origin.log"]

@Suite struct `A hardened vault` {
  @Test func `closes packfiles that are full or passed, leaves the others their ends, and says what it left`()
    throws
  {
    let (files, folder) = try vault()
    let reports = try Hardening.run(folder, dryRun: false)
    let set = reports.filter { $0.state == .set }
    #expect(Dictionary(uniqueKeysWithValues: set.map { ($0.path, $0.mark) }) == expected)
    #expect(reports.filter { $0.state != .set }.map(\.path) == left)
    for (path, mark) in expected {
      #expect(try flags(files, path) == (mark == .immutable ? .immutable : .appendOnly), "\(path)")
    }
    for path in ["packs/soc2/notes", "log/checkpoint", "log.key", "vault.json"] + left {
      #expect(try flags(files, path) == [], "\(path)")
    }
    let again = try Hardening.run(folder, dryRun: false).filter { !left.contains($0.path) }
    #expect(again.allSatisfy { $0.state == .already })
  }

  @Test func `marks nothing in a dry run`() throws {
    let (files, folder) = try vault()
    let reports = try Hardening.run(folder, dryRun: true)
    #expect(Set(reports.filter { $0.state == .wouldSet }.map(\.path)) == Set(expected.keys))
    for path in expected.keys { #expect(try flags(files, path) == []) }
  }

  @Test func `closes the packfile that another has passed since, and keeps other marks`() throws {
    let (files, folder) = try vault()
    let other = InodeFlags(rawValue: 0x80000)
    try File(files, path: "/v/packs/soc2/000002.pack", mode: .read).setInodeFlags(other)
    _ = try Hardening.run(folder, dryRun: false)
    try files.writeNewFile("/v/packs/soc2/000003.pack", [1])
    _ = try Hardening.run(folder, dryRun: false)
    #expect(try flags(files, "packs/soc2/000002.pack") == [other, .appendOnly, .immutable])
    #expect(try flags(files, "packs/soc2/000003.pack") == .appendOnly)
  }

  @Test(
    arguments: [
      (25, "keeps no such marks"), (95, "keeps no such marks"), (1, "CAP_LINUX_IMMUTABLE"),
      (5, "input/output error"),
    ] as [(Int32, String)])
  func `says of each file why it could not be marked, and goes on with the others`(
    _ errno: Int32, _ why: String
  )
    throws
  {
    let (files, plain) = try vault()
    let counting = FaultingFiles(files)
    _ = try Hardening.run(try VaultFolder.open(counting, root: plain.root), dryRun: true)
    let calls = counting.calls.indices.filter { counting.calls[$0].operation == "get flags" }
    try #require(calls.count == expected.count)
    let failing = FaultingFiles(files, faults: [Fault(at: calls[2], counting: .all, .fail(errno: errno))])
    let reports = try Hardening.run(try VaultFolder.open(failing, root: plain.root), dryRun: true)
    let failed = reports.compactMap { report -> String? in
      if case .failed(let reason) = report.state { reason } else { nil }
    }
    #expect(failed.count == 1 && failed[0].contains(why), "\(failed)")
    #expect(reports.filter { $0.state == .wouldSet }.count == expected.count - 1)
  }
}
