import Glibc
import Testing
import VaultCore
import VaultFiles
import VaultSigning

@testable import VaultRemote

/// Leaves that are appended together, as a run of commits is.
@Suite struct `A run of leaves` {
  private static let path = "/v/log/leaves.log"

  /// A log of so many leaves, on a disk of its own.
  private static func server(_ count: Int = 3) throws -> MemoryFiles {
    let memory = MemoryFiles()
    try LogScene(memory).append(0..<count)
    return memory.copy()
  }

  private static func leaves(_ numbers: Range<Int>) -> [LogLeaf] { numbers.map { LogScene.leaf($0) } }

  /// What a server keeps before it appends these leaves.
  private static func next(_ leaves: [LogLeaf]) -> LogNext {
    LogNext(
      leaves: leaves,
      lines: leaves.map { leaf in
        RefLine(
          kind: .commit, document: leaf.document, sequence: leaf.number, signatures: [LogScene.id], packs: [],
          previous: LogScene.id)
      })
  }

  /// Keeps what is to be accepted, and appends it, as a server does.
  private static func push(_ scene: LogScene, _ count: Int) throws -> (Receipt, LogNext) {
    let writer = try RemoteLogWriter(scene.vault, LogScene.signer)
    let leaves = Self.leaves(writer.size..<writer.size + count)
    let next = Self.next(leaves)
    try next.store(scene.vault)
    return (try writer.append(leaves), next)
  }

  @Test(arguments: [1, 2, 5, 40]) func `has one receipt, and each leaf has its proof`(count: Int) throws {
    let scene = try LogScene(Self.server())
    let (receipt, next) = try Self.push(scene, count)
    let log = try scene.log
    #expect(log.size == 3 + count && receipt.index == 2 + count)
    #expect(try receipt == log.receipt(of: 2 + count))
    #expect(try log.leaves(from: 3, limit: count) == next.leaves)
    // One by one, the same log comes about.
    let single = try LogScene(Self.server())
    try single.append(3..<3 + count)
    #expect(try single.log.checkpoint?.root == log.checkpoint?.root)
    #expect(try next.accepted(by: RemoteLogWriter(scene.vault, LogScene.signer)) == count)
    let client = try LogScene()
    try client.follow(log)
    _ = try client.copy.verify(by: [LogScene.key])
  }

  @Test func `of which one leaf may not follow writes nothing`() throws {
    let memory = try Self.server()
    let scene = try LogScene(memory)
    let before = memory.allFiles()
    let writer = try RemoteLogWriter(scene.vault, LogScene.signer)
    expectLogError(.receivedWentBack) {
      try writer.append([LogScene.leaf(3), LogScene.leaf(4), LogScene.leaf(5, at: 1)])
    }
    expectLogError(.malformedLeaf) { try writer.append([]) }
    #expect(memory.allFiles() == before)
    _ = try writer.append(Self.leaves(3..<6))
  }

  /// A log whose leaves file ends with these bytes behind three leaves, where a run of five was to be appended.
  private static func broken(_ tail: [UInt8], keeping next: LogNext?) throws -> (MemoryFiles, LogScene) {
    let memory = try server()
    let scene = try LogScene(memory)
    if let next { try next.store(scene.vault) }
    let whole = try memory.readWholeFile(path, limit: 1 << 20)
    try memory.writeNewFile(path, whole + tail, replace: true)
    return (memory, scene)
  }

  @Test func `that was broken off stands as far as its leaves are whole`() throws {
    let next = Self.next(Self.leaves(3..<8))
    let run: [UInt8] = next.leaves.flatMap { $0 + [0x0A] }
    var random = SplitMix64(seed: 11)
    for round in 0..<200 {
      let length = Int(random.next() % UInt64(run.count + 1))
      var tail = Array(run[..<length])
      // A power cut leaves zeros, also over line ends.
      var kept = length
      if round % 2 == 1, length > 0 {
        kept = Int(random.next() % UInt64(length))
        let end = min(length, kept + Int(random.next() % 5000))
        for index in kept..<end { tail[index] = 0 }
        if end == kept { kept = length }
      }
      let whole = run[..<kept].count(where: { $0 == 0x0A })
      let (_, scene) = try Self.broken(tail, keeping: next)
      #expect(try scene.log.size == 3, "a reader sees what was signed")
      let writer = try RemoteLogWriter(scene.vault, LogScene.signer)
      #expect(writer.size == 3 + whole, "round \(round)")
      #expect(next.accepted(by: writer) == whole, "round \(round)")
      #expect(writer.checkpoint?.size == 3 + whole)
      _ = try writer.append(LogScene.leaf(writer.size))
      #expect(try scene.log.size == 4 + whole)
    }
  }

  @Test func `with leaves that nothing announced is damage, and nothing is signed`() throws {
    let run: [UInt8] = Self.next(Self.leaves(3..<8)).leaves.flatMap { $0 + [0x0A] }
    var other = run
    other[run.count / 2] ^= 1
    let announced = Self.next(Self.leaves(3..<8))
    let cases: [([UInt8], LogNext?)] = [
      (run, nil), (other, announced), (run + [0], announced), (run + run, announced),
      (run, Self.next((3..<8).map { LogScene.leaf($0, fork: 1) })),
    ]
    for (tail, next) in cases {
      let (memory, scene) = try Self.broken(tail, keeping: next)
      let before = memory.allFiles()
      expectLogError(.damaged) { try RemoteLogWriter(scene.vault, LogScene.signer) }
      #expect(memory.allFiles() == before)
    }
  }

  @Test(arguments: [
    Fault.Effect.die, .dieWriting(bytes: 700), .fail(errno: EIO), .failWriting(bytes: 900, errno: ENOSPC),
  ])
  func `stands from its beginning whenever its writer dies`(effect: Fault.Effect) throws {
    var seed: UInt64 = 0
    var call = 0
    var sizes: Set<Int> = []
    while true {
      let memory = try Self.server()
      let files = FaultingFiles(memory, faults: [Fault(at: call, counting: .mutating, effect)])
      let receipt = try? Self.push(LogScene(files), 5).0
      if receipt != nil, files.mutationCount <= call { break }
      for disk in [memory.copy(), memory.crash(seed: seed), memory.crash(seed: seed + 1)] {
        let scene = try LogScene(disk)
        let client = try LogScene()
        try client.follow(try scene.log)
        let writer = try RemoteLogWriter(scene.vault, LogScene.signer)
        sizes.insert(writer.size)
        #expect((3...8).contains(writer.size) && (receipt == nil || writer.size == 8))
        let next = try LogNext.load(scene.vault)
        #expect(writer.size == 3 || next?.accepted(by: writer) == writer.size - 3, "call \(call)")
        _ = try writer.append(LogScene.leaf(writer.size))
        try client.follow(try scene.log)
        _ = try client.copy.verify(by: [LogScene.key])
      }
      seed += 2
      call += 1
    }
    #expect(call > 10 && sizes.isSuperset(of: [3, 8]))
  }
}
