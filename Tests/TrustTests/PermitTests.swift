import Testing
import VaultAudit
import VaultCore
import VaultFiles
import VaultFsck
import VaultSigning

@testable import VaultStore

@Suite struct `A key` {
  private func ready() throws -> Vault {
    let vault = try Vault()
    try vault.openPeriod()
    try vault.commit("logs/a", by: ["collector"], on: on("02-02"))
    #expect(try vault.findings().isEmpty)
    return vault
  }

  @Test func `that may collect opens no period`() throws {
    let vault = try Vault()
    let before = vault.files.allFiles()
    #expect(try refusal { try vault.openPeriod(by: "collector") } == .notAuthorized)
    #expect(vault.files.allFiles() == before)
    try vault.plant(
      [Line.open(Vault.opening(Vault.period)).encoded()], by: [try Key.of("collector")], on: on("02-01"),
      opening: true)
    #expect(try vault.findings() == [.signerNotAuthorized])
  }

  @Test(arguments: ["secrets/a", "log", "Logs/a", "logs2/a", "a/logs/b"])
  func `writes nothing outside its paths`(_ path: String) throws {
    let vault = try Vault()
    try vault.openPeriod()
    #expect(try refusal { try vault.commit(path, by: ["collector"], on: on("02-03")) } == .notAuthorized)
    try vault.plant(path, by: "collector", on: on("02-03"))
    #expect(try vault.findings() == [.signerNotAuthorized])
  }

  @Test(arguments: ["logs/../secrets/a", "logs/./a", "logs//a", "/logs/a"])
  func `does not get around its paths by dots`(_ path: String) throws {
    let vault = try ready()
    #expect(try storeRefusal { try vault.commit(path, by: ["collector"], on: on("02-03")) } == .badInput)
    let entry = try Vault.entry("logs/#", [1], on: on("02-03"))
    let line = String(decoding: Line.entry(entry).encoded(), as: UTF8.self).split(separator: "logs/#")
    try vault.plant(
      [bytes(line.joined(separator: path))], content: [1], by: [try Key.of("collector")], on: on("02-03"))
    #expect(try vault.findings().contains(.lineMalformed))
  }

  @Test func `writes nothing outside its periods`() throws {
    let vault = try Vault()
    try vault.openPeriod("iso-2026")
    #expect(
      try refusal { try vault.commit("logs/a", by: ["collector"], on: on("02-03"), to: "iso-2026") }
        == .notAuthorized)
    try vault.plant("logs/a", by: "collector", on: on("02-03"), to: "iso-2026")
    #expect(try vault.findings() == [.signerNotAuthorized])
    #expect(try refusal { try vault.verifyTip("iso-2026") } == .notAuthorized)
  }

  @Test func `counts from the first instant of its validity to the last one before its end`() throws {
    for (time, counts) in [
      ("02-28T23:59:59.999Z", false), ("03-01", true), ("03-31T23:59:59.999Z", true), ("04-01", false),
    ] {
      let vault = try Vault()
      try vault.openPeriod()
      try vault.edit(on("02-02")) {
        $0.signers.append(
          try Vault.signer("temp", [.collect], from: on("03-01"), until: on("04-01")))
      }
      #expect(
        try refusal { try vault.commit("logs/a", by: ["temp"], on: on(time)) }
          == (counts ? nil : .keyNotValid))
      if !counts { try vault.plant("logs/a", by: "temp", on: on(time)) }
      #expect(try vault.findings() == (counts ? [] : [.signerNotAuthorized]))
      #expect(try refusal { try vault.verifyTip() } == (counts ? nil : .keyNotValid))
    }
  }

  @Test func `that is a root key writes no evidence, nor does one that may only manage`() throws {
    for name in ["root", "manager", "approver"] {
      let vault = try Vault()
      try vault.openPeriod(by: "root")
      #expect(try refusal { try vault.commit("logs/a", by: [name], on: on("02-03")) } == .notAuthorized)
      try vault.plant("logs/a", by: name, on: on("02-03"))
      #expect(try vault.findings() == [.signerNotAuthorized])
    }
  }

  @Test func `that nobody named neither writes nor signs along`() throws {
    for signers in [["stranger"], ["stranger", "collector"], ["collector", "stranger"]] {
      let vault = try ready()
      #expect(try refusal { try vault.commit("logs/b", by: signers, on: on("02-03")) } == .signerUnknown)
      let content = bytes("b")
      try vault.plant(
        [Line.entry(try Vault.entry("logs/b", content, on: on("02-03"))).encoded()], content: content,
        by: try signers.map { try Key.of($0) }, on: on("02-03"))
      #expect(try vault.findings() == [.signerUnknown])
      #expect(try refusal { try vault.verifyTip() } == .signerUnknown)
    }
  }

  @Test func `does not sign a commit as something else`() throws {
    for namespace in [Trust.signatureNamespace, "file", "commit@evidence-vault.example"] {
      let vault = try ready()
      try vault.plant("logs/b", by: "collector", on: on("02-03"), namespace: namespace)
      #expect(try vault.findings() == [.signatureInvalid, .signatureMissing])
      #expect(try refusal { try vault.verifyTip() } == .signatureInvalid)
    }
  }

  @Test func `needs an approver, not its own, to supersede a population`() throws {
    let vault = try ready()
    try vault.edit(on("02-03")) {
      $0.signers += [
        try Vault.signer("late", [.approve], from: on("06-01")),
        try Vault.signer("far", [.approve], periods: "iso*"), try Vault.signer("both", [.collect, .approve]),
      ]
    }
    try vault.commit("logs/p", by: ["collector"], on: on("02-03"), content: bytes("{}\n"), population: true)
    func supersede(_ signers: [String]) throws {
      try vault.commit(
        "logs/p", by: signers, on: on("02-04"), content: bytes("{}\n{}\n"), population: true, reason: "late")
    }
    let line = try population(vault)
    let insiders = vault.files.allFiles()
    for signers in [
      ["collector"], ["both"], ["collector", "manager"], ["collector", "root"], ["collector", "late"],
      ["collector", "far"],
    ] {
      #expect(try refusal { try supersede(signers) } == .notAuthorized, "\(signers)")
      let copy = try Vault.restored(insiders)
      try copy.plant([line], by: try signers.map { try Key.of($0) }, on: on("02-04"))
      #expect(try copy.findings() == [.signerNotAuthorized], "\(signers)")
    }
    // The approver is no author either.
    #expect(try refusal { try supersede(["approver", "collector"]) } == .notAuthorized)
    try supersede(["collector", "approver"])
    try vault.verifyTip()
    #expect(try vault.findings().isEmpty)
  }

  /// The line that supersedes the newest population with itself.
  private func population(_ vault: Vault) throws -> [UInt8] {
    let reader = try vault.open().period(Vault.period)
    let path = try EvidencePath("logs/p")
    let record = try #require(reader.index.latest(path))
    let entry = try reader.entry(record)
    let hash = MerkleHash(MerkleHasher().leaf(try reader.lineBytes(record)))
    return Line.entry(
      Entry(
        path: path, revision: 2, object: entry.object, size: entry.size, mediaType: entry.mediaType,
        controls: ["CC8.1"], series: nil, source: entry.source, effective: entry.effective,
        collected: entry.collected, context: [], late: nil,
        supersedes: Entry.Supersession(leaf: Int(record.leaf), hash: hash, reason: "late"),
        population: entry.population)
    ).encoded()
  }
}
