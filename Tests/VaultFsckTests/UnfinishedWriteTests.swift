import Testing
import VaultCore
import VaultFiles

@testable import VaultFsck
@testable import VaultStore

/// What writers leave that were broken off, and what a check says while one is at work.
struct UnfinishedWriteTests {
  private static let soc = Insider.refFile(Insider.soc)
  private static let evidence = TestVault.Piece(path: "c.txt", bytes: Array("new\n".utf8))

  /// The vault after an honest writer has gone on.
  private func afterNextCommit(_ contents: [String: [UInt8]]) throws -> Outcome {
    let vault = try TestVault(contents)
    try vault.add(TestVault.soc, [Self.evidence])
    return try check(try vault.contents().filter { !$0.key.contains("/index/") })
  }

  /// The small sample with one more commit, of which only a part was written.
  private func torn(_ cut: (inout Insider) -> Void) throws -> [String: [UInt8]] {
    var insider = Insider()
    try insider.add("lost.txt", Array("lost\n".utf8))
    cut(&insider)
    return insider.contents
  }

  @Test func `a torn line is a finding, and a disclosure once the next commit explains it`() throws {
    let contents = try torn { $0.contents[Self.soc]!.removeLast(60) }
    let before = try check(contents)
    #expect(before.names == [.unfinishedWrite] && !before.sound, "\(before.text)")
    #expect(before.findings.allSatisfy { $0.severity == .warning })
    #expect(before.findings.contains { $0.detail.contains("signed commit") })
    let after = try afterNextCommit(contents)
    #expect(after.sound, "\(after.text)")
    #expect(Set(after.disclosures.map(\.name)) == [.unfinishedWrite] && after.disclosures.count == 2)
    #expect(after.disclosures.contains { $0.detail.contains("signed commit") })
  }

  @Test func `a pack without its line is a finding, and a disclosure once the next commit explains it`()
    throws
  {
    let contents = try torn { $0.change(Self.soc) { $0.removeLast() } }
    #expect(try check(contents).names == [.unfinishedWrite])
    let after = try afterNextCommit(contents)
    #expect(after.sound && after.disclosures.count == 1, "\(after.text)")
  }

  @Test func `a part of a pack without its line is a finding, and then a disclosure`() throws {
    let contents = try torn { insider in
      insider.change(Self.soc) { $0.removeLast() }
      insider.contents[Insider.packfile("soc2-2026")]!.removeLast(40)
    }
    #expect(try check(contents).names == [.unfinishedWrite])
    #expect(try afterNextCommit(contents).sound)
  }

  @Test func `an explanation of what is no longer there is found`() throws {
    let contents = try torn { $0.change(Self.soc) { $0.removeLast() } }
    let vault = try TestVault(contents)
    try vault.add(TestVault.soc, [Self.evidence])
    var after = try vault.contents()
    let path = Insider.packfile("soc2-2026")
    after[path]![Samples.small[path]!.count + 20] ^= 1
    #expect(try check(after).names == [.residueMismatch])
  }

  @Test func `torn bytes that were changed after they were explained are found`() throws {
    let contents = try torn { $0.contents[Self.soc]!.removeLast(60) }
    let vault = try TestVault(contents)
    try vault.add(TestVault.soc, [Self.evidence])
    var after = try vault.contents()
    after[Self.soc]![Samples.small[Self.soc]!.count + 20] ^= 1
    #expect(try check(after).names.contains(.refTornMismatch))
  }

  @Test func `what a writer has not committed is left out and disclosed while it holds the period`() throws {
    let contents = try torn { $0.change(Self.soc) { $0.removeLast() } }
    let vault = try TestVault(contents)
    let lock = try File(vault.files, path: vault.folder.packs("soc2-2026"), mode: .readDirectory)
    try lock.lock()
    let outcome = try Fsck.run(vault.folder, Fsck.Options(workers: 2))
    #expect(outcome.sound, "\(outcome.text)")
    #expect(outcome.disclosures.map(\.name) == [.writeInProgress])
    _ = consume lock
  }

  @Test(arguments: [false, true]) func `a check writes nothing`(_ quick: Bool) throws {
    for contents in [Samples.whole, try torn { $0.contents[Self.soc]!.removeLast(60) }] {
      let vault = try TestVault(contents)
      let before = vault.files.allFiles()
      let files = FaultingFiles(vault.files)
      _ = try Fsck.run(files, root: TestVault.root, Fsck.Options(quick: quick, workers: 2))
      #expect(files.mutationCount == 0 && !files.calls.isEmpty)
      #expect(vault.files.allFiles() == before)
    }
  }
}
