import Glibc
import Testing
import VaultCore
import VaultFiles
import VaultSigning

@testable import VaultRemote

/// The newest leaf of each chain: of a remote's own log in "/v/log", and of a client's copy in "/v/receipts".
@Suite struct `The newest leaves of a log` {
  private static let tips = "/v/index/log-tips"
  private static let copyTips = "/v/index/log-tips-origin"
  private static let chains: Set<ChainName> = [.trust, .ref(.period("p")), .ref(.reviews("p"))]
  private static let others: Set<ChainName> = [.ref(.period("q"))]

  /// What leaf after leaf says.
  private static func plainly(_ leaves: [LogLeaf]) -> [ChainName: PlacedLeaf] {
    var newest: [ChainName: PlacedLeaf] = [:]
    for (index, leaf) in leaves.enumerated() {
      newest[leaf.subject] = PlacedLeaf(index: index, leaf: leaf)
    }
    return newest
  }

  private static func plainly(_ count: Int) -> [ChainName: PlacedLeaf] {
    plainly((0..<count).map { LogScene.leaf($0) })
  }

  /// A remote's vault and a client's with a log of so many leaves.
  private static func made(_ count: Int) throws -> MemoryFiles {
    let memory = MemoryFiles()
    let scene = try LogScene(memory)
    for number in 0..<count { try scene.append(number..<number + 1) }
    try scene.follow(ToldLog(0..<count))
    return memory
  }

  private static func expectRight(_ memory: MemoryFiles, _ leaves: [LogLeaf]) throws {
    let scene = try LogScene(memory)
    let right = plainly(leaves)
    let copy = try scene.copy
    #expect(try scene.log.newest(of: chains.union(others)) == right)
    #expect(try copy.newest(of: chains.union(others)) == right)
    #expect(try copy.newest() == right.mapValues(\.leaf))
    for chain in chains {
      #expect(try scene.log.newest(of: [chain])[chain] == right[chain])
      #expect(try copy.newest(of: [chain])[chain] == right[chain])
    }
    #expect(try scene.log.newest(of: others).isEmpty && copy.newest(of: others).isEmpty)
  }

  @Test func `are right at each size`() throws {
    let memory = MemoryFiles()
    let scene = try LogScene(memory)
    for count in 1...30 {
      try scene.append(count - 1..<count)
      try scene.follow(ToldLog(0..<count))
      try Self.expectRight(memory, (0..<count).map { LogScene.leaf($0) })
    }
  }

  /// A log whose trust is quiet for `count` leaves.
  private static func quiet(_ count: Int) -> [LogLeaf] {
    [LogScene.leaf(0)] + (1...count).map { LogScene.leaf($0 * 14 + 2, at: $0) }
  }

  @Test func `are found without reading the leaves between`() throws {
    let memory = MemoryFiles()
    let scene = try LogScene(memory)
    let leaves = Self.quiet(2000)
    try scene.follow(ToldLog(leaves))
    _ = try RemoteLogWriter(scene.vault, LogScene.signer).append(leaves)
    for path in ["/v/receipts/origin.log", "/v/log/leaves.log"] {
      var bytes = try #require(memory.allFiles()[path])
      let first = try #require(bytes.firstIndex(of: 0x0A))
      for place in first + 1..<bytes.count - 100_000 where bytes[place] != 0x0A { bytes[place] = 0x78 }
      memory.plant(path, bytes)
    }
    let right = Self.plainly(leaves)
    #expect(try scene.copy.newest(of: [.trust]) == right.filter { $0.key == .trust })
    #expect(try scene.log.newest(of: [.trust]) == right.filter { $0.key == .trust })
    #expect(try scene.copy.newest() == right.mapValues(\.leaf))
    #expect(try scene.copy.newest(of: Self.others).isEmpty)
    try memory.unlink(Self.copyTips)
    expectLogError(.malformedLeaf) { try scene.copy.newest() }
  }

  @Test func `are right whatever is kept of them`() throws {
    let memory = try Self.made(40)
    let leaves = (0..<40).map { LogScene.leaf($0) }
    for path in [Self.tips, Self.copyTips] {
      let sound = try #require(memory.allFiles()[path])
      let younger = try #require(try Self.made(25).allFiles()[path])
      let older = try #require(try Self.made(60).allFiles()[path])
      let forked = MemoryFiles()
      try LogScene(forked).follow(ToldLog((0..<30).map { LogScene.leaf($0, fork: 3) }))
      let foreign = try #require(forked.allFiles()[Self.copyTips])
      var kept = [
        younger, older, foreign, [], Array(sound.dropLast()), sound + [0x0A],
        [UInt8](repeating: 0, count: 900),
      ]
      for place in sound.indices {
        var flipped = sound
        flipped[place] ^= 1 << UInt8(place % 8)
        kept.append(flipped)
      }
      for bytes in kept {
        memory.plant(path, bytes)
        try Self.expectRight(memory, leaves)
      }
      try memory.unlink(path)
      try Self.expectRight(memory, leaves)
      try memory.writeNewFile(path, sound)
    }
  }

  @Test func `are kept anew by who writes next, whatever was kept`() throws {
    let sound = try Self.made(41).allFiles()
    for wound in [nil, [], Array("{}".utf8)] as [[UInt8]?] {
      let memory = try Self.made(40)
      for path in [Self.tips, Self.copyTips] {
        if let wound { memory.plant(path, wound) } else { try memory.unlink(path) }
      }
      try LogScene(memory).append(40..<41)
      try LogScene(memory).follow(ToldLog(0..<41))
      for path in [Self.tips, Self.copyTips] { #expect(memory.allFiles()[path] == sound[path]) }
    }
  }

  @Test func `that cannot be kept cost no push and no fetch`() throws {
    let memory = try Self.made(10)
    try memory.unlink(Self.tips)
    try memory.unlink(Self.copyTips)
    // A file in the place of the folder.
    try memory.removeDirectory("/v/index")
    try memory.writeNewFile("/v/index", [0x78])
    try LogScene(memory).append(10..<12)
    try LogScene(memory).follow(ToldLog(0..<12))
    try Self.expectRight(memory, (0..<12).map { LogScene.leaf($0) })
  }

  @Test func `of another log of the same length are not believed`() throws {
    // An older copy of the remote's folders that kept the index of the newer one.
    let memory = try Self.made(20)
    let index = try #require(memory.allFiles()[Self.copyTips])
    let other = MemoryFiles()
    let scene = try LogScene(other)
    let leaves = (0..<20).map { LogScene.leaf($0, fork: $0 == 19 ? 1 : 0) }
    try scene.follow(ToldLog(leaves))
    other.plant(Self.copyTips, index)
    #expect(try scene.copy.newest() == Self.plainly(leaves).mapValues(\.leaf))
  }
}
