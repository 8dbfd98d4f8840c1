import Testing
import VaultCore
import VaultFiles
import VaultSigning

@testable import VaultRemote

@Suite struct FollowTests {
  private let memory = MemoryFiles()
  private let scene: LogScene

  init() throws { scene = try LogScene(memory) }

  @Test func `a client follows a remote's log and can prove any leaf of it`() throws {
    let server = try LogScene()
    for size in [1, 2, 9, 9, 30] {
      try server.append(try server.log.size..<size)
      try scene.follow(try server.log)
      let copy = try scene.copy
      #expect(try copy.size == size && copy.note == (server.log.checkpoint?.note))
      for index in 0..<size {
        let receipt = try copy.receipt(of: index)
        #expect(try receipt == (server.log.receipt(of: index)))
        _ = try receipt.verify(by: [LogScene.key], vault: LogScene.id)
      }
    }
    #expect(try memory.unsyncedBesidesIndex() == 0 && memory.openDescriptors == 0)
    expectLogError(.noSuchLeaf) { try scene.copy.receipt(of: 30) }
    expectLogError(.noSuchLeaf) { try scene.copy.receipt(of: -1) }
    #expect(try FollowedLog.remotes(scene.vault) == ["origin"])
  }

  @Test func `a large log is followed in steps of a thousand leaves`() throws {
    let told = ToldLog(0..<2500)
    let follower = try LogFollower(scene.vault, remote: "origin", toward: told.note, by: LogScene.key)
    var steps: [Range<Int>] = []
    while let wanted = follower.wanted {
      steps.append(wanted)
      try follower.add(told.answer(wanted))
    }
    #expect(steps == [0..<1000, 1000..<2000, 2000..<2500])
    try follower.finish()
    #expect(try scene.copy.verify(by: [LogScene.key])[.trust].count == 358)
  }

  @Test func `received times are found by ref and sequence`() throws {
    try scene.follow(ToldLog(0..<30))
    let accepted = try scene.copy.verify(by: [LogScene.key])
    #expect(accepted.refs == LogScene.refs)
    let period = ChainName.ref(.period("p"))
    #expect(accepted[period].map(\.index) == (0..<30).filter { $0 % 2 == 0 && $0 % 7 != 0 })
    #expect(accepted.leaf(period, 8)?.leaf.received == LogScene.time(8))
    #expect(accepted.leaf(period, 7) == nil && accepted.bound(period, 7)?.index == 8)
    #expect(accepted.bound(period, 1)?.index == 2 && accepted.bound(period, 27) == nil)
    #expect(accepted.leaf(.trust, 2)?.index == 7 && accepted[.ref(.period("q"))].isEmpty)
    #expect(try scene.copy.find(period, 8)?.index == 8 && scene.copy.find(period, 9) == nil)
  }

  @Test func `following reads no old leaves`() throws {
    let told = ToldLog(0..<400)
    try scene.follow(told)
    var bytes = try #require(memory.allFiles()["/v/receipts/origin.log"])
    for place in 0..<bytes.count / 2 where bytes[place] != 0x0A { bytes[place] = 0x78 }
    memory.plant("/v/receipts/origin.log", bytes)
    try scene.follow(ToldLog(0..<401))
    #expect(try scene.copy.size == 401)
    expectLogError(.malformedLeaf) { try scene.copy.verify(by: [LogScene.key]) }
    expectLogError(.damaged) { try scene.copy.receipt(of: 400) }
  }

  @Test func `a younger checkpoint of the same log is kept, an older one is not`() throws {
    var told = ToldLog(0..<5)
    try scene.follow(told)
    told.received = LogScene.time(90)
    try scene.follow(told)
    #expect(try scene.copy.checkpoint?.received == LogScene.time(90))
    told.received = LogScene.time(60)
    try scene.follow(told)
    #expect(try scene.copy.checkpoint?.received == LogScene.time(90))
  }

  /// Expects that what `told` shows is refused, that the copy stays as it was, and that the honest log can be followed on.
  private func expectRefusal(
    _ code: LogError.Code, _ told: some ShownLog, by key: NoteVerifier = LogScene.key,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> LogError? {
    let client = try LogScene(MemoryFiles())
    try client.follow(ToldLog(0..<10))
    let before = try client.copy.note
    let error = expectLogError(code, sourceLocation: sourceLocation) { try client.follow(told, by: key) }
    #expect(try client.copy.note == before, sourceLocation: sourceLocation)
    _ = try client.copy.verify(by: [LogScene.key])
    try client.follow(ToldLog(0..<12))
    #expect(
      try client.copy.verify(by: [LogScene.key])[.ref(.reviews("p"))].last?.index == 11,
      sourceLocation: sourceLocation)
    return error
  }

  @Test func `a log that lost leaves is refused, with both checkpoints`() throws {
    for size in [0, 1, 7, 9] {
      var told = ToldLog(0..<size)
      told.received = LogScene.time(50)
      let error = try expectRefusal(.rolledBack, told)
      #expect(error?.conflict?.seen == ToldLog(0..<10).note && error?.conflict?.shown == told.note)
      #expect(error?.reason.contains(LogScene.time(9).description) == true)
    }
  }

  @Test func `another log of the same size is refused`() throws {
    let told = ToldLog((0..<9).map { LogScene.leaf($0) } + [LogScene.leaf(9, fork: 1)])
    #expect(try expectRefusal(.forked, told)?.conflict?.shown == told.note)
  }

  @Test func `a larger log that does not follow is refused`() throws {
    for changed in [1, 4, 9] {
      let told = ToldLog((0..<12).map { LogScene.leaf($0, fork: $0 == changed ? 1 : 0) })
      #expect(try expectRefusal(.rewritten, told)?.conflict != nil)
    }
    var told = ToldLog(0..<12)
    let note = told.note
    told.leaves[11] = LogScene.leaf(11, fork: 1).encoded()
    _ = try expectRefusal(.rewritten, Answers(note: note, leaves: told.leaves))
  }

  @Test func `a log that accepts again what it had accepted is refused, new to the copy or not`() throws {
    for again in [LogScene.leaf(8, fork: 1, at: 10), LogScene.leaf(8, at: 10), LogScene.leaf(7, at: 10)] {
      let told = ToldLog((0..<10).map { LogScene.leaf($0) } + [again])
      _ = try expectRefusal(.sequenceWentBack, told)
      let fresh = try LogScene(MemoryFiles())
      expectLogError(.sequenceWentBack) { try fresh.follow(told) }
      #expect(try fresh.copy.size == 0)
    }
  }

  @Test func `one log is one under all of a remote's names`() throws {
    try scene.follow(ToldLog(0..<10))
    expectLogError(.rolledBack) { try scene.follow(ToldLog(0..<7), remote: "moved") }
    let forked = (0..<9).map { LogScene.leaf($0) } + [LogScene.leaf(9, fork: 1)]
    expectLogError(.forked) { try scene.follow(ToldLog(forked), remote: "moved") }
    let rewritten = ToldLog((0..<12).map { LogScene.leaf($0, fork: $0 == 4 ? 1 : 0) })
    expectLogError(.rewritten) { try scene.follow(rewritten, remote: "moved") }
    #expect(try FollowedLog(scene.vault, remote: "moved").size == 0)
    try scene.follow(ToldLog(0..<12), remote: "moved")
    // What one name has shown since is held against the other.
    expectLogError(.rolledBack) { try scene.follow(ToldLog(0..<11)) }
    try scene.follow(ToldLog(0..<13))
  }

  @Test func `a first copy must lead to the root that is signed`() throws {
    var told = ToldLog(0..<12)
    let note = told.note
    told.leaves[3] = LogScene.leaf(3, fork: 1).encoded()
    expectLogError(.rewritten) { try scene.follow(Answers(note: note, leaves: told.leaves)) }
    #expect(try scene.copy.size == 0)
    try scene.follow(ToldLog(0..<12))
  }

  @Test func `a checkpoint that the log's key did not sign is refused`() throws {
    var told = ToldLog(0..<12)
    told.signer = LogScene.made(name: LogScene.key.name, seed: 9)
    _ = try expectRefusal(.notSigned, told)
    told.signer = LogScene.made(name: "log.example/other", seed: 9)
    _ = try expectRefusal(.notSigned, told)
    _ = try expectRefusal(.otherLog, told, by: told.signer.verifier)
    let sound = ToldLog(0..<12)
    var note = sound.note
    note[note.count - 6] ^= 1
    _ = try expectRefusal(.notSigned, Answers(note: note, leaves: sound.leaves))
    note = Array(String(decoding: sound.note, as: UTF8.self).replacing("\n12\n", with: "\n13\n").utf8)
    _ = try expectRefusal(.notSigned, Answers(note: note, leaves: sound.leaves))
    _ = try expectRefusal(.malformedCheckpoint, Answers(note: [], leaves: sound.leaves))
    _ = try expectRefusal(.malformedCheckpoint, Answers(note: note.dropLast(), leaves: sound.leaves))
  }

  @Test func `times that go back are refused`() throws {
    let base = (0..<10).map { LogScene.leaf($0) }
    _ = try expectRefusal(.receivedWentBack, ToldLog(base + [LogScene.leaf(10, at: 8)]))
    _ = try expectRefusal(
      .receivedWentBack, ToldLog(base + [LogScene.leaf(10, at: 20), LogScene.leaf(11, at: 19)]))
    _ = try expectRefusal(.receivedWentBack, ToldLog(base + [LogScene.leaf(10)], received: LogScene.time(3)))
    _ = try expectRefusal(
      .receivedWentBack, ToldLog(base + [LogScene.leaf(10, at: 20)], received: LogScene.time(15)))
  }

  @Test func `leaves that are none are refused`() throws {
    let wrong: [[UInt8]] = [
      [], Array("{}".utf8), LogScene.leaf(10).encoded() + [0x0A], [0x20] + LogScene.leaf(10).encoded(),
      [0xff, 0xfe], [UInt8](repeating: 0x7B, count: 5000), LogScene.leaf(0).encoded(),
      Receipt(index: 0, leaf: [0x61], proof: [], checkpoint: [0x61]).encoded(),
    ]
    for leaf in wrong {
      var told = ToldLog(0..<10)
      told.leaves.append(leaf)
      told.received = LogScene.time(60)
      _ = try expectRefusal(.malformedLeaf, told)
    }
    let foreign = LogScene.leaf(10, vault: ObjectID(of: [5]))
    _ = try expectRefusal(.otherVault, ToldLog((0..<10).map { LogScene.leaf($0) } + [foreign]))
  }

  @Test func `a log that does not begin with the vault's first trust document is refused`() throws {
    expectLogError(.malformedLeaf) { try scene.follow(ToldLog(1..<4)) }
    let other = ToldLog([LogScene.leaf(0, vault: ObjectID(of: [5]))])
    expectLogError(.otherVault) { try scene.follow(other) }
    try scene.follow(ToldLog(0..<4))
  }

  @Test func `an answer with too few or too many leaves is refused`() throws {
    let told = ToldLog(0..<3)
    let follower = try LogFollower(scene.vault, remote: "origin", toward: told.note, by: LogScene.key)
    expectLogError(.wrongAnswer) { try follower.add([]) }
    expectLogError(.wrongAnswer) { try follower.add(ToldLog(0..<4).leaves) }
    expectLogError(.wrongAnswer) { try follower.finish() }
    try follower.add(Array(told.leaves[..<2]))
    try follower.add([told.leaves[2]])
    expectLogError(.wrongAnswer) { try follower.add([]) }
    try follower.finish()
  }

  @Test func `a name that leaves the folder is none`() throws {
    for name in ["../x", "", "a/b", ".", "Origin", "a b"] {
      #expect(throws: (any Error).self) { try scene.follow(ToldLog(0..<1), remote: name) }
    }
    #expect(memory.allFiles().isEmpty)
  }

  @Test func `what was kept of a log is not believed where it is altered`() throws {
    try scene.follow(ToldLog(0..<6))
    let seen = try #require(memory.allFiles()["/v/receipts/origin.seen"])
    let log = try #require(memory.allFiles()["/v/receipts/origin.log"])
    let text = String(decoding: seen, as: UTF8.self)
    let altered = [
      "", "{}", text + "\n", text.replacing("\\n6\\n", with: "\\n7\\n"),
      text.replacing("\"length\":", with: "\"length\":-"), text.replacing("mth-sha256:", with: "sha256:"),
      text.replacing(",\"length\"", with: ",\"l\":1,\"length\""), String(text.dropLast(4)),
    ]
    for text in altered {
      memory.plant("/v/receipts/origin.seen", Array(text.utf8))
      expectLogError(.damaged) { try scene.copy }
      expectLogError(.damaged) { try scene.follow(ToldLog(0..<8)) }
    }
    // A tree of five leaves folds the same way; the leaves, and the signature, tell.
    memory.plant("/v/receipts/origin.seen", Array(text.replacing("\\n6\\n", with: "\\n5\\n").utf8))
    expectLogError(.damaged) { try scene.copy.verify(by: [LogScene.key]) }
    memory.plant("/v/receipts/origin.seen", seen)
    for cut in [0, 10, log.count - 1] {
      memory.plant("/v/receipts/origin.log", Array(log.prefix(cut)))
      expectLogError(.damaged) { try scene.copy.verify(by: [LogScene.key]) }
      expectLogError(.damaged) { try scene.copy.receipt(of: 0) }
      expectLogError(.damaged) { try scene.follow(ToldLog(0..<8)) }
    }
    memory.plant("/v/receipts/origin.log", log)
    let other = LogScene.made(name: "log.example/other", seed: 5).verifier
    expectLogError(.notSigned) { try scene.copy.verify(by: [other]) }
    expectLogError(.notSigned) { try scene.copy.verify(by: []) }
    _ = try scene.copy.verify(by: [other, LogScene.key])
  }

  @Test func `a full check finds sequences that go back`() throws {
    // No client follows such a log; but a copy is only a file.
    let told = ToldLog([0, 1, 2, 3, 4, 2].enumerated().map { LogScene.leaf($1, at: $0) })
    let hasher = MerkleHasher()
    var frontier = CompactRange()
    for leaf in told.leaves { frontier.append(hasher.leaf(leaf), hasher) }
    let lines = told.leaves.reduce(into: [UInt8]()) { $0 += $1 + [0x0A] }
    let seen = SeenLog(
      try VerifiedCheckpoint(told.note, by: LogScene.key), frontier: frontier, length: Int64(lines.count))
    try memory.makeDirectories("/v/receipts")
    try memory.writeNewFile("/v/receipts/origin.log", lines)
    try memory.writeNewFile("/v/receipts/origin.seen", seen.encoded())
    expectLogError(.sequenceWentBack) { try scene.copy.verify(by: [LogScene.key]) }
  }
}

/// A note and leaves that need not fit.
struct Answers: ShownLog {
  var note: [UInt8]
  var leaves: [[UInt8]]
  func answer(_ wanted: Range<Int>) -> [[UInt8]] {
    Array(leaves[wanted.clamped(to: leaves.indices)])
  }
}
