import Testing
import VaultAudit
import VaultCore
import VaultFiles
import VaultFsck
import VaultSigning

@testable import VaultRemote
@testable import VaultStore

/// Several commits that are pushed together.
@Suite struct `A run of commits` {
  @Test(arguments: [1, 2, 7, 100]) func `is accepted whole, and the remote stays sound`(count: Int) throws {
    let remote = PushScene.remote()
    let pushes = try remote.commits(count)
    let accepted = try remote.take(try remote.run(pushes))
    #expect(accepted.commits.map(\.sequence) == Array(4..<4 + count))
    let index = try remote.vault.period(PushScene.period).index
    #expect(index.sequence == 3 + count && index.tip == pushes.last?.document)
    try remote.expectSound()
    // A single push follows it.
    try remote.take(try Forgery.add("CC6/after.txt", PushScene.text("after\n")).push(to: remote))
    try remote.expectSound()
  }

  @Test func `is what single pushes would have been`() throws {
    let (together, single) = (PushScene.remote(), PushScene.remote())
    let pushes = try together.commits(5)
    try together.take(try together.run(pushes))
    for push in pushes {
      let packs = try push.packs.map { pack -> [UInt8] in
        guard case .file(let file) = pack.place else { return [] }
        return try file.readFully(at: 0, count: Int(pack.length))
      }
      try single.take(try single.push(push.ref, push.sequence, push.document, push.signatures, packs))
    }
    func stored(_ scene: PushScene) -> [String: [UInt8]] {
      scene.contents.filter { $0.key.contains("/refs/") || $0.key.contains("/packs/") }
    }
    #expect(stored(together) == stored(single))
  }

  @Test func `may have a delta of evidence of an earlier line, and none of a later one`() throws {
    let remote = PushScene.remote()
    func delta(_ path: String, _ day: Int, of base: Int) throws -> Forgery {
      Forgery(
        lines: [try Forgery.entry(path, PushScene.export(day)).encoded()],
        evidence: [try Forgery.delta(PushScene.export(day), of: [PushScene.export(base)])])
    }
    let near = PushScene(disk: remote.disk.copy())
    let first = try Forgery.add("CC7/5.txt", PushScene.export(5)).push(to: near)
    try near.take(first)
    let second = try delta("CC7/6.txt", 6, of: 5).push(to: near)
    try remote.take(try remote.run([first, second]))
    try remote.expectSound()

    let other = PushScene.remote()
    let later = PushScene(disk: other.disk.copy())
    let early = try delta("CC7/6.txt", 6, of: 5).push(to: later)
    // Placed without a check, so that something can follow it.
    let honest = try Forgery.add("CC7/6.txt", PushScene.export(6)).push(to: later)
    try later.take(honest)
    let base = try Forgery.add("CC7/5.txt", PushScene.export(5)).push(to: later)
    let swapped = OfferedLine(
      ref: early.ref, sequence: early.sequence, document: honest.document, signatures: honest.signatures,
      packs: [early.packs[0], honest.packs[1]])
    try other.expectRefused(try other.run([swapped, base]), .malformed)
  }

  @Test(arguments: [0, 1, 2]) func `of which one line is bad is refused whole`(bad: Int) throws {
    let forgeries: [(Refusal.Code, (PushScene) throws -> Forgery)] = [
      (
        .trust,
        { _ in
          var forgery = try Forgery.add("CC6/x.txt", PushScene.text("x\n"))
          forgery.key = PushKeys.stranger
          return forgery
        }
      ),
      (
        .trust,
        { _ in
          var forgery = try Forgery.add("CC7/x.txt", PushScene.text("x\n"))
          forgery.key = PushKeys.narrow
          return forgery
        }
      ),
      (
        .scope,
        { _ in
          let early = Entry.Window(
            from: Timestamp(canonical: "2024-01-01T00:00:00.000Z")!,
            to: Timestamp(canonical: "2024-02-01T00:00:00.000Z")!)
          let entry = try Forgery.entry("CC6/x.txt", PushScene.text("x\n"), effective: early)
          return Forgery(lines: [entry.encoded()], evidence: [try Forgery.pack([PushScene.text("x\n")])])
        }
      ),
      (
        .malformed,
        { _ in
          var forgery = try Forgery.add("CC6/x.txt", PushScene.text("x\n"))
          forgery.evidence = [try Forgery.pack([PushScene.text("x\n"), PushScene.text("nobody names it\n")])]
          return forgery
        }
      ),
    ]
    for (code, make) in forgeries {
      let remote = PushScene.remote()
      let pushes = try remote.commits(3) { number, near in try number == bad ? make(near) : nil }
      try remote.expectRefused(try remote.run(pushes), code)
    }
  }

  @Test func `that repudiates what may not be added in it is refused all the same`() throws {
    let remote = PushScene.remote()
    try remote.changeTrust {
      $0.signers.append(
        PushScene.signer("brief", PushKeys.stranger, [.collect], until: PushScene.time("03-03")))
    }
    let near = PushScene(disk: remote.disk.copy())
    try near.commit(["CC7/x.txt": PushScene.text("x\n")], signers: [PushKeys.stranger])
    let first = try near.newest(to: remote)
    _ = try RepudiationCommit(
      vault: near.vault, period: PushScene.period, signers: [PushKeys.approver], message: "",
      time: PushScene.now
    ).run([first.document], reason: "test data")
    let second = try near.newest(to: remote)
    try remote.expectRefused(try remote.run([first, second]), .trust, at: PushScene.time("03-04"))
    try remote.take(try remote.run([first, second]))
    let standing = Standing(try remote.vault, try remote.vault.period(PushScene.period))
    #expect(try standing.all().map(\.sequence) == [4])
  }

  @Test func `that backdates inside of it, or claims a time far ahead, is refused`() throws {
    let remote = PushScene.remote()
    for (time, received) in [
      (PushScene.time("03-01"), PushScene.now), (PushScene.time("03-09"), PushScene.now),
    ] {
      let pushes = try remote.commits(3) { number, _ in
        guard number == 2 else { return nil }
        var forgery = try Forgery.add("CC6/x.txt", PushScene.text("x\n"))
        forgery.time = time
        return forgery
      }
      try remote.expectRefused(try remote.run(pushes), .trust, at: received)
    }
  }

  @Test func `with a gap, out of order or behind the tip is a conflict`() throws {
    let remote = PushScene.remote()
    let pushes = try remote.commits(4)
    for chosen in [[0, 2], [1, 2], [1, 0], [0, 0]] {
      let run = try remote.run(chosen.map { pushes[$0] })
      // A message of a run has no gaps and no line twice, so the remote reads none.
      try remote.expectRefused(run, .conflict, wired: chosen == [1, 2] ? .conflict : .protocol)
    }
  }

  @Test func `whose packs have other bytes, too few or too many is refused`() throws {
    let remote = PushScene.remote()
    let path = "\(PushScene.quarantine)/run.part"
    let pushes = try remote.commits(3)
    let honest = try remote.run(pushes)
    let bytes = try remote.disk.readWholeFile(path, limit: 1 << 20)
    var random = SplitMix64(seed: 3)
    var changed = (0..<60).map { _ in
      var copy = bytes
      copy[Int(random.next() % UInt64(copy.count))] ^= 1 << UInt8(random.next() % 8)
      return copy
    }
    changed += [Array(bytes.dropLast()), bytes + [0], []]
    for bytes in changed {
      let other = PushScene.remote()
      try other.disk.makeDirectories(PushScene.quarantine)
      try other.disk.writeNewFile(path, bytes, replace: true)
      let run = OfferedRun(
        Run(
          ref: PushScene.ref,
          lines: honest.lines.map { line in
            CarriedLine(
              sequence: line.sequence, document: line.document, signatures: line.signatures,
              packs: line.packs.map { CarriedLine.Pack($0.id, length: Int($0.length)) })
          }), in: try SharedFile(other.disk, path: path))
      let before = other.contents
      let refusal = #expect(throws: Refusal.self) {
        _ = try other.acceptance().check(run, received: PushScene.now)
      }
      #expect([.malformed, .limit].contains(refusal?.code))
      #expect(other.contents == before)
    }
  }

  @Test func `may decode to what its lines may decode to, and no more`() throws {
    let remote = PushScene.remote()
    let flat = [UInt8](repeating: 0x61, count: 40_000)
    let pushes = try remote.commits(3) { number, _ in
      try Forgery.add("CC6/flat-\(number).txt", flat + [UInt8(number)])
    }
    let limits = PushLimits(bytesPerPush: 1 << 20, decodedRatio: 1, decodedBytes: 50_000)
    _ = try remote.acceptance(limits).check(try remote.run(pushes), received: PushScene.now)
    let tight = PushLimits(bytesPerPush: 1 << 20, decodedRatio: 1, decodedBytes: 30_000)
    try remote.expectRefused(try remote.run(pushes), .limit, limits: tight)
    let small = PushLimits(bytesPerPush: 1000)
    try remote.expectRefused(try remote.run(pushes), .limit, limits: small)
  }

  @Test func `that lost the race is a conflict when it is placed, and leaves nothing behind`() throws {
    let remote = PushScene.remote()
    let run = try remote.run(try remote.commits(3))
    let checked = try remote.acceptance().check(run, received: PushScene.now)
    try remote.take(try Forgery.add("CC7/d.txt", PushScene.text("d\n")).push(to: remote))
    let before = remote.contents
    let refusal = #expect(throws: Refusal.self) { try checked.place { _ in Issue.record("accepted") } }
    #expect(refusal?.code == .conflict)
    #expect(remote.contents == before)
  }

  @Test func `over 16 MiB becomes a packfile of its own`() throws {
    let remote = PushScene.remote()
    let pushes = try remote.commits(2) { number, _ in
      try Forgery.add("CC6/large-\(number).bin", PushScene.noise(9 << 20, seed: UInt64(number)))
    }
    try remote.take(try remote.run(pushes))
    try remote.expectSound()
    #expect(try remote.disk.list("\(PushScene.root)/packs/\(PushScene.period)").count == 2)
  }
}

extension PushScene {
  /// Expects that a run is refused with a code, that nothing of the vault has changed, and that an honest push is taken.
  /// Without limits of its own it is refused in a session of the protocol, too, there with the code `wired`.
  func expectRefused(
    _ run: OfferedRun, _ code: Refusal.Code, limits: PushLimits? = nil, at received: Timestamp = now,
    wired: Refusal.Code? = nil, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let before = contents
    if limits == nil {
      let answer = try runOverTheWire(run, at: received)
      let refusal = #expect(throws: Refusal.self, sourceLocation: sourceLocation) { try answer.get() }
      #expect(refusal?.code == wired ?? code, "\(refusal?.reason ?? "")", sourceLocation: sourceLocation)
      #expect(contents == before, "a refused session changed the vault", sourceLocation: sourceLocation)
    }
    let refusal = #expect(throws: Refusal.self, sourceLocation: sourceLocation) {
      _ = try acceptance(limits ?? PushLimits()).check(run, received: received)
    }
    #expect(refusal?.code == code, "\(refusal?.reason ?? "")", sourceLocation: sourceLocation)
    #expect(contents == before, "a refused run changed the vault", sourceLocation: sourceLocation)
    let honest = PushScene(disk: disk.copy())
    try honest.take(try Forgery.add("CC6/honest.txt", Self.text("honest\n")).push(to: honest))
    try honest.expectSound()
  }
}
