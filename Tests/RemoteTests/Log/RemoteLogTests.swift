import Testing
import VaultCore
import VaultFiles
import VaultSigning

@testable import VaultRemote

@Suite struct RemoteLogTests {
  private let memory = MemoryFiles()
  private let scene: LogScene
  private let hasher = MerkleHasher()

  init() throws { scene = try LogScene(memory) }

  private func plant(_ name: String, _ change: (inout [UInt8]) -> Void) throws {
    var bytes = try #require(memory.allFiles()["/v/log/" + name])
    change(&bytes)
    #expect(memory.plant("/v/log/" + name, bytes))
  }

  private func roots(_ count: Int) -> [MerkleHash] {
    (0...count).map { ToldLog(0..<$0).tree.root }
  }

  /// All that a reader can ask of a log of `count` leaves.
  private func checkAll(_ log: RemoteLog, _ count: Int) throws {
    let roots = roots(count)
    #expect(log.size == count && log.checkpoint?.root == roots[count])
    let leaves = try log.leaves(from: 0, limit: 1000)
    #expect(leaves == ToldLog(0..<count).leaves)
    for index in 0..<count {
      #expect(try log.inclusion(of: index).root(leaf: hasher.leaf(leaves[index]), hasher) == roots[count])
      let receipt = try log.receipt(of: index).verify(by: [LogScene.key], vault: LogScene.id)
      #expect(receipt.leaf == LogScene.leaf(index) && receipt.receipt.index == index)
    }
    for old in 0...count {
      #expect(try log.consistency(from: old).verifies(from: roots[old], to: roots[count], hasher))
    }
  }

  @Test func `each leaf gets a receipt, and each size can be asked for everything`() throws {
    for number in 0..<20 {
      let writer = try RemoteLogWriter(scene.vault, LogScene.signer)
      #expect(writer.size == number && writer.last == (number == 0 ? nil : LogScene.leaf(number - 1)))
      let receipt = try writer.append(LogScene.leaf(number))
      let verified = try receipt.verify(by: [LogScene.key], vault: LogScene.id)
      #expect(verified.leaf == LogScene.leaf(number) && verified.checkpoint.size == number + 1)
      #expect(receipt.index == number && verified.checkpoint.received == LogScene.time(number))
      #expect(try scene.log.receipt(of: number) == receipt)
      if number % 3 == 0 || number > 15 { try checkAll(try scene.log, number + 1) }
    }
    #expect(try memory.unsyncedBesidesIndex() == 0)
  }

  @Test func `an empty log has nothing to show`() throws {
    for _ in 0..<2 {
      let log = try scene.log
      #expect(log.size == 0 && log.checkpoint == nil)
      #expect(try log.leaves(from: 0, limit: 5).isEmpty && log.consistency(from: 0).path.isEmpty)
      #expect(try log.newest(of: [.trust]).isEmpty)
      expectLogError(.noSuchLeaf) { try log.inclusion(of: 0) }
      expectLogError(.noSuchLeaf) { try log.receipt(of: 0) }
      expectLogError(.noSuchLeaf) { try log.leaves(from: 1, limit: 1) }
      let writer = try RemoteLogWriter(scene.vault, LogScene.signer)
      #expect(writer.size == 0 && writer.earliest == nil && writer.checkpoint == nil)
      try writer.renew(at: LogScene.time(5))
    }
  }

  @Test func `leaves are read from any place, in any order, up to the limit`() throws {
    try scene.append(0..<60)
    let log = try scene.log
    let all = ToldLog(0..<60).leaves
    var random = SplitMix64(seed: 1)
    for _ in 0..<300 {
      let from = Int.random(in: 0...60, using: &random)
      let limit = Int.random(in: 0...70, using: &random)
      #expect(try log.leaves(from: from, limit: limit) == Array(all[from...].prefix(limit)))
    }
    #expect(try log.leaves(from: 3, limit: -1).isEmpty)
    expectLogError(.noSuchLeaf) { try log.leaves(from: 61, limit: 1) }
    expectLogError(.noSuchLeaf) { try log.leaves(from: -1, limit: 1) }
    expectLogError(.noSuchLeaf) { try log.inclusion(of: 60) }
    expectLogError(.noSuchLeaf) { try log.inclusion(of: -1) }
    expectLogError(.noSuchLeaf) { try log.consistency(from: 61) }
  }

  @Test func `the newest leaf of a ref is found, and that of any sequence`() throws {
    try scene.append(0..<30)
    let log = try scene.log
    let newest = try log.newest(of: [.trust, .ref(.period("p")), .ref(.reviews("p")), .ref(.period("q"))])
    #expect(newest.mapValues(\.index) == [.trust: 28, .ref(.period("p")): 26, .ref(.reviews("p")): 29])
    #expect(try log.find(.ref(.period("p")), 8) == PlacedLeaf(index: 8, leaf: LogScene.leaf(8)))
    #expect(try log.find(.trust, 2)?.index == 7)
    #expect(try log.find(.ref(.period("p")), 9) == nil && log.find(.ref(.period("q")), 1) == nil)
  }

  @Test func `opening, appending and asking for the newest read no old leaves`() throws {
    try scene.append(0..<200)
    try plant("leaves.log") { for place in 0..<$0.count / 2 { $0[place] = 0x78 } }
    #expect(try scene.log.newest(of: [.trust])[.trust]?.index == 196)
    let writer = try RemoteLogWriter(scene.vault, LogScene.signer)
    let receipt = try writer.append(LogScene.leaf(200))
    _ = try receipt.verify(by: [LogScene.key], vault: LogScene.id)
    #expect(try scene.log.leaves(from: 190, limit: 20).count == 11)
    expectLogError(.damaged) { try scene.log.leaves(from: 0, limit: 1) }
  }

  @Test func `a leaf that may not follow is refused and changes nothing`() throws {
    let first = try RemoteLogWriter(scene.vault, LogScene.signer)
    expectLogError(.malformedLeaf) { try first.append(LogScene.leaf(1)) }
    _ = try first.append(LogScene.leaf(0))
    let before = memory.allFiles()
    expectLogError(.malformedLeaf) { try first.append(LogScene.leaf(0)) }
    expectLogError(.otherVault) { try first.append(LogScene.leaf(1, vault: ObjectID(of: [1]))) }
    expectLogError(.receivedWentBack) { try first.append(LogScene.leaf(1, at: -1)) }
    #expect(memory.allFiles() == before)
    _ = try first.append(LogScene.leaf(1, at: 0))
  }

  @Test func `a renewed checkpoint is younger, and no leaf is older than it`() throws {
    try scene.append(0..<5)
    let writer = try RemoteLogWriter(scene.vault, LogScene.signer)
    try writer.renew(at: LogScene.time(100))
    #expect(try scene.log.checkpoint?.received == LogScene.time(100))
    try writer.renew(at: LogScene.time(50))
    #expect(writer.earliest == LogScene.time(100))
    expectLogError(.receivedWentBack) { try writer.append(LogScene.leaf(5)) }
    _ = try writer.append(LogScene.leaf(5, at: 100))
    #expect(try scene.log.size == 6)
  }

  @Test func `a reader changes no byte, whatever state it finds`() throws {
    try scene.append(0..<9)
    try plant("leaves.log") { $0 += LogScene.leaf(9).encoded().prefix(100) }
    try plant("hashes") { $0.removeLast(40) }
    let before = memory.allFiles()
    try checkAll(try scene.log, 9)
    #expect(memory.allFiles() == before)
  }

  @Test func `a torn line is cut off by the next writer`() throws {
    try scene.append(0..<9)
    let next = LogScene.leaf(9).encoded()
    let zeros = [UInt8](repeating: 0, count: 70)
    let torn: [[UInt8]] = [
      Array(next.prefix(100)), next, [0x7B], zeros, zeros + next.dropFirst(70) + [0x0A],
    ]
    for torn in torn {
      try plant("leaves.log") { $0 += torn }
      #expect(try scene.log.size == 9)
      #expect(try RemoteLogWriter(scene.vault, LogScene.signer).size == 9)
      #expect(memory.allFiles()["/v/log/leaves.log"] == ToldLog(0..<9).file)
    }
    try scene.append(9..<10)
    try checkAll(try scene.log, 10)
  }

  @Test func `a leaf whose checkpoint was never written is accepted all the same`() throws {
    for count in [0, 1, 6] {
      let memory = MemoryFiles()
      let scene = try LogScene(memory)
      try scene.append(0..<count)
      let leaf = LogScene.leaf(count).encoded() + [0x0A]
      let log = (memory.allFiles()["/v/log/leaves.log"] ?? []) + leaf
      if count == 0 { _ = try RemoteLogWriter(scene.vault, LogScene.signer) }
      #expect(memory.plant("/v/log/leaves.log", log))
      #expect(try scene.log.size == count)
      let writer = try RemoteLogWriter(scene.vault, LogScene.signer)
      #expect(writer.size == count + 1 && writer.last == LogScene.leaf(count))
      try checkAll(try scene.log, count + 1)
    }
  }

  @Test func `hashes that are gone or damaged are computed, and made anew by a writer`() throws {
    try scene.append(0..<21)
    let sound = try #require(memory.allFiles()["/v/log/hashes"])
    #expect(sound.count == 32 * Int(StoredHashOrder.count(size: 21)))
    for change: (inout [UInt8]) -> Void in [
      { $0 = [] }, { $0.removeLast() }, { $0.removeLast(32) }, { $0 += [1] },
      { $0 += [UInt8](repeating: 1, count: 32) },
      { $0 = [UInt8](repeating: 0, count: $0.count) }, { $0[$0.count - 1] ^= 1 },
    ] {
      try plant("hashes", change)
      try checkAll(try scene.log, 21)
      #expect(try RemoteLogWriter(scene.vault, LogScene.signer).size == 21)
      #expect(memory.allFiles()["/v/log/hashes"] == sound)
    }
    try memory.unlink("/v/log/hashes")
    try checkAll(try scene.log, 21)
    _ = try RemoteLogWriter(scene.vault, LogScene.signer)
    #expect(memory.allFiles()["/v/log/hashes"] == sound)
  }

  @Test func `no damaged hash makes a wrong answer`() throws {
    try scene.append(0..<13)
    let sound = try #require(memory.allFiles()["/v/log/hashes"])
    for place in stride(from: 5, to: sound.count, by: 32) {
      try plant("hashes") {
        $0 = sound
        $0[place] ^= 1
      }
      try checkAll(try scene.log, 13)
    }
  }

  @Test func `a log whose leaves are not those that were signed is refused and not signed again`() throws {
    try scene.append(0..<11)
    let sound = memory.allFiles()
    let leaves = ToldLog(0..<11).leaves.map { $0 + [0x0A] }
    let last = LogScene.leaf(10, fork: 1).encoded() + [0x0A]
    let whole = Array(leaves.joined())
    let wounds: [[UInt8]] = [
      [], Array(leaves[..<10].joined()), Array(leaves[..<10].joined()) + last,
      whole + [0x78, 0x0A], whole + leaves[9], whole + LogScene.leaf(11).encoded() + [0x0A] + last,
      whole + LogScene.leaf(11, at: 1).encoded() + [0x0A], [UInt8](repeating: 0x61, count: 50_000),
    ]
    for (number, wound) in wounds.enumerated() {
      #expect(memory.plant("/v/log/leaves.log", wound))
      let before = memory.allFiles()
      expectLogError(.damaged) { try RemoteLogWriter(scene.vault, LogScene.signer) }
      #expect(memory.allFiles() == before, "wound \(number)")
      if number < 3 { expectLogError(.damaged) { try scene.log } }
    }
    for (path, bytes) in sound { memory.plant(path, bytes) }
    try checkAll(try scene.log, 11)
  }

  @Test func `a leaf that was taken away or put in anywhere is noticed before the next is signed`() throws {
    try scene.append(0..<60)
    let sound = memory.allFiles()
    let leaves = ToldLog(0..<60).leaves.map { $0 + [0x0A] }
    for place in 0..<60 {
      for wound in [leaves[..<place] + leaves[(place + 1)...], leaves[...place] + leaves[place...]] {
        #expect(memory.plant("/v/log/leaves.log", Array(wound.joined())))
        let before = memory.allFiles()
        expectLogError(.damaged) { try RemoteLogWriter(scene.vault, LogScene.signer) }
        #expect(memory.allFiles() == before, "leaf \(place)")
      }
    }
    for (path, bytes) in sound { memory.plant(path, bytes) }
    try scene.append(60..<61)
    try checkAll(try scene.log, 61)
  }

  @Test func `a leaf near the end that was changed is noticed before the next is signed`() throws {
    try scene.append(0..<60)
    let leaves = ToldLog(0..<60).leaves.map { $0 + [0x0A] }
    for place in 60 - LogEnd.compared..<60 {
      try plant("leaves.log") {
        $0 = Array(leaves.joined())
        $0[leaves[..<place].joined().count + 80] ^= 1
      }
      expectLogError(.damaged) { try RemoteLogWriter(scene.vault, LogScene.signer) }
    }
  }

  @Test func `a length that is not told has all leaves read, and is told anew`() throws {
    try scene.append(0..<60)
    let sound = try #require(memory.allFiles()["/v/log/length"])
    for length in ["", "x\n", "1\n", "\(Int64.max)0\n", String(repeating: "1", count: 100)] {
      #expect(memory.plant("/v/log/length", Array(length.utf8)))
      #expect(try RemoteLogWriter(scene.vault, LogScene.signer).size == 60)
      #expect(memory.allFiles()["/v/log/length"] == sound)
    }
    try memory.unlink("/v/log/length")
    _ = try RemoteLogWriter(scene.vault, LogScene.signer)
    #expect(memory.allFiles()["/v/log/length"] == sound)
    #expect(try memory.unsyncedBesidesIndex() == 0)
  }

  @Test func `a leaf that is not what was signed is never shown`() throws {
    try scene.append(0..<11)
    let leaves = ToldLog(0..<11).leaves.map { $0 + [0x0A] }
    // The last leaf is there, so that opening sees nothing.
    for wound in [leaves[1...], leaves[..<4] + leaves[5...], leaves + leaves[10...]] {
      #expect(memory.plant("/v/log/leaves.log", Array(wound.joined())))
      let log = try scene.log
      for (index, leaf) in leaves.enumerated() {
        do {
          #expect(try log.leaves(from: index, limit: 1) == [leaf.dropLast()])
        } catch let error as LogError {
          #expect(error.code == .damaged)
        }
      }
      if wound.count < 11 { expectLogError(.damaged) { try log.leaves(from: 0, limit: 11) } }
    }
    try memory.unlink("/v/log/hashes")
    expectLogError(.damaged) { try RemoteLogWriter(scene.vault, LogScene.signer) }
  }

  @Test func `a checkpoint that is gone, foreign or altered is refused`() throws {
    try scene.append(0..<4)
    let other = LogScene.made(name: LogScene.key.name, seed: 9)
    expectLogError(.damaged) { try RemoteLogWriter(scene.vault, other) }
    expectLogError(.damaged) { try RemoteLog(scene.vault, other.verifier) }
    try plant("checkpoint") { $0[$0.count - 5] ^= 1 }
    expectLogError(.damaged) { try RemoteLogWriter(scene.vault, LogScene.signer) }
    expectLogError(.damaged) { try scene.log }
    try memory.unlink("/v/log/checkpoint")
    expectLogError(.damaged) { try RemoteLogWriter(scene.vault, LogScene.signer) }
  }

  @Test func `what is about to be accepted is kept and read back`() throws {
    try scene.append(0..<1)
    #expect(try LogNext.load(scene.vault) == nil)
    let leaf = LogScene.leaf(1)
    let line = RefLine(
      kind: .commit, document: leaf.document, sequence: 1, signatures: [LogScene.id], packs: [],
      previous: LogScene.id)
    let next = LogNext(leaves: [leaf], lines: [line])
    try next.store(scene.vault)
    #expect(try memory.unsyncedBesidesIndex() == 0)
    let loaded = try #require(try LogNext.load(scene.vault))
    #expect(loaded == next && loaded.subject == .ref(.reviews("p")))
    let decoded = try loaded.decoded()
    #expect(decoded.leaves == [leaf] && decoded.lines == [line])
    #expect(try loaded.accepted(by: RemoteLogWriter(scene.vault, LogScene.signer)) == 0)
    try scene.append(1..<2)
    #expect(try loaded.accepted(by: RemoteLogWriter(scene.vault, LogScene.signer)) == 1)
    try plant("next") { $0[3] ^= 1 }
    expectLogError(.damaged) { try LogNext.load(scene.vault) }
    try LogNext.clear(scene.vault)
    try LogNext.clear(scene.vault)
    #expect(try LogNext.load(scene.vault) == nil)
  }
}

@Suite struct LogKeyFilesTests {
  private let memory = MemoryFiles()

  @Test func `a key is made once, with nobody else's right to read it`() throws {
    try memory.makeDirectories("/v")
    let files = LogKeyFiles(memory, root: "/v")
    let key = try files.make(name: "log.example/a", seed: [UInt8](repeating: 3, count: 32))
    #expect(try memory.status(path: "/v/log.key", followLinks: false).mode == 0o600)
    #expect(memory.allFiles()["/v/log.pub"] == Array("\(key)\n".utf8) && memory.unsyncedCount == 0)
    #expect(try files.signer().verifier == key && files.verifier() == key)
    #expect(try files.make(name: "log.example/a", seed: [UInt8](repeating: 4, count: 32)) == key)
    expectLogError(.otherLog) {
      try files.make(name: "log.example/b", seed: [UInt8](repeating: 3, count: 32))
    }
    memory.plant("/v/log.pub", Array("\(LogScene.key)\n".utf8))
    #expect(throws: SigningError.self) { try files.signer() }
    memory.plant("/v/log.pub", Array("\(key)".utf8))
    #expect(throws: SigningError.self) { try files.verifier() }
  }

  @Test func `a private key may lie elsewhere`() throws {
    try memory.makeDirectories("/v")
    try memory.makeDirectories("/keys")
    let files = LogKeyFiles(memory, root: "/v", privatePath: "/keys/log")
    _ = try files.make(name: "a", seed: [UInt8](repeating: 3, count: 32))
    #expect(memory.allFiles().keys.sorted() == ["/keys/log", "/v/log.pub"])
    #expect(try files.signer().verifier.name == "a")
  }
}
