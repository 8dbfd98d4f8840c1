import Testing
import VaultAudit
import VaultCore
import VaultFiles
import VaultFsck
import VaultSigning

@testable import VaultStore

/// Commit 2 of 2 February is to be repudiated; the cast is that of ``Vault``.
@Suite struct `A repudiation` {
  private func ready() throws -> Vault {
    let vault = try Vault()
    try vault.openPeriod()
    try vault.commit("logs/a", by: ["collector"], on: on("02-02"), content: [1])
    return vault
  }

  private func id(_ vault: Vault, _ sequence: Int, in period: String = Vault.period) throws -> ObjectID {
    try vault.open().period(period).commit(sequence).0
  }

  private func repudiate(
    _ vault: Vault, _ id: ObjectID, by signers: [String], on time: Timestamp, in period: String = Vault.period
  ) throws {
    _ = try RepudiationCommit(
      vault: try vault.open(), period: period, signers: try signers.map { try Key.of($0) }, message: "",
      time: time
    ).run([id], reason: "test data")
  }

  /// Writes a repudiate line that nobody checks.
  private func plant(
    _ vault: Vault, _ id: ObjectID, _ sequence: Int, by signers: String..., on time: Timestamp,
    trust: ObjectID? = nil
  ) throws {
    let line = Repudiation(commit: id, sequence: sequence, reason: "test data").encoded()
    try vault.plant([line], by: try signers.map { try Key.of($0) }, trust: trust, on: time)
  }

  /// What says that commit 2 does not count, and how many repudiations were rejected.
  private func standing(_ vault: Vault) throws -> (VerifiedRepudiation?, rejected: Int) {
    let open = try vault.open()
    let standing = Standing(open, try open.period(Vault.period))
    return (try standing.repudiation(ofCommit: 2), standing.rejected.count)
  }

  @Test func `by an approver takes entries out of count, for readers and for fsck`() throws {
    let vault = try ready()
    try repudiate(vault, try id(vault, 2), by: ["approver"], on: on("02-03"))
    let found = try #require(try standing(vault).0)
    #expect(found.signer == "approver" && found.bySequence == 3 && found.entries == 1)
    let outcome = try Fsck.run(vault.files, root: vault.folder.root, Fsck.Options(workers: 1))
    #expect(outcome.sound && outcome.disclosures.map(\.name) == [.repudiated])
    try vault.verifyTip()
  }

  @Test(arguments: [["collector"], ["manager"], ["root"], ["collector", "approver"], ["root", "approver"]])
  func `is refused by who may not, also where an approver signs along`(_ signers: [String]) throws {
    let vault = try ready()
    let target = try id(vault, 2)
    let before = vault.files.allFiles()
    #expect(try refusal { try repudiate(vault, target, by: signers, on: on("02-03")) } == .notAuthorized)
    #expect(vault.files.allFiles() == before)
    let line = Repudiation(commit: target, sequence: 2, reason: "hide it").encoded()
    try vault.plant([line], by: try signers.map { try Key.of($0) }, on: on("02-03"))
    #expect(try vault.findings() == [.signerNotAuthorized])
    // It hides nothing.
    let (found, rejected) = try standing(vault)
    #expect(found == nil && rejected == 1)
    // Nor does it keep an approver from it.
    try repudiate(vault, target, by: ["approver"], on: on("02-04"))
    #expect(try standing(vault).0?.bySequence == 4)
    #expect(try vault.findings() == [.signerNotAuthorized])
  }

  @Test func `is refused by an approver of another period`() throws {
    let vault = try ready()
    try vault.edit(on("02-03")) {
      $0.signers.append(try Vault.signer("far", [.approve], periods: "iso*"))
    }
    let target = try id(vault, 2)
    #expect(try refusal { try repudiate(vault, target, by: ["far"], on: on("02-04")) } == .notAuthorized)
    try plant(vault, target, 2, by: "far", on: on("02-04"))
    #expect(try vault.findings() == [.signerNotAuthorized])
    #expect(try standing(vault).0 == nil)
  }

  @Test func `does not reach a commit of another period`() throws {
    let vault = try ready()
    try vault.openPeriod("soc2-2025")
    try vault.commit("logs/b", by: ["collector"], on: on("02-02"), to: "soc2-2025", content: [2])
    let other = try id(vault, 2, in: "soc2-2025")
    #expect(try storeRefusal { try repudiate(vault, other, by: ["approver"], on: on("02-03")) } == .notFound)
    try plant(vault, other, 2, by: "approver", on: on("02-03"))
    #expect(try vault.findings() == [.repudiationBroken])
    #expect(try standing(vault).0 == nil)
  }

  @Test(arguments: [3, 4, 99]) func `with a forged sequence repudiates nothing`(_ sequence: Int) throws {
    let vault = try ready()
    try vault.commit("logs/b", by: ["collector"], on: on("02-02"), content: [2])
    try plant(vault, try id(vault, 2), sequence, by: "approver", on: on("02-03"))
    #expect(try vault.findings() == [.repudiationBroken])
    #expect(try standing(vault).0 == nil)
  }

  @Test func `after the approver's revocation counts for nothing`() throws {
    let vault = try ready()
    let before = try vault.open().newestTrust().id
    let target = try id(vault, 2)
    try vault.revoke("approver", at: on("03-01"), in: on("03-05"))
    #expect(try refusal { try repudiate(vault, target, by: ["approver"], on: on("03-06")) } == .keyNotValid)
    try plant(vault, target, 2, by: "approver", on: on("03-02"), trust: before)
    #expect(try vault.findings() == [.signerNotAuthorized])
    let (found, rejected) = try standing(vault)
    #expect(found == nil && rejected == 1)
  }

  @Test func `before the approver's revocation stays`() throws {
    let vault = try ready()
    try repudiate(vault, try id(vault, 2), by: ["approver"], on: on("02-03"))
    try vault.revoke("approver", at: on("03-01"), in: on("03-05"))
    #expect(try standing(vault).0 != nil)
    #expect(try vault.findings().isEmpty)
  }

  @Test func `of the opening, of a repudiation, or of what is repudiated is refused`() throws {
    let vault = try ready()
    try repudiate(vault, try id(vault, 2), by: ["approver"], on: on("02-03"))
    let before = vault.files.allFiles()
    for sequence in 1...3 {
      let target = try id(vault, sequence)
      #expect(
        try storeRefusal { try repudiate(vault, target, by: ["approver"], on: on("02-04")) } == .refused)
    }
    #expect(vault.files.allFiles() == before)
  }

  @Test func `is no place for a retry: the same bytes need a reason, and go on counting revisions`() throws {
    let vault = try ready()
    try repudiate(vault, try id(vault, 2), by: ["approver"], on: on("02-03"))
    func again(_ reason: String?) throws {
      try vault.commit("logs/a", by: ["collector"], on: on("02-04"), content: [1], reason: reason)
    }
    #expect(try storeRefusal { try again(nil) } == .refused)
    try again("the right system")
    let reader = try vault.open().period(Vault.period)
    let newest = try #require(reader.index.latest(try EvidencePath("logs/a")))
    #expect(newest.revision == 2 && newest.sequence == 4)
    try again(nil)
    #expect(try vault.open().period(Vault.period).index.sequence == 4)
    #expect(try vault.findings().isEmpty)
  }

  @Test func `is the same without the index`() throws {
    let vault = try ready()
    try repudiate(vault, try id(vault, 2), by: ["approver"], on: on("02-03"))
    let bare = try Vault.restored(vault.files.allFiles().filter { !$0.key.contains("/index/") })
    #expect(try standing(bare).0?.by == standing(vault).0?.by)
  }
}
