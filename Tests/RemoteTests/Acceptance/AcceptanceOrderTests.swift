import Synchronization
import Testing
import VaultAudit
import VaultCore
import VaultFiles
import VaultFsck
import VaultSigning

@testable import VaultRemote
@testable import VaultStore

/// What may happen between the check of a push and its leaf, and between its leaf and what readers see of it.
@Suite struct `A push that is accepted` {
  private static let log = "/v/log"
  private static let late = Timestamp(milliseconds: PushScene.now.milliseconds + 5000)!

  /// What `change` adds to a copy of `remote`, as a push to it.
  private func offer(
    _ chain: ChainName = .ref(PushScene.ref), to remote: PushScene, _ change: (PushScene) throws -> Void
  ) throws -> OfferedLine {
    let near = PushScene(disk: remote.disk.copy())
    try change(near)
    return try near.newest(chain, to: remote)
  }

  private func evidence(to remote: PushScene, by key: SSHPrivateKey = PushKeys.collector) throws
    -> OfferedLine
  {
    var forgery = try Forgery.add("CC6/x.txt", PushScene.text("x\n"))
    forgery.key = key
    return try forgery.push(to: remote)
  }

  /// The remote, at which somebody is a collector until `late`.
  private func remoteWithHours() throws -> PushScene {
    let remote = PushScene.remote()
    let added = try offer(.trust, to: remote) { near in
      try near.changeTrust {
        $0.signers.append(PushScene.signer("hours", PushKeys.stranger, [.collect], until: Self.late))
      }
    }
    _ = try remote.pushOverTheWire(added).get()
    return remote
  }

  private func revocation(to remote: PushScene) throws -> OfferedLine {
    try offer(.trust, to: remote) { near in
      try near.changeTrust {
        $0.revocations.append(
          .init(key: PushKeys.collector.publicKey.fingerprint, at: PushScene.from, reason: "stolen"))
      }
    }
  }

  @Test func `does not follow a revocation that came while its packs were placed`() throws {
    let remote = PushScene.remote()
    let push = try evidence(to: remote)
    let revocation = try revocation(to: remote)
    let files = FaultingFiles(remote.disk)
    files.beforeNext("lock", of: Self.log) {
      _ = try? remote.pushOverTheWire(revocation).get()
    }
    let answer = try remote.pushOverTheWire(push, files: files)
    #expect(throws: Refusal.self) { try answer.get() }
    #expect(try remote.vault.trust.documents.count == 3, "the revocation itself was not accepted")
    #expect(try remote.vault.period(PushScene.period).index.sequence == 3)
    #expect(try newest(.ref(PushScene.ref), remote) == 3)
  }

  @Test func `has no leaf at a time at which its author's key no longer counts`() throws {
    let remote = try remoteWithHours()
    let push = try evidence(to: remote, by: PushKeys.stranger)
    let other = RefName.period("soc2-2027")
    let opening = try offer(.ref(other), to: remote) { try $0.open("soc2-2027") }
    let files = FaultingFiles(remote.disk)
    files.beforeNext("lock", of: Self.log) {
      _ = try? remote.pushOverTheWire(opening, at: Self.late).get()
    }
    let refusal = #expect(throws: Refusal.self) { try remote.pushOverTheWire(push, files: files).get() }
    #expect(refusal?.code == .busy)
    // It is judged at the time of its leaf from then on, whatever the clock says.
    let again = #expect(throws: Refusal.self) { try remote.pushOverTheWire(push).get() }
    #expect(again?.code == .trust)
    #expect(try remote.vault.period(PushScene.period).index.sequence == 3)
  }

  @Test func `may have a later leaf than it was checked at where no key's validity changes`() throws {
    let remote = try remoteWithHours()
    let push = try evidence(to: remote)
    let opening = try offer(.ref(.period("soc2-2027")), to: remote) { try $0.open("soc2-2027") }
    let files = FaultingFiles(remote.disk)
    let soon = Timestamp(milliseconds: Self.late.milliseconds - 1)!
    files.beforeNext("lock", of: Self.log) { _ = try? remote.pushOverTheWire(opening, at: soon).get() }
    let receipt = try remote.pushOverTheWire(push, files: files).get()
    #expect(try receipt.decodedLeaf().received == soon)
    try remote.expectSound()
  }

  @Test func `is refused where the remote lost a trust document that its log accepted`() throws {
    let remote = PushScene.remote()
    let before = try remote.disk.readWholeFile("/v/refs/trust.log", limit: 1 << 20)
    _ = try remote.pushOverTheWire(try revocation(to: remote)).get()
    try remote.disk.writeNewFile("/v/refs/trust.log", before, replace: true)
    let refusal = #expect(throws: Refusal.self) {
      try remote.pushOverTheWire(try evidence(to: remote)).get()
    }
    #expect(refusal?.code == .failed)
    #expect(refusal?.reason.contains("ends with trust document 3") == true, "\(refusal?.reason ?? "")")
    #expect(try remote.vault.period(PushScene.period).index.sequence == 3)
  }

  // MARK: - What readers see

  private func newest(_ chain: ChainName, _ remote: PushScene) throws -> Int {
    let log = try RemoteLog(remote.vault.folder, LogKeyFiles(remote.disk, root: PushScene.root).verifier())
    return try log.newest(of: [chain])[chain]?.leaf.number ?? 0
  }

  /// Reads in the order of a client: the log's newest leaf, and then what it accepts.
  private func expectShown(_ remote: PushScene, _ place: String) throws {
    for chain in [ChainName.trust, .ref(PushScene.ref)] {
      let accepted = try newest(chain, remote)
      let there =
        switch chain {
        case .trust: try remote.vault.trust.documents.count
        case .ref: try remote.vault.period(PushScene.period).index.sequence
        }
      #expect(there >= accepted, "\(place): the log tells of \(chain) \(accepted), and \(there) is there")
    }
  }

  enum Kind: CaseIterable { case evidence, trust, run }

  /// One and the same offer, whatever remote it is made to.
  private func offer(_ kind: Kind, as identity: String = "attacker") throws
    -> @Sendable (PushScene, FaultingFiles) throws -> Result<Receipt, Refusal>
  {
    let made = PushScene.remote()
    switch kind {
    case .evidence:
      let push = try evidence(to: made)
      return { try $0.pushOverTheWire(push, files: $1, as: identity) }
    case .trust:
      let push = try offer(.trust, to: made) { near in
        try near.changeTrust { $0.signers.append(PushScene.signer("more", PushKeys.stranger, [.collect])) }
      }
      return { try $0.pushOverTheWire(push, files: $1, as: identity) }
    case .run:
      let run = try made.run(try made.commits(3))
      return { try $0.runOverTheWire(run, files: $1, as: identity) }
    }
  }

  private func checked(_ remote: PushScene) throws -> Outcome {
    try LoggedCheck.run(
      Fsck.run(remote.disk, root: PushScene.root, Fsck.Options(workers: 1)), remote.disk,
      root: PushScene.root,
      periods: nil)
  }

  @Test(arguments: Kind.allCases)
  func `is there once the log tells of it, wherever its server dies, and is answered the same later`(
    _ kind: Kind
  ) throws {
    let deliver = try offer(kind)
    let unbroken = PushScene.remote()
    let whole = FaultingFiles(unbroken.disk)
    _ = try deliver(unbroken, whole).get()
    #expect(whole.mutationCount > 10)
    for number in 0..<whole.mutationCount {
      let remote = PushScene.remote()
      _ = try? deliver(remote, FaultingFiles(remote.disk, faults: [Fault(at: number, .die)]))
      let place = "\(kind), dead at change \(number)"
      try expectShown(remote, place)
      let found = try checked(remote).findings
      #expect(found.allSatisfy { $0.name == .unfinishedWrite }, "\(place): \(found)")
      let receipt = try deliver(remote, FaultingFiles(remote.disk)).get()
      #expect(try receipt.decodedLeaf().received == PushScene.now)
      try expectShown(remote, place)
      let later = try checked(remote)
      #expect(later.sound, "\(place): \(later.findings)")
    }
  }

  @Test(arguments: [Kind.evidence, .run])
  func `by another's hand meanwhile has its receipt, though that server died before it signed`(_ kind: Kind)
    throws
  {
    let (deliver, other) = (try offer(kind), try offer(kind, as: "other"))
    let remote = PushScene.remote()
    let files = FaultingFiles(remote.disk)
    let first = FaultingFiles(remote.disk)
    first.beforeNext("rename", of: "/v/log/checkpoint") { first.die() }
    files.beforeNext("lock", of: "/v/packs/soc2-2026") { _ = try? other(remote, first) }
    let receipt = try deliver(remote, files).get()
    #expect(first.isDead)
    #expect(try receipt.decodedLeaf().received == PushScene.now)
    #expect(try checked(remote).sound)
  }

  // MARK: - What is sent again

  private static let long = PushScene.noise(17 << 20, seed: 9)

  /// The bytes that the remote still wants of a push, by a client that goes away then.
  private func due(_ push: OfferedLine, _ remote: PushScene) throws -> Int {
    let due = Mutex<Int?>(nil)
    _ = try? remote.overTheWire { channel in
      let want = try channel.ask(Push(ref: push.ref, line: push.carried), for: Want.self)
      let bytes = want.packs.reduce(0) { sum, pack in
        sum + Int(push.packs.first { $0.id == pack.pack }!.length) - pack.offset
      }
      due.withLock { $0 = bytes }
    }.get()
    return try #require(due.withLock { $0 })
  }

  /// What a server does for the first time, and to files, once it has renamed the long pack into its place. How many calls come
  /// before that is a matter of how the bytes arrive.
  private func placing(_ push: OfferedLine) throws -> [FileCall] {
    let remote = PushScene.remote()
    let files = FaultingFiles(remote.disk)
    _ = try remote.pushOverTheWire(push, files: files).get()
    let renamed = try #require(
      files.calls.firstIndex { $0.operation == "rename" && $0.path.hasPrefix("/v/packs/") })
    let before = files.calls[...renamed]
    let calls = files.calls[(renamed + 1)...].filter { call in
      call.mutates && !before.contains { $0.operation == call.operation && $0.path == call.path }
    }
    #expect(calls.count > 10)
    return calls
  }

  /// A server's files, of which it dies before such a call.
  private func dying(before call: FileCall, _ disk: MemoryFiles) -> FaultingFiles {
    let files = FaultingFiles(disk)
    files.beforeNext(call.operation, of: call.path) { files.die() }
    return files
  }

  @Test func `is not sent again where its server died with all of it, wherever that lay`() throws {
    let push = try offer(to: PushScene.remote()) { try $0.commit(["CC7/long.bin": Self.long]) }
    var moved = 0
    for call in try placing(push) {
      let remote = PushScene.remote()
      _ = try? remote.pushOverTheWire(push, files: dying(before: call, remote.disk))
      let place = "dead before \(call.operation) \(call.path)"
      if remote.disk.allFiles().contains(where: { $0.key.hasPrefix("/v/packs/") && $0.value.count > 16 << 20 }
      ) {
        moved += 1
      }
      let due = try due(push, remote)
      #expect(due < 1 << 20, "\(place): \(due) bytes are sent again")
      _ = try remote.pushOverTheWire(push).get()
      let stored = remote.contents.reduce(0) { $0 + $1.value.count }
      #expect(stored < 18 << 20, "\(place): \(stored) bytes are stored")
      #expect(try checked(remote).sound, "\(place)")
    }
    #expect(moved > 3, "no death met the moment at which the packfile has no line")
  }

  @Test func `keeps its packfile where its leaf stands, whoever offers the same`() throws {
    let push = try offer(to: PushScene.remote()) { try $0.commit(["CC7/long.bin": Self.long]) }
    let calls = try placing(push)
    var owed = 0
    for call in calls {
      let remote = PushScene.remote()
      // A packfile without a line is there; somebody takes it back and dies later, while another waits for the lock.
      _ = try? remote.pushOverTheWire(push, files: dying(before: calls[0], remote.disk))
      let files = FaultingFiles(remote.disk)
      let second = dying(before: call, remote.disk)
      files.beforeNext("lock", of: "/v/packs/soc2-2026") {
        _ = try? remote.pushOverTheWire(push, files: second)
      }
      _ = try? remote.pushOverTheWire(push, files: files)
      if remote.disk.allFiles()["/v/log/next"] != nil { owed += 1 }
      let receipt = try remote.pushOverTheWire(push).get()
      #expect(try receipt.decodedLeaf().received == PushScene.now)
      let outcome = try checked(remote)
      #expect(outcome.sound, "dead before \(call.operation) \(call.path): \(outcome.findings)")
    }
    #expect(owed > 0)
  }

  @Test func `keeps its packfile where another ref of the period is offered the same`() throws {
    let push = try offer(to: PushScene.remote()) { try $0.commit(["CC7/long.bin": Self.long]) }
    let remote = PushScene.remote()
    func die(before operation: String, of path: String) -> FaultingFiles {
      let files = FaultingFiles(remote.disk)
      files.beforeNext(operation, of: path) { files.die() }
      return files
    }
    _ = try? remote.pushOverTheWire(push, files: die(before: "rename", of: "/v/log/next"))
    let thief = FaultingFiles(remote.disk)
    let broken = die(before: "rename", of: "/v/log/length")
    thief.beforeNext("lock", of: "/v/packs/soc2-2026") {
      _ = try? remote.pushOverTheWire(push, files: broken)
    }
    let theft = OfferedLine(
      ref: .ref(.reviews(PushScene.period)), sequence: 1, document: ObjectID(of: [1]),
      signatures: [ObjectID(of: [2])], packs: push.packs)
    let refusal = #expect(throws: Refusal.self) {
      try remote.pushOverTheWire(theft, files: thief, as: "thief").get()
    }
    #expect(broken.isDead)
    #expect(refusal != nil)
    let receipt = try remote.pushOverTheWire(push).get()
    #expect(try receipt.decodedLeaf().received == PushScene.now)
    #expect(try checked(remote).sound)
  }

  @Test func `and was broken off gives its packfile back to whoever has the same, and to nobody else`() throws
  {
    struct PowerCut: Error {}
    let remote = PushScene.remote()
    let push = try offer(to: remote) { try $0.commit(["CC7/long.bin": Self.long]) }
    let run = try remote.run([push])
    let length = push.packs.reduce(0) { $0 + $1.length }
    let bytes = try run.file.readFully(at: 0, count: Int(length))
    let accepted = try remote.acceptance().check(run, received: PushScene.now)
    #expect(throws: PowerCut.self) { try accepted.place { _ in throw PowerCut() } }
    let packs = push.packs.map { (pack: $0.id, length: $0.length) }
    let vault = try remote.vault.folder
    func giveBack(_ packs: [(pack: ObjectID, length: UInt64)], to path: String) throws -> Bool {
      try LeftPackfile.giveBack(vault, PushScene.ref, [LeftPackfile.Wanted(packs, to: path)])
    }
    // The first bytes of any pack are known to everybody.
    let head = ObjectID(of: Array(bytes.prefix(16)))
    let others: [[(pack: ObjectID, length: UInt64)]] = [
      [(pack: ObjectID(of: [1]), length: packs[0].length), packs[1]], [(pack: head, length: 16), packs[0]],
      [(pack: head, length: 16), (pack: ObjectID(of: [1]), length: 20 << 20)],
      [(pack: packs[0].pack, length: .max), (pack: packs[1].pack, length: .max)],
    ]
    let before = remote.contents
    for other in others { #expect(try !giveBack(other, to: "/back")) }
    #expect(remote.contents == before)
    #expect(try giveBack(packs, to: "/back"))
    #expect(try remote.disk.readWholeFile("/back", limit: 1 << 26) == bytes)
    #expect(try !giveBack(packs, to: "/again"))
    try remote.expectSound()
    // What a line names is never given back.
    _ = try remote.pushOverTheWire(push).get()
    #expect(try !giveBack(packs, to: "/again"))
  }

  @Test func `is never older than its parent, whatever the clock of who commits says`() throws {
    let remote = PushScene.remote()
    var ahead = try Forgery.add("CC6/ahead.txt", PushScene.text("ahead\n"))
    ahead.time = Self.late
    _ = try remote.pushOverTheWire(try ahead.push(to: remote)).get()
    let push = try offer(to: remote) { try $0.commit(["CC7/after.txt": PushScene.text("after\n")]) }
    _ = try remote.pushOverTheWire(push).get()
    #expect(try RefReader(RefIndex.open(remote.vault.folder, PushScene.ref)).tip()?.1.time == Self.late)
  }
}
