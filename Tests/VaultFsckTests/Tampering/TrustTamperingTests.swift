import Testing
import VaultCore
import VaultFiles
import VaultSigning

@testable import VaultFsck
@testable import VaultStore

/// Trust documents that nobody may have made so.
struct TrustTamperingTests {
  private static let revocation = Trust.Revocation(
    key: Keys.collector.publicKey.fingerprint, at: TestVault.from, reason: "stolen")

  /// What the small sample comes to with a third trust document.
  private func outcome(
    number: Int = 3, revocations: [Trust.Revocation] = [], by keys: [SSHPrivateKey] = [Keys.root],
    _ edit: ([UInt8]) -> [UInt8] = { $0 }
  ) throws -> Outcome {
    var insider = Insider()
    let trust = TestVault.secondTrust(
      ObjectID(of: TestVault.firstTrust.encoded()), number: number, previous: try insider.vault().trust(),
      revocations: revocations)
    try insider.appendTrust(edit(trust.encoded()), number: number, by: keys)
    return try check(insider.contents)
  }

  @Test func `a third trust document is sound`() throws {
    let outcome = try outcome()
    #expect(outcome.sound && outcome.counts.trustDocuments == 3, "\(outcome.text)")
  }

  @Test func `a trust document with too few root signatures is found`() throws {
    for keys in [[], [Keys.stranger], [Keys.collector, Keys.manager]] {
      #expect(try outcome(by: keys).names == [.trustSignatureInvalid])
    }
  }

  @Test func `each root key that the threshold asks for must sign`() throws {
    let two = Trust(
      number: 1, vault: nil, previous: nil, nonce: String(repeating: "5a", count: 32),
      rootKeys: [Keys.root.publicKey.openSSHLine, Keys.stranger.publicKey.openSSHLine], threshold: 2,
      signers: [], revocations: [], time: TestVault.from)
    for (keys, found) in [
      ([Keys.root, Keys.stranger], []), ([Keys.root], [Finding.Name.trustSignatureInvalid]),
    ] {
      let files = MemoryFiles()
      let signatures = try keys.map { try $0.document(two.encoded(), Trust.signatureNamespace) }
      _ = try VaultFolder.create(files, root: TestVault.root, first: two, signatures: signatures)
      let outcome = try check(files.allFiles())
      #expect(outcome.names == Set(found), "\(outcome.text)")
    }
  }

  @Test func `a trust document in another spelling, number or vault is found`() throws {
    #expect(try outcome { [0x7B, 0x20] + $0.dropFirst() }.names.contains(.trustChainBroken))
    #expect(try outcome(number: 4).names == [.trustChainBroken, .refSequence])
    let other = ObjectID(of: [1]).description
    let vault = ObjectID(of: TestVault.firstTrust.encoded()).description
    let moved = try outcome {
      Array(
        String(decoding: $0, as: UTF8.self).replacing("\"vault\":\"\(vault)", with: "\"vault\":\"\(other)")
          .utf8)
    }
    #expect(moved.names == [.trustChainBroken], "\(moved.text)")
  }

  @Test func `a key that is revoked from before its commits on is found`() throws {
    let outcome = try outcome(revocations: [Self.revocation])
    #expect(outcome.names == [.signerNotAuthorized])
    #expect(outcome.subjects(.signerNotAuthorized) == ["periods/soc2-2026@2"])
  }

  @Test func `a revocation that a later trust document drops is found`() throws {
    var insider = Insider()
    let vault = ObjectID(of: TestVault.firstTrust.encoded())
    for (number, revocations) in [(3, [Self.revocation]), (4, [])] {
      let trust = TestVault.secondTrust(
        vault, number: number, previous: try insider.vault().trust(), revocations: revocations)
      try insider.appendTrust(trust.encoded(), number: number)
    }
    let outcome = try check(insider.contents)
    #expect(outcome.names == [.trustChainBroken, .signerNotAuthorized], "the revocation holds")
    #expect(outcome.counts.trustDocuments == 3)
  }

  @Test func `a trust document that is held back leaves its pack, and its commits without trust`() throws {
    var insider = Insider()
    let third = TestVault.secondTrust(
      ObjectID(of: TestVault.firstTrust.encoded()), number: 3, previous: try insider.vault().trust(),
      revocations: [Self.revocation])
    try insider.appendTrust(third.encoded(), number: 3)
    try insider.add("c.txt", Array("new\n".utf8), .init(key: Keys.collector))
    insider.change(Insider.trustLog) { $0.removeLast() }
    let outcome = try check(insider.contents)
    #expect(outcome.names == [.trustUnknown, .unfinishedWrite], "\(outcome.text)")
  }

  @Test func `trust lines that changed places are found`() throws {
    var insider = Insider()
    insider.change(Insider.trustLog) { $0.swapAt(0, 1) }
    let names = try check(insider.contents).names
    #expect(names.isSuperset(of: [.refSequence, .refChainBroken, .trustChainBroken]))
  }

  @Test func `a quick check verifies the trust too`() throws {
    var insider = Insider()
    let trust = TestVault.secondTrust(
      ObjectID(of: TestVault.firstTrust.encoded()), number: 3, previous: try insider.vault().trust())
    try insider.appendTrust(trust.encoded(), number: 3, by: [Keys.stranger])
    #expect(try check(insider.contents, .init(quick: true)).names == [.trustSignatureInvalid])
  }
}
