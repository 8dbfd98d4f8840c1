import Testing
import VaultCore
import VaultFiles
import VaultSigning

@testable import VaultFsck
@testable import VaultStore

/// Repudiations that somebody with a key wrote past the program.
struct RepudiationTamperingTests {
  /// The small sample with a third commit, of one entry.
  private func insider() throws -> Insider {
    var insider = Insider()
    try insider.add("c.txt")
    return insider
  }

  private func id(_ insider: Insider, _ sequence: Int) throws -> ObjectID {
    try insider.refLines(Insider.refFile(Insider.soc))[sequence - 1].document
  }

  private func line(
    _ insider: Insider, _ sequence: Int, id: ObjectID? = nil, reason: String = "test data"
  ) throws -> [UInt8] {
    Repudiation(commit: try id ?? self.id(insider, sequence), sequence: sequence, reason: reason).encoded()
  }

  private func repudiate(_ insider: inout Insider, _ lines: [[UInt8]], by key: SSHPrivateKey = Keys.approver)
    throws
  {
    try insider.commit(.init(lines: lines, key: key))
  }

  @Test func `a repudiation is disclosed with who, when and why, and its entries are counted apart`() throws {
    var insider = try insider()
    try repudiate(&insider, [try line(insider, 2)])
    let outcome = try check(insider.contents)
    #expect(outcome.sound, "\(outcome.text)")
    #expect(outcome.counts.entries == 1 && outcome.counts.repudiatedEntries == 2)
    let disclosure = try #require(outcome.disclosures.first)
    #expect(disclosure.name == .repudiated && disclosure.subject == "periods/soc2-2026@2")
    #expect(
      disclosure.detail
        == "2 entries of commit \(try id(insider, 2).hex), which is repudiated by approver "
        + "\(Keys.approver.publicKey.fingerprint) at \(TestVault.from) in commit 4: test data")
  }

  @Test func `several commits are repudiated by one, and by several`() throws {
    var insider = try insider()
    try repudiate(&insider, [try line(insider, 3), try line(insider, 2)])
    try insider.add("d.txt", Array("d\n".utf8))
    try repudiate(&insider, [try line(insider, 5)])
    let outcome = try check(insider.contents)
    #expect(outcome.sound, "\(outcome.text)")
    #expect(outcome.disclosures.map(\.subject) == [2, 3, 5].map { "periods/soc2-2026@\($0)" })
    #expect(outcome.counts.entries == 0 && outcome.counts.repudiatedEntries == 4)
  }

  @Test func `a commit of many lines is repudiated like any other`() throws {
    var insider = Insider()
    let vault = try insider.vault()
    try vault.add(
      Insider.soc, (0..<4000).map { .init(path: "many/\($0)", bytes: Array("\($0)\n".utf8)) })
    insider.contents = try vault.contents()
    try repudiate(&insider, [try line(insider, 3)])
    let outcome = try check(insider.contents)
    #expect(outcome.sound, "\(outcome.text)")
    #expect(outcome.counts.entries == 2 && outcome.counts.repudiatedEntries == 4000)
  }

  /// A vault whose third commit its author might not make, with and without the repudiation of it.
  private func expectForgiven(
    _ name: Finding.Name, at subject: String, _ draft: Insider.Draft, path: String = "c.txt"
  ) throws {
    var insider = Insider()
    try insider.add(path, Array("new\n".utf8), draft)
    let before = try check(insider.contents)
    #expect(before.names == [name] && before.subjects(name) == [subject], "\(before.text)")
    #expect(before.counts.entries == 3)
    try insider.add("d.txt")
    try repudiate(&insider, [try line(insider, 3)])
    let after = try check(insider.contents)
    #expect(after.sound, "\(after.text)")
    #expect(after.counts.entries == 3 && after.counts.repudiatedEntries == 1)
    #expect(Set(after.disclosures.map(\.subject)) == ["periods/soc2-2026@3", subject])
    #expect(
      after.disclosures.contains {
        $0.detail.hasPrefix("\(name.rawValue), in a commit that commit 5 repudiates")
      })
    #expect(after.disclosures.allSatisfy { $0.name == .repudiated })
  }

  @Test func `what a stranger wrote is disclosed once it is repudiated`() throws {
    try expectForgiven(.signerUnknown, at: "periods/soc2-2026@3", .init(key: Keys.stranger))
  }

  @Test func `what a signer wrote who might not is disclosed once it is repudiated`() throws {
    try expectForgiven(.signerNotAuthorized, at: "periods/soc2-2026#3", .init(key: Keys.manager))
  }

  @Test func `a forged signature is found though its commit is repudiated`() throws {
    var insider = Insider()
    try insider.add("c.txt", Array("c\n".utf8), .init(signing: { $0 + [0x20] }))
    try repudiate(&insider, [try line(insider, 3)])
    let forged = try check(insider.contents)
    #expect(!forged.sound && forged.names.isSuperset(of: [.signatureInvalid]), "\(forged.text)")
  }

  @Test func `objections to many commits never fall silent`() throws {
    var ledger = ObjectionLedger()
    var objections = Objections()
    for number in 0..<FindingLog.limit { objections.add(Finding(.signerNotAuthorized, "a#\(number)", "no")) }
    for sequence in 2...10 { ledger.add(objections, to: sequence) }
    let log = FindingLog()
    ledger.settle(RepudiationLedger(), log)
    let outcome = log.outcome(.full, vault: nil, Counts())
    #expect(outcome.findings.count == FindingLog.limit)
    #expect(outcome.findings.count + (outcome.omitted[.signerNotAuthorized] ?? 0) >= 4 * FindingLog.limit)
    for sequence in 2...10 {
      var one = ObjectionLedger()
      for number in 2...10 where number <= sequence { one.add(objections, to: number) }
      let log = FindingLog()
      one.settle(RepudiationLedger(), log)
      #expect(!log.outcome(.full, vault: nil, Counts()).isClean)
    }
  }

  @Test(arguments: [Keys.collector, Keys.manager])
  func `a repudiation by who may not is found, and does not count`(
    key: SSHPrivateKey
  ) throws {
    var insider = try insider()
    try repudiate(&insider, [try line(insider, 2)], by: key)
    let outcome = try check(insider.contents)
    #expect(outcome.names == [.signerNotAuthorized], "\(outcome.text)")
    #expect(outcome.subjects(.signerNotAuthorized) == ["periods/soc2-2026#4"])
    #expect(outcome.disclosures.isEmpty && outcome.counts.entries == 3)
    // An approver may still do it.
    try repudiate(&insider, [try line(insider, 2)])
    let again = try check(insider.contents)
    #expect(again.names == [.signerNotAuthorized] && again.counts.repudiatedEntries == 2)
  }

  @Test func `the root key may not repudiate`() throws {
    var insider = try insider()
    try repudiate(&insider, [try line(insider, 2)], by: Keys.root)
    #expect(try check(insider.contents).names == [.signerNotAuthorized])
  }

  @Test func `a repudiation that names no earlier commit by id and sequence is found`() throws {
    for (sequence, id) in [(2, 3), (3, 2), (4, 3), (9, 3)] {
      var insider = try insider()
      let line = try line(insider, sequence, id: try self.id(insider, id))
      try repudiate(&insider, [line])
      let outcome = try check(insider.contents)
      #expect(outcome.names == [.repudiationBroken], "\(sequence) \(id): \(outcome.text)")
      #expect(outcome.subjects(.repudiationBroken) == ["periods/soc2-2026#4"])
      #expect(outcome.disclosures.isEmpty && outcome.counts.entries == 3)
    }
  }

  @Test func `the opening cannot be repudiated`() throws {
    var insider = try insider()
    try repudiate(&insider, [try line(insider, 1)])
    #expect(try check(insider.contents).names == [.lineMalformed])
  }

  @Test func `what is repudiated already, or a repudiation, cannot be repudiated`() throws {
    var insider = try insider()
    try repudiate(&insider, [try line(insider, 2)])
    for target in [2, 4] {
      var again = insider
      try repudiate(&again, [try line(again, target)])
      let outcome = try check(again.contents)
      #expect(outcome.names == [.repudiationBroken], "\(outcome.text)")
      #expect(outcome.counts.repudiatedEntries == 2)
    }
    var twice = try self.insider()
    try repudiate(&twice, [try line(twice, 2), try line(twice, 2, reason: "other")])
    #expect(try check(twice.contents).names == [.repudiationBroken])
  }

  @Test func `a repudiation without a reason is found`() throws {
    var insider = try insider()
    try repudiate(&insider, [try line(insider, 2, reason: "")])
    #expect(try check(insider.contents).names == [.lineMalformed])
  }

  @Test func `a repudiation beside other lines is found, and does not count`() throws {
    var insider = try insider()
    let vault = try insider.vault()
    let both = Trust.Signer(
      name: "both", key: Keys.approver.publicKey.openSSHLine, roles: [.collect, .approve],
      periods: [try Glob("*")], paths: [try Glob("**")])
    let collector = TestVault.signer("collector", Keys.collector, [.collect])
    let manager = TestVault.signer("manager", Keys.manager, [.manage])
    let third = Trust(
      number: 3, vault: vault.folder.id, previous: try vault.trust(), nonce: nil,
      rootKeys: [Keys.root.publicKey.openSSHLine], threshold: 1, signers: [both, collector, manager],
      revocations: [], time: TestVault.from)
    try insider.appendTrust(third.encoded(), number: 3)
    let bytes = Array("d\n".utf8)
    let entry = try TestVault.entry("d.txt", ObjectID(of: bytes), 2).encoded()
    try insider.commit(
      .init(
        lines: [try line(insider, 2), entry], evidence: [try Insider.pack([bytes])], key: Keys.approver))
    let outcome = try check(insider.contents)
    #expect(outcome.names == [.repudiationMisplaced], "\(outcome.text)")
    #expect(outcome.subjects(.repudiationMisplaced) == ["periods/soc2-2026@4"])
    #expect(outcome.counts.entries == 4 && outcome.disclosures.isEmpty)
  }

  @Test func `what is repudiated is superseded like anything else, and checked like anything else`() throws {
    var insider = Insider()
    try repudiate(&insider, [try line(insider, 2)])
    let vault = try insider.vault()
    let reader = RefReader(try RefIndex.open(vault.folder, Insider.soc))
    let record = try #require(reader.index.latest(try EvidencePath("a.txt")))
    let hash = MerkleHash(MerkleHasher().leaf(try reader.lineBytes(record)))
    let entry = try TestVault.entry(
      "a.txt", ObjectID(of: Array("one\n".utf8)), 4, revision: 2,
      supersedes: .init(leaf: Int(record.leaf), hash: hash, reason: "the right system"))
    try insider.commit(.init(lines: [entry.encoded()]))
    let outcome = try check(insider.contents)
    #expect(outcome.sound, "\(outcome.text)")
    #expect(outcome.counts.entries == 1 && outcome.counts.repudiatedEntries == 2)
    var collides = insider
    try collides.add("a.txt")
    #expect(try check(collides.contents).names == [.pathCollision])
  }
}
