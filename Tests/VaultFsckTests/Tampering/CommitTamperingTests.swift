import Testing
import VaultCore
import VaultFiles

@testable import VaultFsck
@testable import VaultStore

/// Commits that someone signed who may not, or that say what is not so.
struct CommitTamperingTests {
  private func outcome(_ draft: Insider.Draft) throws -> Outcome {
    var insider = Insider()
    try insider.add("c.txt", Array("new\n".utf8), draft)
    return try check(insider.contents)
  }

  private func names(_ draft: Insider.Draft) throws -> Set<Finding.Name> { try outcome(draft).names }

  // MARK: - Signatures

  @Test func `a commit that a stranger signed is found`() throws {
    #expect(try names(.init(key: Keys.stranger)) == [.signerUnknown])
  }

  @Test func `a commit whose author did not sign is found`() throws {
    #expect(try names(.init(signers: [Keys.stranger])) == [.signatureMissing])
    #expect(try names(.init(signers: [Keys.manager])) == [.signatureMissing])
    #expect(try names(.init(signers: [])) == [.signatureMissing])
  }

  @Test func `a stranger's signature beside the author's is found`() throws {
    #expect(try names(.init(signers: [Keys.collector, Keys.stranger])) == [.signerUnknown])
    #expect(try names(.init(signers: [Keys.collector, Keys.approver])) == [])
  }

  @Test func `a signature over other bytes is found`() throws {
    let found = try names(.init(signing: { $0 + [0x20] }))
    #expect(found == [.signatureInvalid, .signatureMissing])
  }

  @Test func `a signature made for trust documents is found`() throws {
    let found = try names(.init(namespace: Trust.signatureNamespace))
    #expect(found == [.signatureInvalid, .signatureMissing])
  }

  @Test func `a commit by a key that may not do it is found`() throws {
    for key in [Keys.manager, Keys.approver, Keys.root] {
      #expect(try names(.init(key: key)) == [.signerNotAuthorized])
    }
  }

  // MARK: - Place

  @Test func `a commit of another vault is found`() throws {
    let other = ObjectID(of: Array("another".utf8))
    #expect(try names(.init(change: { $0.with(vault: other) })) == [.commitMisplaced])
  }

  @Test func `a commit of another period is found`() throws {
    #expect(try names(.init(change: { $0.with(ref: TestVault.iso) })) == [.commitMisplaced])
  }

  @Test func `a commit with another parent is found`() throws {
    let other = ObjectID(of: Array("another".utf8))
    #expect(try names(.init(change: { $0.with(parent: other) })) == [.commitMisplaced])
  }

  @Test func `a commit under an unknown trust document is found`() throws {
    let other = ObjectID(of: Array("another".utf8))
    #expect(try names(.init(change: { $0.with(trust: other) })) == [.trustUnknown])
  }

  @Test func `trust that goes back along a ref is found`() throws {
    let first = ObjectID(of: TestVault.firstTrust.encoded())
    let found = try names(.init(change: { $0.with(trust: first) }))
    #expect(found == [.trustRegression, .signerUnknown])
  }

  // MARK: - Lines

  @Test func `a root that is off by one leaf is found`() throws {
    let merkle = MerkleHasher()
    var range = CompactRange()
    for line in ["a", "b", "c"] { range.append(merkle.leaf(Array(line.utf8)), merkle) }
    let root = range.root(merkle)
    #expect(try names(.init(change: { $0.with(root: root) })) == [.rootMismatch])
    let before = try Insider().vault()
    let index = try RefIndex.open(before.folder, Insider.soc)
    let old = index.frontier.root(merkle)
    #expect(try names(.init(change: { $0.with(root: old) })) == [.rootMismatch])
  }

  @Test func `a count that is off by one is found`() throws {
    let found = try names(.init(change: { $0.with(count: $0.count + 1) }))
    #expect(found.contains(.commitCount))
  }

  @Test func `metadata changed after it was signed is found`() throws {
    func change(_ blob: [UInt8]) -> [UInt8] {
      Array(String(decoding: blob, as: UTF8.self).replacing("CC7.2", with: "CC7.3").utf8)
    }
    #expect(try names(.init(storedBlob: change)) == [.objectMissing])
    #expect(try names(.init(key: Keys.stranger, blob: change)).isSuperset(of: [.signerUnknown]))
    #expect(try names(.init(blob: change)) == [.rootMismatch])
  }

  @Test func `an entry that the commit counts and hides is found`() throws {
    var insider = Insider()
    let bytes = Array("x".utf8)
    let lines = try ["c.txt", "d.txt"].map {
      try TestVault.entry($0, ObjectID(of: bytes), 1).encoded()
    }
    try insider.commit(
      .init(lines: lines, evidence: [try Insider.pack([bytes])], blob: { _ in lines[0] + [0x0A] }))
    #expect(try check(insider.contents).names == [.commitCount])
  }

  @Test func `an entry hidden together with its evidence's name leaves the evidence behind`() throws {
    var insider = Insider()
    try insider.add("c.txt", Array("shown\n".utf8), .init(extra: [Array("hidden\n".utf8)]))
    #expect(try check(insider.contents).names == [.objectUnreferenced])
  }

  @Test func `lines in another order than the root's are found`() throws {
    var insider = Insider()
    let bytes = Array("x".utf8)
    let lines = try ["c.txt", "d.txt"].map {
      try TestVault.entry($0, ObjectID(of: bytes), 1).encoded()
    }
    try insider.commit(
      .init(
        lines: lines, evidence: [try Insider.pack([bytes])],
        blob: { _ in lines[1] + [0x0A] + lines[0] + [0x0A] }))
    #expect(try check(insider.contents).names == [.rootMismatch])
  }

  @Test func `lines that do not end are found`() throws {
    #expect(try names(.init(blob: { $0.dropLast() })) == [.lineMalformed])
  }

  // MARK: - Form

  @Test func `a commit in another spelling is found`() throws {
    let spaced: ([UInt8]) -> [UInt8] = { [0x7B, 0x20] + $0.dropFirst() }
    #expect(try names(.init(encode: spaced)).contains(.commitMalformed))
    let ended: ([UInt8]) -> [UInt8] = { $0 + [0x0A] }
    #expect(try names(.init(encode: ended)).contains(.commitMalformed))
  }

  @Test func `a commit with a member that nobody knows is found`() throws {
    let found = try names(
      .init(encode: {
        Array(String(decoding: $0, as: UTF8.self).replacing(",\"count\"", with: ",\"and\":1,\"count\"").utf8)
      }))
    #expect(found.contains(.commitMalformed))
  }

  @Test func `another document in a commit's place is found`() throws {
    let trust = TestVault.firstTrust.encoded()
    #expect(try names(.init(encode: { _ in trust })).contains(.commitMalformed))
  }
}
