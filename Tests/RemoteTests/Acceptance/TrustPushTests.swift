import Testing
import VaultAudit
import VaultCore
import VaultRemote
import VaultSigning

@testable import VaultStore

/// Trust documents that do not follow.
@Suite struct `A remote refuses a trust document` {
  private let remote = PushScene.remote()

  private func push(
    _ number: Int = 3, previous: ObjectID? = nil, revocations: [Trust.Revocation]? = nil,
    by keys: [SSHPrivateKey] = [PushKeys.root], extra: [[UInt8]] = [], sequence: Int? = nil
  ) throws -> OfferedLine {
    let vault = try remote.vault
    let newest = try vault.newestTrust()
    let trust = Trust(
      number: number, vault: vault.folder.id, previous: previous ?? newest.id, nonce: nil,
      rootKeys: newest.trust.rootKeys, threshold: 1, signers: newest.trust.signers,
      revocations: revocations ?? newest.trust.revocations, time: PushScene.now)
    let bytes = trust.encoded()
    let signatures = try keys.map { key in
      SignatureDocument(
        object: ObjectID(of: bytes), namespace: Trust.signatureNamespace,
        signature: Base64.encode(try key.sign(bytes, namespace: Trust.signatureNamespace).blob)
      ).encoded()
    }
    return try remote.push(
      .trust, sequence ?? number, ObjectID(of: bytes), signatures.map { ObjectID(of: $0) },
      [try Forgery.pack([bytes] + signatures + extra, .log)])
  }

  @Test func `that nobody with a root key signed`() throws {
    try remote.expectRefused(push(by: [PushKeys.stranger]), .trust, "signed by 0 of the old root keys")
    try remote.expectRefused(push(by: []), .trust, "trust-signature-invalid")
  }

  @Test func `that takes a revocation back`() throws {
    try remote.expectRefused(push(revocations: []), .trust, "drops the revocation")
  }

  @Test func `that does not follow the newest`() throws {
    let first = try #require(try remote.vault.trust.vault)
    try remote.expectRefused(push(previous: first), .trust, "does not follow")
    try remote.expectRefused(push(2, previous: first), .conflict)
    try remote.expectRefused(push(4), .conflict)
    try remote.expectRefused(push(2, previous: first, sequence: 3), .trust, "does not follow")
  }

  @Test func `that brings something else along`() throws {
    try remote.expectRefused(push(extra: [[1, 2, 3]]), .malformed, "object-unreferenced")
  }

  @Test func `and takes it where all is right`() throws {
    try remote.take(try push())
    try remote.expectSound()
    #expect(try remote.vault.trust.documents.count == 3)
  }
}
