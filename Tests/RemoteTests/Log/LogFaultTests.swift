import Glibc
import Testing
import VaultCore
import VaultFiles

@testable import VaultRemote

@Suite struct `A log when something dies or fails` {
  private static let effects: [Fault.Effect] = [
    .die, .dieWriting(bytes: 100), .fail(errno: EIO), .failWriting(bytes: 300, errno: ENOSPC),
  ]

  /// Runs with a fault at call 0, 1, … until there is none to hit.
  private static func forEachCall(
    _ start: MemoryFiles, _ effect: Fault.Effect, _ counting: Fault.Counting = .mutating, atLeast: Int,
    run: (LogScene) throws -> Void, _ check: (MemoryFiles, Int) throws -> Void
  ) throws {
    var call = 0
    while true {
      let memory = start.copy()
      let files = FaultingFiles(memory, faults: [Fault(at: call, counting: counting, effect)])
      let finished = (try? run(try LogScene(files))) != nil
      if finished, files.mutationCount <= call || counting == .all && files.calls.count <= call { break }
      try check(memory, call)
      #expect(memory.strayCloses == 0)
      call += 1
    }
    #expect(call >= atLeast)
  }

  /// What clients were shown of a log: the newest checkpoint, and leaves that have receipts.
  private final class Shown {
    var receipts: [Receipt] = []
    var client = MemoryFiles()

    func follow(_ log: RemoteLog) throws { try LogScene(client).follow(log) }
  }

  /// Appends leaves one by one, as pushes do, and shows the log to a client after each.
  private static func push(_ scene: LogScene, _ shown: Shown) throws {
    for _ in 0..<2 {
      let writer = try RemoteLogWriter(scene.vault, LogScene.signer)
      shown.receipts.append(try writer.append(LogScene.leaf(writer.size)))
      try shown.follow(try scene.log)
    }
  }

  /// The next process finds all that was shown, goes on, and the client goes along.
  private static func checkServer(_ disk: MemoryFiles, _ shown: Shown, _ place: String) throws {
    let scene = try LogScene(disk)
    let before = disk.allFiles()
    if try disk.exists("/v/log/leaves.log") { _ = try scene.log }
    #expect(disk.allFiles() == before, "a reader changes nothing")
    // A client may ask before anybody writes again.
    let client = shown.client.copy()
    if try scene.log.size > 0 { try LogScene(client).follow(try scene.log) }
    let writer = try RemoteLogWriter(scene.vault, LogScene.signer)
    let receipt = try writer.append(LogScene.leaf(writer.size))
    let log = try scene.log
    #expect(log.size == receipt.index + 1, "\(place)")
    for receipt in shown.receipts {
      #expect(try log.leaves(from: receipt.index, limit: 1) == [receipt.leaf], "\(place)")
    }
    try LogScene(client).follow(log)
    let copy = try LogScene(client).copy
    let accepted = try copy.verify(by: [LogScene.key])
    #expect(try accepted[.trust].count == (copy.size + 6) / 7 && copy.receipt(of: 0) == log.receipt(of: 0))
    #expect(
      disk.allFiles()["/v/log/hashes"]?.count == 32 * Int(StoredHashOrder.count(size: UInt64(log.size))))
  }

  private static func server(_ count: Int) throws -> MemoryFiles {
    let memory = MemoryFiles()
    try LogScene(memory).append(0..<count)
    return memory.copy()
  }

  @Test(arguments: [0, 3], effects)
  func `nothing that a client was shown goes back`(count: Int, effect: Fault.Effect) throws {
    var seed: UInt64 = 0
    var shown = Shown()
    try Self.forEachCall(
      try Self.server(count), effect, atLeast: 20,
      run: { scene in
        shown = Shown()
        try Self.push(scene, shown)
      },
      { memory, call in
        try Self.checkServer(memory.copy(), shown, "call \(call)")
        for _ in 0..<2 {
          try Self.checkServer(memory.crash(seed: seed), shown, "call \(call), seed \(seed)")
          seed += 1
        }
      })
  }

  @Test func `the writer after one that died may die too`() throws {
    var seed: UInt64 = 50_000
    var shown = Shown()
    try Self.forEachCall(
      try Self.server(3), .dieWriting(bytes: 60), atLeast: 20,
      run: { scene in
        shown = Shown()
        try Self.push(scene, shown)
      },
      { memory, call in
        for later in stride(from: call % 3, to: 9, by: 3) {
          let again = memory.copy()
          let files = FaultingFiles(again, faults: [Fault(at: later, .dieWriting(bytes: 60))])
          let both = Shown()
          both.receipts = shown.receipts
          both.client = shown.client.copy()
          _ = try? Self.push(try LogScene(files), both)
          try Self.checkServer(again.crash(seed: seed), both, "call \(call), then \(later), seed \(seed)")
          seed += 1
        }
      })
  }

  @Test func `a failing read is told and does no harm`() throws {
    var shown = Shown()
    try Self.forEachCall(
      try Self.server(3), .fail(errno: EIO), .all, atLeast: 40,
      run: { scene in
        shown = Shown()
        try Self.push(scene, shown)
      }, { memory, call in try Self.checkServer(memory.copy(), shown, "call \(call)") })
  }

  @Test func `a writer that failed once writes no more`() throws {
    for call in 0..<6 {
      let files = FaultingFiles(try Self.server(3))
      let scene = try LogScene(files)
      let writer = try RemoteLogWriter(scene.vault, LogScene.signer)
      files.add(Fault(at: files.mutationCount + call, .fail(errno: EIO)))
      #expect(throws: FileError.self) { try writer.append(LogScene.leaf(3)) }
      let calls = files.calls.count
      expectLogError(.damaged) { try writer.append(LogScene.leaf(3)) }
      expectLogError(.damaged) { try writer.renew(at: LogScene.time(9)) }
      #expect(files.calls.count == calls)
    }
  }

  /// The copy is what it was, or what it was to become; then it goes on.
  private static func checkClient(_ disk: MemoryFiles, before: Int, _ place: String) throws {
    let scene = try LogScene(disk)
    let size = try scene.copy.size
    #expect([before, 9, 12].contains(size), "\(place)")
    if size > 0 { _ = try scene.copy.verify(by: [LogScene.key]) }
    try scene.follow(ToldLog(0..<15))
    #expect(try scene.copy.size == 15, "\(place)")
    _ = try scene.copy.verify(by: [LogScene.key])
    #expect(
      disk.allFiles()["/v/receipts/origin.log"] == ToldLog(0..<15).file, "\(place)")
  }

  @Test(arguments: [0, 5], effects)
  func `a client's copy stays or grows, whatever happens`(count: Int, effect: Fault.Effect) throws {
    let start = MemoryFiles()
    if count > 0 { try LogScene(start).follow(ToldLog(0..<count)) }
    var seed: UInt64 = 0
    var reached = count
    try Self.forEachCall(
      start.copy(), effect, atLeast: 8,
      run: { scene in
        reached = count
        for size in [9, 12] {
          try scene.follow(ToldLog(0..<size))
          reached = size
        }
      },
      { memory, call in
        try Self.checkClient(memory.copy(), before: count, "call \(call)")
        for _ in 0..<2 {
          let disk = memory.crash(seed: seed)
          #expect(try LogScene(disk).copy.size >= reached)
          try Self.checkClient(disk, before: count, "call \(call), seed \(seed)")
          seed += 1
        }
      })
  }

  @Test func `what an attempt that was broken off left is cut off durably`() throws {
    let start = MemoryFiles()
    try LogScene(start).follow(ToldLog(0..<5))
    let told = ToldLog(0..<9)
    // Leaves that the remote showed, and never signed.
    let follower = try LogFollower(
      try LogScene(start).vault, remote: "origin", toward: told.note, by: LogScene.key)
    try follower.add((5..<9).map { LogScene.leaf($0, fork: 1).encoded() })
    expectLogError(.rewritten) { try follower.finish() }
    var seed: UInt64 = 0
    try Self.forEachCall(
      start, .die, atLeast: 4, run: { try $0.follow(told) },
      { memory, call in
        for _ in 0..<8 {
          try Self.checkClient(memory.crash(seed: seed), before: 5, "call \(call), seed \(seed)")
          seed += 1
        }
      })
  }
}
