import Glibc
import Testing
import VaultAudit
import VaultCore
import VaultFiles
import VaultFsck
import VaultRemote
import VaultSigning

@testable import VaultStore

/// What a remote places, broken off at every call that changes the disk.
@Suite struct `A push that was broken off` {
  enum Kind: CaseIterable, Sendable {
    case evidence, opening, trust, large

    var ref: ChainName {
      switch self {
      case .evidence, .large: .ref(PushScene.ref)
      case .opening: .ref(.period("iso"))
      case .trust: .trust
      }
    }
  }

  /// The packs and the rest of one push of a kind, made once.
  private struct Parcel {
    let push: OfferedLine
    let packs: [[UInt8]]

    init(_ kind: Kind) throws {
      let near = PushScene.remote()
      switch kind {
      case .evidence:
        try near.commit(["CC7/new.txt": PushScene.text("new\n"), "CC6/b": PushScene.noise(900, seed: 1)])
      case .opening: try near.open("iso")
      case .trust: try near.changeTrust { $0.signers.removeLast() }
      case .large: try near.commit(["CC7/large.bin": Self.large])
      }
      push = try near.newest(kind.ref, to: near)
      packs = try push.packs.map { pack in
        guard case .file(let file) = pack.place else { return [] }
        return try file.readFully(at: 0, count: Int(pack.length))
      }
    }

    static let large: [UInt8] = {
      var random = SplitMix64(seed: 5)
      return [UInt8](unsafeUninitializedCapacity: (16 << 20) + 4096) { buffer, count in
        buffer.withMemoryRebound(to: UInt64.self) { words in
          for index in words.indices { words[index] = random.next() }
        }
        count = (16 << 20) + 4096
      }
    }()

    /// The push, with its packs in a remote's quarantine.
    func sent(to remote: PushScene, through files: (any FileLayer)? = nil) throws -> OfferedLine {
      try remote.push(push.ref, push.sequence, push.document, push.signatures, packs, files: files)
    }

    func stands(in remote: PushScene) throws -> Bool { try remote.acceptance().stands(push) }
  }

  /// Lets a process check and place a push on `disk`; returns the line that its log got, and how often the disk was
  /// changed.
  private func place(
    _ parcel: Parcel, _ disk: MemoryFiles, _ faults: [Fault] = []
  ) throws -> (logged: PendingLines?, changes: Int) {
    let push = try parcel.sent(to: PushScene(disk: disk))
    let files = FaultingFiles(disk, faults: faults)
    let through = OfferedLine(
      ref: push.ref, sequence: push.sequence, document: push.document, signatures: push.signatures,
      packs: try push.packs.map { pack in
        OfferedLine.Pack(
          id: pack.id, length: pack.length,
          place: .file(try SharedFile(files, path: "\(PushScene.quarantine)/\(pack.id.hex).part")))
      })
    let vault = try OpenVault(VaultFolder.open(files, root: PushScene.root))
    let accepted = try Acceptance(vault, workers: 1).check(through, received: PushScene.now)
    #expect(files.mutationCount == 0, "a check changes nothing")
    var logged: PendingLines?
    do {
      try accepted.place { logged = $0 }
    } catch let refusal as Refusal {
      #expect(refusal.code == .failed && !faults.isEmpty, "\(refusal)")
    }
    return (logged, files.mutationCount)
  }

  /// What a server that starts again does: it finishes what the log has, or takes the push anew.
  private func goOn(
    _ parcel: Parcel, _ logged: PendingLines?, _ disk: MemoryFiles, _ place: String,
    _ seen: inout Set<[String: [UInt8]]>
  ) throws {
    let remote = PushScene(disk: disk)
    var state = remote.contents
    state["logged"] = logged?.lines.flatMap { $0 } ?? []
    guard seen.insert(state).inserted else { return }
    let found = try Fsck.run(disk, root: PushScene.root, Fsck.Options(workers: 1)).findings
    #expect(found.allSatisfy { $0.name == .unfinishedWrite }, "\(place): \(found)")
    if let logged {
      try logged.finish(remote.vault.folder)
      // Who was broken off in the middle of finishing does it again.
      try logged.finish(remote.vault.folder)
    } else if try !parcel.stands(in: remote) {
      try remote.take(try parcel.sent(to: remote))
    }
    #expect(try parcel.stands(in: remote), "\(place)")
    let outcome = try Fsck.run(disk, root: PushScene.root, Fsck.Options(workers: 1))
    #expect(outcome.sound, "\(place): \(outcome.findings)")
    #expect(outcome.disclosures.allSatisfy { $0.name == .unfinishedWrite }, "\(place)")
    try remote.take(try Forgery.add("CC6/after.txt", PushScene.text("after\n")).push(to: remote))
    try remote.expectUnharmed(place)
  }

  @Test(arguments: Kind.allCases) func `is finished by the next server, or taken anew`(_ kind: Kind) throws {
    let parcel = try Parcel(kind)
    let changes = try place(parcel, PushScene.remote().disk).changes
    #expect(changes > 4)
    var seed: UInt64 = 0
    var seen: Set<[String: [UInt8]]> = []
    for number in 0..<changes {
      let effects = [Fault.Effect.die, .dieWriting(bytes: 60), .fail(errno: EIO)]
      for effect in kind == .large ? effects.prefix(1) : effects[...] {
        let disk = PushScene.remote().disk
        let logged = try place(parcel, disk, [Fault(at: number, effect)]).logged
        let what = "\(kind): \(effect) at change \(number)"
        try goOn(parcel, logged, disk.copy(), what, &seen)
        if kind == .large { continue }
        for _ in 0..<4 {
          try goOn(parcel, logged, disk.crash(seed: seed), "\(what), cut \(seed)", &seen)
          seed += 1
        }
      }
    }
  }

  @Test(arguments: [Kind.evidence, .opening, .trust])
  func `is finished even if finishing was broken off too`(_ kind: Kind) throws {
    let parcel = try Parcel(kind)
    var logged: PendingLines?
    let disk = PushScene.remote().disk
    let push = try parcel.sent(to: PushScene(disk: disk))
    let accepted = try PushScene(disk: disk).acceptance().check(push, received: PushScene.now)
    struct PowerCut: Error {}
    #expect(throws: PowerCut.self) {
      try accepted.place { line in
        logged = line
        throw PowerCut()
      }
    }
    let line = try #require(logged)
    let whole = FaultingFiles(disk.copy())
    try line.finish(VaultFolder.open(whole, root: PushScene.root))
    var seed: UInt64 = 100
    var seen: Set<[String: [UInt8]]> = []
    for number in 0..<whole.mutationCount {
      for effect in [Fault.Effect.die, .dieWriting(bytes: 60)] {
        let copy = disk.copy()
        let files = FaultingFiles(copy, faults: [Fault(at: number, effect)])
        try? line.finish(VaultFolder.open(files, root: PushScene.root))
        let what = "\(kind): finishing: \(effect) at change \(number)"
        try goOn(parcel, line, copy.copy(), what, &seen)
        for _ in 0..<4 {
          try goOn(parcel, line, copy.crash(seed: seed), "\(what), cut \(seed)", &seen)
          seed += 1
        }
      }
    }
  }

  @Test func `is not finished where another line stands`() throws {
    let parcel = try Parcel(.evidence)
    let (logged, _) = try place(parcel, PushScene.remote().disk)
    let line = try #require(logged)
    let other = PushScene.remote()
    try other.take(try Forgery.add("CC6/x.txt", PushScene.text("x\n")).push(to: other))
    let before = other.contents
    let refusal = #expect(throws: Refusal.self) { try line.finish(other.vault.folder) }
    #expect(refusal?.code == .failed)
    #expect(other.contents == before)
    // Nor where its packs do not lie.
    let empty = PushScene.remote()
    #expect(throws: Refusal.self) { try line.finish(empty.vault.folder) }
    try empty.expectSound()
  }
}

extension PushScene {
  /// Expects that a check finds nothing, whatever it discloses of unfinished writes.
  func expectUnharmed(_ place: String) throws {
    let outcome = try Fsck.run(disk, root: Self.root, Fsck.Options(workers: 1))
    #expect(outcome.sound, "\(place): \(outcome.findings)")
  }
}
