import Testing
import VaultAudit
import VaultCore
import VaultFiles
import VaultFsck
import VaultSigning

@testable import VaultStore

@Suite struct `The chain of trust` {
  @Test func `counts a root key once, however often it signs`() throws {
    let (a, b) = (try Key.varying("a"), try Key.of("b"))
    let vault = try Vault(roots: [a, b], threshold: 2)
    let result = try vault.edit(by: [a], on("01-03")) { $0.threshold = 2 }
    guard case .proposed(let id, _, signatures: 1) = result else {
      Issue.record("not proposed")
      return
    }
    for _ in 0..<3 {
      let again = try TrustEditing.sign(try vault.open(), signers: [a], expected: id)
      guard case .proposed(_, _, signatures: 1) = again else {
        Issue.record("counted twice")
        return
      }
    }
    let trust = try vault.next(on("01-03"))
    try vault.plant(trust, by: [a, a])
    #expect(try vault.findings() == [.trustSignatureInvalid])
    #expect(try refusal { _ = try vault.open() } == .thresholdNotMet)
  }

  @Test func `takes new root keys only from the old and the new together`() throws {
    let (old, new) = (try Key.of("root"), try Key.of("new"))
    for signers in [[old], [new]] {
      let vault = try Vault()
      let trust = try vault.next(on("01-03"), roots: [new])
      try vault.plant(trust, by: signers)
      #expect(try vault.findings() == [.trustSignatureInvalid])
      #expect(try refusal { _ = try vault.open() } == .thresholdNotMet)
    }
    let vault = try Vault()
    let rotate = { (draft: inout TrustEditing.Draft) in draft.rootKeys = [new.publicKey.openSSHLine] }
    #expect(try refusal { try vault.edit(by: [new], on("01-03"), rotate) } == .thresholdNotMet)
    #expect(vault.names("staging").isEmpty, "who does not decide today leaves nothing behind")
    guard case .proposed = try vault.edit(by: [old], on("01-03"), rotate) else {
      Issue.record("the old key alone decided")
      return
    }
    guard case .appended = try TrustEditing.sign(try vault.open(), signers: [new]) else {
      Issue.record("old and new together did not decide")
      return
    }
    #expect(try vault.findings().isEmpty)
    #expect(try refusal { try vault.edit(by: [old], on("01-04")) { _ in } } == .thresholdNotMet)
  }

  @Test func `skips and repeats no number`() throws {
    let skipping = try Vault()
    let fourth = try skipping.next(on("01-03"), number: 4)
    try skipping.plant(fourth, by: [try Key.of("root")])
    #expect(try skipping.findings() == [.refSequence, .trustChainBroken])
    #expect(try storeRefusal { _ = try skipping.open() } == .damaged)
    // The same with a ref line that hides it: only the document knows.
    var chain = try Vault().open().trust
    #expect(try refusal { try append(fourth, to: &chain) } == .brokenChain)

    let repeating = try Vault()
    let second = try repeating.next(on("01-03"), number: 2)
    try repeating.plant(second, by: [try Key.of("root")])
    #expect(try repeating.findings() == [.refSequence, .trustChainBroken])
    #expect(try storeRefusal { _ = try repeating.open() } == .damaged)
    chain = try Vault().open().trust
    #expect(try refusal { try append(second, to: &chain) } == .brokenChain)
  }

  private func append(_ trust: Trust, to chain: inout TrustChain, by key: String = "root") throws {
    let bytes = trust.encoded()
    try chain.append(
      id: ObjectID(of: bytes), bytes: bytes,
      signatures: [try sign(try Key.of(key), bytes, Trust.signatureNamespace)])
  }

  @Test func `keeps every revocation as it is`() throws {
    for changed in [false, true] {
      let vault = try Vault()
      try vault.revoke("collector", at: on("03-01"), in: on("03-02"))
      let later = Trust.Revocation(
        key: try Key.of("collector").publicKey.fingerprint, at: on("09-01"), reason: "the laptop was stolen")
      let trust = try vault.next(on("03-03"), revocations: changed ? [later] : [])
      try vault.plant(trust, by: [try Key.of("root")])
      #expect(try vault.findings() == [.trustChainBroken])
      #expect(try refusal { _ = try vault.open() } == .revocationGone)
    }
  }

  @Test func `is not followed past a feature that the reader lacks, though the next document drops it`()
    throws
  {
    let vault = try Vault()
    let trust = try vault.next(on("01-03"), features: ["salted"])
    let without = Trust(
      number: 4, vault: trust.vault, previous: ObjectID(of: trust.encoded()), nonce: nil,
      rootKeys: trust.rootKeys, threshold: 1, signers: trust.signers, revocations: [], time: on("01-04"))
    try vault.plant(trust, by: [try Key.of("root")])
    try vault.plant(without, by: [try Key.of("root")])
    #expect(try vault.findings() == [.unsupportedFormat])
    #expect(try refusal { _ = try vault.open() } == .unsupported)
  }

  @Test func `takes no document from a collector`() throws {
    let vault = try Vault()
    let collector = try Key.of("collector")
    let before = vault.files.allFiles()
    let greedy = try Vault.signer("mallory", [.collect, .manage])
    #expect(
      try refusal { try vault.edit(by: [collector], on("01-03")) { $0.signers.append(greedy) } }
        == .thresholdNotMet)
    #expect(vault.files.allFiles() == before)
    try vault.plant(try vault.next(on("01-03")), by: [collector])
    #expect(try vault.findings() == [.trustSignatureInvalid])
    #expect(try refusal { _ = try vault.open() } == .thresholdNotMet)
  }

  @Test func `takes no signature that was made for a commit`() throws {
    let root = try Key.of("root")
    for stated in [Commit.signatureNamespace, Trust.signatureNamespace] {
      let vault = try Vault()
      let trust = try vault.next(on("01-03"))
      try vault.plant(trust, [try sign(root, trust.encoded(), Commit.signatureNamespace, stated: stated)])
      #expect(try vault.findings() == [.trustSignatureInvalid])
      #expect(try refusal { _ = try vault.open() } == .signatureInvalid)
    }
  }

  @Test func `does not end in a document whose root keys are all revoked`() throws {
    let vault = try Vault()
    #expect(try storeRefusal { try vault.revoke("root", at: on("03-01"), in: on("03-02")) } == .refused)
    // Replaced first, the key is revoked by the one in its place.
    let new = try Key.of("new")
    try vault.edit(by: [try Key.of("root"), new], on("03-02")) { $0.rootKeys = [new.publicKey.openSSHLine] }
    let old = try Key.of("root").publicKey.fingerprint
    try vault.edit(by: [new], on("03-03")) {
      $0.revocations.append(Trust.Revocation(key: old, at: on("03-01"), reason: "the key was stolen"))
    }
    #expect(try vault.findings().isEmpty)
    // What it could still do by an older document ends with that.
    let first = try vault.open().trust.documents[1].id
    try vault.plant(
      [Line.open(Vault.opening(Vault.period)).encoded()], by: [try Key.of("root")], trust: first,
      on: on("03-04"), opening: true)
    #expect(try vault.findings() == [.signerNotAuthorized])
    #expect(try refusal { try vault.verifyTip() } == .keyNotValid)
  }

  @Test func `is signed as the first signer saw it`() throws {
    let (a, b) = (try Key.of("a"), try Key.of("b"))
    let vault = try Vault(roots: [a, b], threshold: 2)
    let result = try vault.edit(by: [a], on("01-03")) { $0.threshold = 1 }
    guard case .proposed(let id, _, _) = result else {
      Issue.record("not proposed")
      return
    }
    // An insider puts another document in its place.
    let mallory = try vault.next(on("01-03"), roots: [try Key.of("mallory"), a])
    try TrustProposal(bytes: mallory.encoded(), signatures: []).save(vault.folder)
    #expect(
      try storeRefusal { _ = try TrustEditing.sign(try vault.open(), signers: [b], expected: id) }
        == .refused)
    // Nor does a key that decides nothing sign along.
    #expect(
      try storeRefusal { _ = try TrustEditing.sign(try vault.open(), signers: [try Key.of("x")]) }
        == .refused)
  }
}

@Suite struct `Two second documents` {
  // A root key that was replaced in document 2 signs another document 2, in which it was not.
  private func rivals() throws -> (true: Vault, rival: Vault) {
    let old = try Key.of("root")
    let (honest, rival) = (try Vault(named: false), try Vault(named: false))
    #expect(honest.folder.id == rival.folder.id)
    let new = try Key.of("new")
    try honest.edit(by: [old, new], on("01-02")) { $0.rootKeys = [new.publicKey.openSSHLine] }
    try rival.edit(by: [old], on("01-02")) {
      $0.signers = [try Vault.signer("mallory", [.manage, .collect])]
    }
    return (honest, rival)
  }

  @Test func `each look sound alone, under the same vault id`() throws {
    let (honest, rival) = try rivals()
    for vault in [honest, rival] {
      #expect(try vault.findings().isEmpty)
      _ = try OpenVault(vault.folder, pinned: honest.folder.id)
    }
  }

  @Test func `do not follow each other`() throws {
    let (honest, rival) = try rivals()
    let documents = try [rival, honest].map { try TrustStore($0.folder).all()[1] }
    for (mine, other) in zip([honest, rival], documents) {
      var chain = try mine.open().trust
      #expect(
        try refusal { try chain.append(id: other.id, bytes: other.bytes, signatures: other.signatures) }
          == .brokenChain)
      try mine.plant(try Trust(decoding: other.bytes), other.signatures)
      #expect(try mine.findings() == [.refSequence, .trustChainBroken])
    }
  }

  @Test func `show where a commit names the one that a copy lacks`() throws {
    let (honest, rival) = try rivals()
    let theirs = try rival.open().newestTrust().id
    try honest.plant(
      [Line.open(Vault.opening(Vault.period)).encoded()], by: [try Key.of("mallory")], trust: theirs,
      on: on("02-01"), opening: true)
    #expect(try honest.findings() == [.trustUnknown])
    #expect(try refusal { try honest.verifyTip() } == .trustUnknown)
  }
}
