import Synchronization
import Testing
import VaultAudit
import VaultCore
import VaultFiles
import VaultRemote
import VaultSigning

@testable import VaultStore

/// What a push tells of its progress while it goes to a server over the protocol.
@Suite struct `The progress of a push` {
  private static let commits = 5

  /// A remote, and a vault with one trust document and five commits more, whose trust names the remote's log.
  private func pair() throws -> (near: PushScene, remote: PushScene) {
    let remote = PushScene.remote()
    let near = PushScene(disk: remote.disk.copy())
    let key = try LogKeyFiles(remote.disk, root: PushScene.root).signer().verifier
    try near.changeTrust { $0.logs.append(Trust.Log(name: "origin", key: key.description)) }
    for number in 0..<Self.commits {
      try near.commit(["CC6/n\(number).bin": PushScene.noise(400_000, seed: UInt64(number))])
    }
    return (near, remote)
  }

  private struct Cut: Error {}

  /// Pushes until `most` bytes were sent, and gives what was told: each piece, and what was still to come after it.
  private func push(_ near: PushScene, to remote: PushScene, most: Int = .max) throws -> [(Int, UInt64)] {
    let told = Mutex<[(Int, UInt64)]>([])
    try Wire.session(serverOpens: true) { [disk = near.disk] channel in
      let welcome = try channel.ask(Hello(path: "v", vault: nil, client: "test"), for: Welcome.self)
      let pushing = try Pushing(channel, PushScene(disk: disk).vault, welcome, remote: "origin")
      var sent = 0
      do {
        var results: [Pushing.Result] = []
        try pushing.push([PushScene.ref], into: &results) { count, left in
          guard sent < most else { return }
          told.withLock { $0.append((count, left)) }
          sent += count
          // Nothing of a push can be stopped but its connection.
          if sent >= most { channel.close() }
        }
        try channel.send(Bye())
      } catch let error as ChannelError { if most == .max { throw error } }
    } server: { [disk = remote.disk] channel in
      let settings = ServerSettings(root: "/", identity: "near", rights: [.push], now: { PushScene.now })
      do { try ServerSession(channel, settings, files: disk).run() } catch is ChannelError {}
    }
    return told.withLock { $0 }
  }

  /// Expects that what is left falls by what is sent, down to nothing; gives the bytes that were sent.
  private func expectFalling(_ told: [(Int, UInt64)]) throws -> UInt64 {
    var sent: UInt64 = 0
    let total = try #require(told.first.map { UInt64($0.0) + $0.1 })
    for (count, left) in told {
      sent += UInt64(count)
      #expect(sent + left == total)
    }
    return total
  }

  @Test func `falls to nothing over all of its packs, of trust and of commits`() throws {
    let (near, remote) = try pair()
    let told = try push(near, to: remote)
    let total = try expectFalling(told)
    #expect(told.last?.1 == 0 && total > UInt64(Self.commits * 400_000) && told.count > Self.commits)
    #expect(try remote.vault.period(PushScene.period).index.sequence == 3 + Self.commits)
  }

  @Test func `that is resumed leaves out what arrived`() throws {
    let (near, remote) = try pair()
    let first = try push(near, to: remote, most: 1_000_000)
    let whole = try expectFalling(first)
    #expect(first.last?.1 ?? 0 > 0)
    let second = try push(near, to: remote)
    let rest = try expectFalling(second)
    #expect(second.last?.1 == 0 && rest < whole)
    #expect(try remote.vault.period(PushScene.period).index.sequence == 3 + Self.commits)
  }
}
