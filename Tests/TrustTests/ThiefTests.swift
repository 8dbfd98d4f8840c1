import Testing
import VaultAudit
import VaultCore
import VaultFiles
import VaultFsck
import VaultSigning

@testable import VaultStore

/// The collector's key was stolen on 1 March; document 3, of 5 March, revokes it from then on.
@Suite struct `The thief of a revoked key` {
  private func robbed() throws -> (Vault, before: ObjectID) {
    let vault = try Vault()
    try vault.openPeriod()
    try vault.commit("logs/a", by: ["collector"], on: on("02-02"))
    let before = try vault.open().newestTrust().id
    try vault.revoke("collector", at: on("03-01"), in: on("03-05"))
    return (vault, before)
  }

  @Test func `is refused, and what was signed before remains`() throws {
    let (vault, _) = try robbed()
    #expect(try vault.findings().isEmpty)
    try vault.verifyTip()
    #expect(try refusal { try vault.commit("logs/b", by: ["collector"], on: on("03-06")) } == .keyNotValid)
    try vault.plant("logs/b", by: "collector", on: on("03-06"))
    #expect(try vault.findings() == [.signerNotAuthorized])
    #expect(try refusal { try vault.verifyTip() } == .keyNotValid)
  }

  @Test(arguments: ["03-06", "03-04", "03-01"])
  func `gains nothing by the document from before the revocation`(_ time: String) throws {
    let (vault, before) = try robbed()
    try vault.plant("logs/b", by: "collector", trust: before, on: on(time))
    #expect(try vault.findings() == [.signerNotAuthorized])
    #expect(try refusal { try vault.verifyTip() } == .keyNotValid)
  }

  @Test func `does not name the new document with a time before it`() throws {
    let (vault, _) = try robbed()
    #expect(try refusal { try vault.commit("logs/b", by: ["collector"], on: on("02-03")) } == .keyNotValid)
    try vault.plant("logs/b", by: "collector", on: on("02-03"))
    #expect(try vault.findings() == [.signerNotAuthorized])
    #expect(try refusal { try vault.verifyTip() } == .keyNotValid)
  }

  @Test func `does not take trust back once a commit names the newer document`() throws {
    let (vault, before) = try robbed()
    try vault.edit(on("03-05")) { $0.signers.append(try Vault.signer("new", [.collect])) }
    try vault.commit("logs/c", by: ["new"], on: on("03-06"))
    try vault.plant("logs/b", by: "collector", trust: before, on: on("02-03"))
    #expect(try vault.findings() == [.trustRegression])
    #expect(try refusal { try vault.verifyTip() } == .brokenChain)
  }

  // What a vault alone cannot show (docs/format.md, "What a vault does not show"): the time is a claim.
  @Test func `passes with an old document and a time before the theft, until a commit names the new one`()
    throws
  {
    let (vault, before) = try robbed()
    try vault.plant("logs/b", by: "collector", trust: before, on: on("02-28"))
    #expect(try vault.findings().isEmpty)
    try vault.verifyTip()
  }

  @Test func `cannot supersede by the approver's revoked key either`() throws {
    let vault = try Vault()
    try vault.openPeriod()
    try vault.commit("logs/p", by: ["collector"], on: on("02-02"), content: bytes("{}\n"), population: true)
    try vault.revoke("approver", at: on("03-01"), in: on("03-05"))
    #expect(
      try refusal {
        try vault.commit(
          "logs/p", by: ["collector", "approver"], on: on("03-06"), content: bytes("{}\n{}\n"),
          population: true, reason: "late")
      } == .notAuthorized)
  }

  @Test func `is refused though the revocation came while its evidence was taken in`() throws {
    let vault = try Vault()
    try vault.openPeriod()
    let opened = try vault.open()
    try vault.revoke("collector", at: on("03-01"), in: on("03-05"))
    #expect(
      try refusal { try vault.commit("logs/b", by: ["collector"], on: on("03-06"), vault: opened) }
        == .keyNotValid)
    #expect(try vault.findings().isEmpty)
  }

  @Test func `shows by a commit where the revocation was cut away`() throws {
    let (vault, _) = try robbed()
    try vault.edit(on("03-05")) { $0.signers.append(try Vault.signer("new", [.collect])) }
    try vault.commit("logs/c", by: ["new"], on: on("03-06"))
    let log = try #require(vault.files.allFiles()[vault.folder.trustLog])
    let lines = log.split(separator: 0x0A, omittingEmptySubsequences: true)
    vault.files.plant(vault.folder.trustLog, Array(lines[..<2].joined(separator: [0x0A])) + [0x0A])
    #expect(try vault.findings().contains(.trustUnknown))
    #expect(try refusal { try vault.verifyTip() } == .trustUnknown)
    #expect(try storeRefusal { try vault.commit("logs/b", by: ["collector"], on: on("03-06")) } == .refused)
  }
}

@Suite struct `Two vaults with the same root keys` {
  private func two() throws -> (Vault, other: Vault) {
    let (vault, other) = (try Vault(), try Vault(nonce: 2))
    #expect(vault.folder.id != other.folder.id)
    return (vault, other)
  }

  @Test func `share no trust document`() throws {
    let (vault, other) = try two()
    try other.revoke("collector", at: on("03-01"), in: on("03-05"))
    let third = try TrustStore(other.folder).all()[2]
    var chain = try vault.open().trust
    #expect(
      try refusal { try chain.append(id: third.id, bytes: third.bytes, signatures: third.signatures) }
        == .brokenChain)
    try vault.plant(try Trust(decoding: third.bytes), third.signatures)
    #expect(try vault.findings() == [.trustChainBroken])
    #expect(try refusal { _ = try vault.open() } == .brokenChain)
  }

  @Test func `share no commit, though its ref line is made to fit`() throws {
    let (vault, other) = try two()
    try other.openPeriod()
    try splice(from: other, to: vault) { line in
      RefLine(
        kind: .commit, document: line.document, sequence: line.sequence, signatures: line.signatures,
        packs: line.packs, previous: vault.folder.id, torn: [], residue: [])
    }
    #expect(try vault.findings() == [.commitMisplaced, .trustUnknown])
    #expect(try storeRefusal { try vault.verifyTip() } == .damaged)
    #expect(try storeRefusal { try vault.commit("logs/a", by: ["collector"], on: on("02-02")) } == .damaged)
  }

  @Test func `share no ref`() throws {
    let (vault, other) = try two()
    try other.openPeriod()
    try splice(from: other, to: vault) { $0 }
    #expect(try vault.findings() == [.commitMisplaced, .refChainBroken, .trustUnknown])
    #expect(try storeRefusal { try vault.verifyTip() } == .damaged)
    #expect(try storeRefusal { try vault.commit("logs/a", by: ["collector"], on: on("02-02")) } == .damaged)
  }

  /// Copies the period's packs and its first ref line.
  private func splice(from: Vault, to: Vault, _ change: (RefLine) -> RefLine) throws {
    let ref = RefName.period(Vault.period)
    for (path, content) in from.files.allFiles()
    where path.hasPrefix(from.folder.packs(Vault.period) + "/") {
      try to.files.makeDirectories(to.folder.packs(Vault.period))
      try to.files.writeNewFile(path, content)
    }
    let reader = try from.open().period(Vault.period)
    try to.files.makeDirectories(Paths.parent(to.folder.refFile(ref)))
    try to.files.writeNewFile(to.folder.refFile(ref), change(try reader.refLine(1)).encoded() + [0x0A])
  }
}
