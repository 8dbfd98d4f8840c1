import Testing
import VaultAudit
import VaultCore
import VaultFiles
import VaultRemote

@testable import VaultStore

/// One who offers what another session of the same identity brings to its end meanwhile.
@Suite struct `The same offer, twice at once` {
  /// Long enough to become a packfile of its own by a rename.
  private static let long = PushScene.noise(17 << 20, seed: 9)
  private static let attacker = "/v/quarantine/attacker/"

  private func offers(to remote: PushScene) throws -> [OfferedLine] {
    let near = PushScene(disk: remote.disk.copy())
    try near.commit(["CC7/long.bin": Self.long])
    return [try near.newest(to: remote)]
  }

  /// Expects that both have the same receipt, and that the remote has what it gave a receipt for.
  private func expectOne(
    _ remote: PushScene, _ first: Result<Receipt, any Error>?, _ second: Result<Receipt, Refusal>
  ) throws {
    let first = try #require(first).get()
    guard case .success(let again) = second else {
      Issue.record("\(second)")
      return
    }
    #expect(again.leaf == first.leaf && again.index == first.index)
    try remote.expectSound()
    let reader = try remote.vault.period(PushScene.period)
    let record = try #require(reader.index.latest(EvidencePath("CC7/long.bin")))
    #expect(try reader.objects.read(try reader.entry(record).object, limit: 1 << 26) == Self.long)
  }

  @Test func `of a push leaves alone what was accepted between opening its part and locking it`() throws {
    let remote = PushScene.remote()
    let push = try offers(to: remote)[0]
    let files = FaultingFiles(remote.disk)
    let first = Box<Result<Receipt, any Error>>()
    // Whoever has the first part has the others too.
    files.beforeNext("lock", of: Self.attacker + push.packs[0].id.hex + ".part") {
      first.value = Result { try remote.pushOverTheWire(push).get() }
    }
    let second = try remote.pushOverTheWire(push, files: files)
    try expectOne(remote, first.value, second)
  }

  @Test func `of a run leaves alone what was accepted between opening its part and locking it`() throws {
    let remote = PushScene.remote()
    let run = try remote.run(try offers(to: remote))
    let files = FaultingFiles(remote.disk)
    let first = Box<Result<Receipt, any Error>>()
    let question = Run(ref: run.ref, lines: run.lines.map(\.carried))
    files.beforeNext("lock", of: Self.attacker + ObjectID(of: question.encoded()).hex + ".part") {
      first.value = Result { try remote.runOverTheWire(run).get() }
    }
    let second = try remote.runOverTheWire(run, files: files)
    try expectOne(remote, first.value, second)
  }
}

/// What a closure that may run elsewhere leaves.
private final class Box<Value>: @unchecked Sendable {
  var value: Value?
}
