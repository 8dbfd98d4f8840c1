import Glibc
import Testing
import VaultAudit
import VaultCore
import VaultFiles
import VaultFsck
import VaultRemote
import VaultSigning

@testable import VaultStore

/// What a remote places of a run, broken off at every call that changes the disk.
@Suite struct `A run that was broken off` {
  private static let count = 3

  /// Lets a process check and place a run on `disk`; returns the lines that its log got, and how often the disk was
  /// changed.
  private func place(
    _ pushes: [OfferedLine], _ disk: MemoryFiles, _ faults: [Fault] = []
  ) throws -> (logged: PendingLines?, changes: Int) {
    let files = FaultingFiles(disk, faults: faults)
    let run = try PushScene(disk: disk).run(pushes, files: files)
    let vault = try OpenVault(VaultFolder.open(files, root: PushScene.root))
    let accepted = try Acceptance(vault, workers: 1).check(run, received: PushScene.now)
    #expect(files.mutationCount == 0, "a check changes nothing")
    var logged: PendingLines?
    do {
      try accepted.place { logged = $0 }
    } catch let refusal as Refusal {
      #expect(refusal.code == .failed && !faults.isEmpty, "\(refusal)")
    }
    return (logged, files.mutationCount)
  }

  /// What a server that starts again does where the log has the leaves of the first `due` lines: it finishes them, and
  /// the client brings the others.
  private func goOn(
    _ pushes: [OfferedLine], _ logged: PendingLines?, due: Int, _ disk: MemoryFiles, _ place: String
  ) throws {
    let remote = PushScene(disk: disk)
    let found = try Fsck.run(disk, root: PushScene.root, Fsck.Options(workers: 1)).findings
    #expect(found.allSatisfy { $0.name == .unfinishedWrite }, "\(place): \(found)")
    if let logged {
      try logged.finish(remote.vault.folder) { due }
      // Who was broken off in the middle of finishing does it again.
      try logged.finish(remote.vault.folder) { due }
    }
    let standing = try remote.vault.period(PushScene.period).index.sequence - 3
    #expect(standing >= (logged == nil ? 0 : due), "\(place)")
    if standing < Self.count { try remote.take(try remote.run(Array(pushes[standing...]))) }
    #expect(try remote.vault.period(PushScene.period).index.tip == pushes.last?.document, "\(place)")
    let outcome = try Fsck.run(disk, root: PushScene.root, Fsck.Options(workers: 1))
    #expect(outcome.sound, "\(place): \(outcome.findings)")
    try remote.take(try Forgery.add("CC6/after.txt", PushScene.text("after\n")).push(to: remote))
    try remote.expectUnharmed(place)
  }

  @Test func `is finished as far as its leaves stand, and the rest is taken anew`() throws {
    let pushes = try PushScene.remote().commits(Self.count)
    let changes = try place(pushes, PushScene.remote().disk).changes
    #expect(changes > 4)
    var seed: UInt64 = 0
    for number in 0..<changes {
      for effect in [Fault.Effect.die, .dieWriting(bytes: 700), .fail(errno: EIO)] {
        let disk = PushScene.remote().disk
        let logged = try place(pushes, disk, [Fault(at: number, effect)]).logged
        let what = "\(effect) at change \(number)"
        // Behind the log's part all leaves stand, or the lines would not be written.
        try goOn(pushes, logged, due: Self.count, disk.copy(), what)
        for _ in 0..<4 {
          try goOn(pushes, logged, due: Self.count, disk.crash(seed: seed), "\(what), cut \(seed)")
          seed += 1
        }
      }
    }
  }

  @Test(arguments: 0...3) func `of which some leaves stand gets their lines only`(due: Int) throws {
    let pushes = try PushScene.remote().commits(Self.count)
    struct PowerCut: Error {}
    let disk = PushScene.remote().disk
    var logged: PendingLines?
    let accepted = try PushScene(disk: disk).acceptance().check(
      PushScene(disk: disk).run(pushes), received: PushScene.now)
    #expect(throws: PowerCut.self) {
      try accepted.place { lines in
        logged = lines
        throw PowerCut()
      }
    }
    let lines = try #require(logged)
    try goOn(pushes, lines, due: due, disk.copy(), "due \(due)")
    // And if finishing was broken off too.
    let whole = FaultingFiles(disk.copy())
    try lines.finish(VaultFolder.open(whole, root: PushScene.root)) { due }
    let reached = PushScene(disk: disk.copy())
    try lines.finish(reached.vault.folder) { due }
    #expect(try reached.vault.period(PushScene.period).index.sequence == 3 + due)
    var seed: UInt64 = 500
    for number in 0..<whole.mutationCount {
      for effect in [Fault.Effect.die, .dieWriting(bytes: 600)] {
        let copy = disk.copy()
        let files = FaultingFiles(copy, faults: [Fault(at: number, effect)])
        try? lines.finish(VaultFolder.open(files, root: PushScene.root)) { due }
        let what = "finishing \(due): \(effect) at change \(number)"
        try goOn(pushes, lines, due: due, copy.copy(), what)
        for _ in 0..<4 {
          try goOn(pushes, lines, due: due, copy.crash(seed: seed), "\(what), cut \(seed)")
          seed += 1
        }
      }
    }
  }
}
