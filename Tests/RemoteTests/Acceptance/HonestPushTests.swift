import Testing
import VaultAudit
import VaultCore
import VaultFiles
import VaultRemote
import VaultSigning

@testable import VaultStore

/// What the real writer commits elsewhere is taken, and the remote stays sound.
@Suite struct `An honest push` {
  /// Commits in a copy, and pushes what came of it.
  private func carry(
    _ ref: ChainName = .ref(PushScene.ref), to remote: PushScene = .remote(),
    _ write: (PushScene) throws -> Void
  ) throws -> PushScene {
    let near = PushScene(disk: remote.disk.copy())
    try write(near)
    let accepted = try remote.take(try near.newest(ref, to: remote))
    #expect((accepted.commit == nil) == (ref == .trust))
    try remote.expectSound()
    return remote
  }

  @Test func `of documents is accepted`() throws {
    let remote = try carry { try $0.commit(["CC7/new.txt": PushScene.text("new\n"), "CC6/x/y.txt": []]) }
    let reader = try remote.vault.period(PushScene.period)
    let latest = try #require(reader.index.latest(EvidencePath("CC7/new.txt")))
    #expect(try reader.objects.read(try reader.entry(latest).object, limit: 99) == PushScene.text("new\n"))
  }

  @Test func `of a population is accepted`() throws {
    _ = try carry { try $0.commit(["CC8/other.ndjson": PushScene.records(3000)], population: true) }
  }

  @Test func `of a revision is accepted`() throws {
    _ = try carry { try $0.commit(["CC7/a.txt": PushScene.text("1\n")], supersede: "a wrong one") }
  }

  @Test func `of a delta of earlier evidence is accepted`() throws {
    let remote = PushScene.remote()
    let pack = try Forgery.delta(PushScene.export(2), of: [PushScene.export(1)])
    let forgery = Forgery(
      lines: [try Forgery.entry("CC7/2.txt", PushScene.export(2)).encoded()], evidence: [pack])
    try remote.take(try forgery.push(to: remote))
    try remote.expectSound()
  }

  @Test func `that names evidence which the period holds already is accepted`() throws {
    _ = try carry { try $0.commit(["CC7/again.txt": PushScene.text("one\n")]) }
    let again = try carry {
      try $0.commit(["CC8/again.ndjson": PushScene.records(40)], population: true)
    }
    #expect(try again.vault.period(PushScene.period).index.sequence == 4)
  }

  @Test func `that brings an object again which the period holds is accepted`() throws {
    let remote = PushScene.remote()
    var forgery = try Forgery.add("CC7/c.txt", PushScene.text("c\n"))
    forgery.evidence = [try Forgery.pack([PushScene.text("c\n"), PushScene.text("one\n")])]
    try remote.take(try forgery.push(to: remote))
    try remote.expectSound()
  }

  @Test func `of a repudiation is accepted`() throws {
    let remote = PushScene.remote()
    let near = PushScene(disk: remote.disk.copy())
    let named = try #require(try near.vault.period(PushScene.period).index.commit(2)).id
    _ = try RepudiationCommit(
      vault: near.vault, period: PushScene.period, signers: [PushKeys.approver], message: "",
      time: PushScene.now
    ).run([named], reason: "test data")
    try remote.take(try near.newest(to: remote))
    let standing = Standing(try remote.vault, try remote.vault.period(PushScene.period))
    #expect(try standing.all().map(\.sequence) == [2])
  }

  @Test func `that opens a period with a predecessor is accepted, and the next one too`() throws {
    let next = RefName.period("soc2-2027")
    let remote = try carry(.ref(next)) { try $0.open("soc2-2027") }
    var forgery = try Forgery.add("a.txt", PushScene.text("a\n"))
    forgery.ref = next
    try remote.take(try forgery.push(to: remote))
    try remote.expectSound()
  }

  @Test func `of reviews is accepted where there is a period`() throws {
    let remote = PushScene.remote()
    let reader = try remote.vault.period(PushScene.period)
    let sums = try reader.tally(through: reader.index.sequence, workers: 1)
    let both = try #require(sums.contents(try reader.opening(), repudiated: []).populations.first)
    let reconciliation = Reconciliation(
      left: both, right: both, on: [.init(left: "/n", right: "/n")], compare: [], matched: 40, onlyLeft: 0,
      onlyRight: 0, differing: 0, report: ObjectID(of: []))
    var forgery = Forgery(
      ref: .reviews(PushScene.period), lines: [reconciliation.encoded()], key: PushKeys.approver)
    try remote.take(try forgery.push(to: remote))
    try remote.expectSound()
    forgery.ref = .reviews("other")
    let push = try forgery.push(to: remote)
    let refusal = #expect(throws: Refusal.self) { try remote.take(push) }
    #expect(refusal?.code == .notFound)
  }

  @Test func `of trust is accepted`() throws {
    let remote = try carry(.trust) { near in
      try near.changeTrust { $0.signers.append(PushScene.signer("new", PushKeys.stranger, [.collect])) }
    }
    var forgery = try Forgery.add("CC7/c.txt", PushScene.text("c\n"))
    forgery.key = PushKeys.stranger
    try remote.take(try forgery.push(to: remote))
    try remote.expectSound()
  }

  @Test func `of a pack over 16 MiB becomes a packfile of its own`() throws {
    let remote = PushScene.remote()
    var random = SplitMix64(seed: 5)
    let large = [UInt8](unsafeUninitializedCapacity: 17 << 20) { buffer, count in
      buffer.withMemoryRebound(to: UInt64.self) { words in
        for index in words.indices { words[index] = random.next() }
      }
      count = 17 << 20
    }
    let near = PushScene(disk: remote.disk.copy())
    try near.commit(["CC7/large.bin": large])
    let push = try near.newest(to: remote)
    try remote.take(push)
    try remote.expectSound()
    #expect(try remote.disk.list("\(PushScene.root)/packs/\(PushScene.period)").count == 2)
  }

  @Test func `stands afterwards, and is a conflict when it comes again`() throws {
    let remote = PushScene.remote()
    let push = try Forgery.add("CC7/c.txt", PushScene.text("c\n")).push(to: remote)
    #expect(try !remote.acceptance().stands(push))
    try remote.take(push)
    #expect(try remote.acceptance().stands(push))
    let refusal = #expect(throws: Refusal.self) { try remote.take(push) }
    #expect(refusal?.code == .conflict)
  }

  @Test func `that lost the race is a conflict when it is placed, and leaves nothing behind`() throws {
    let remote = PushScene.remote()
    let late = try Forgery.add("CC7/c.txt", PushScene.text("c\n")).push(to: remote)
    let early = try Forgery.add("CC7/d.txt", PushScene.text("d\n")).push(to: remote)
    let checked = try remote.acceptance().check(late, received: PushScene.now)
    try remote.take(early)
    let before = remote.contents
    let refusal = #expect(throws: Refusal.self) { try checked.place { _ in Issue.record("accepted") } }
    #expect(refusal?.code == .conflict)
    #expect(remote.contents == before)
    try remote.expectSound()
  }

  @Test func `that was checked before a new trust document came is a conflict`() throws {
    let remote = PushScene.remote()
    let push = try Forgery.add("CC7/c.txt", PushScene.text("c\n")).push(to: remote)
    let checked = try remote.acceptance().check(push, received: PushScene.now)
    try remote.changeTrust {
      $0.revocations.append(
        .init(key: PushKeys.collector.publicKey.fingerprint, at: PushScene.from, reason: "stolen"))
    }
    let refusal = #expect(throws: Refusal.self) { try checked.place { _ in Issue.record("accepted") } }
    #expect(refusal?.code == .conflict)
  }

  @Test func `may name a pack that the period holds`() throws {
    let remote = PushScene.remote()
    let held = try RefReader(RefIndex.open(remote.vault.folder, PushScene.ref)).refLine(2).packs[0]
    let forgery = Forgery(lines: [try Forgery.entry("CC7/again.txt", PushScene.text("one\n")).encoded()])
    let push = try forgery.push(to: remote)
    let pack = OfferedLine.Pack(id: held.pack, length: held.length, place: .held(held))
    let both = OfferedLine(
      ref: push.ref, sequence: push.sequence, document: push.document, signatures: push.signatures,
      packs: push.packs + [pack])
    try remote.take(both)
    try remote.expectSound()
  }
}
