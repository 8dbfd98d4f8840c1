import Testing
import VaultAudit
import VaultCore
import VaultFiles
import VaultFsck
import VaultSigning

@testable import VaultStore

/// The verifier key of a log whose key is the one called `name` in the cast.
private func log(_ name: String, key: String = "log", origin: String = "example.org/log") throws -> Trust.Log
{
  Trust.Log(
    name: name,
    key: try NoteVerifier(name: origin, publicKey: Array(try Key.of(key).publicKey.blob.suffix(32)))
      .description)
}

@Suite struct `The logs in the trust` {
  @Test func `are added and removed by the root keys, and stay where other things change`() throws {
    let vault = try Vault()
    let logs = [try log("origin"), try log("mirror", key: "other")]
    try vault.edit(on("01-03")) { $0.logs = [logs[0]] }
    try vault.edit(on("01-04")) { $0.logs.append(logs[1]) }
    try vault.revoke("collector", at: on("03-01"), in: on("03-02"))
    var newest = try vault.open().newestTrust()
    #expect(newest.trust.logs == logs)
    #expect(newest.logKeys.map(\.description) == logs.map(\.key))
    try vault.edit(on("03-03")) { $0.logs.remove(at: 0) }
    newest = try vault.open().newestTrust()
    #expect(newest.trust.logs == [logs[1]] && newest.logKeys.count == 1)
    #expect(try vault.findings().isEmpty)
  }

  @Test func `wait with any proposal until enough root keys have signed`() throws {
    let (a, b) = (try Key.of("root"), try Key.of("b"))
    let vault = try Vault(roots: [a, b], threshold: 2, named: false)
    guard case .proposed = try vault.edit(by: [a], on("01-03"), { $0.logs = [try log("origin")] }) else {
      Issue.record("one of two root keys decided")
      return
    }
    #expect(try vault.open().newestTrust().trust.logs.isEmpty)
    _ = try TrustEditing.sign(try vault.open(), signers: [b])
    #expect(try vault.open().newestTrust().trust.logs.map(\.name) == ["origin"])
  }

  @Test func `may name one log twice, under two keys, but no key twice`() throws {
    let vault = try Vault()
    try vault.edit(on("01-03")) { $0.logs = [try log("origin"), try log("origin.2", key: "next")] }
    #expect(Set(try vault.open().newestTrust().logKeys.map(\.name)) == ["example.org/log"])
    let before = vault.files.allFiles()
    #expect(
      try storeRefusal { try vault.edit(on("01-04")) { $0.logs.append(try log("third", key: "next")) } }
        == .badInput)
    #expect(
      try storeRefusal { try vault.edit(on("01-04")) { $0.logs.append(try log("origin", key: "x")) } }
        == .badInput)
    #expect(vault.files.allFiles() == before)
  }

  @Test func `end the chain where a key is none, though root keys signed it`() throws {
    let good = try log("origin").key
    let hash = good.split(separator: "+")[1]
    let flawed = [
      "example.org/log", good + "=", good.replacing("log+", with: "lag+"),
      good.replacing(hash, with: hash.uppercased() + "0"), good.replacing("example.org/log", with: ""),
    ]
    for key in flawed {
      let vault = try Vault()
      #expect(
        try refusal { try vault.edit(on("01-03")) { $0.logs = [Trust.Log(name: "origin", key: key)] } }
          == .malformed,
        "\(key)")
      #expect(try vault.findings().isEmpty)
      let newest = try vault.open().newestTrust()
      let planted = Trust(
        number: 3, vault: vault.folder.id, previous: newest.id, nonce: nil, rootKeys: newest.trust.rootKeys,
        threshold: 1, signers: newest.trust.signers, revocations: [],
        logs: [Trust.Log(name: "origin", key: key)],
        time: on("01-03"))
      try vault.plant(planted, by: [try Key.of("root")])
      #expect(try vault.findings() == [.trustChainBroken])
      #expect(try refusal { _ = try vault.open() } == .malformed)
    }
  }
}
