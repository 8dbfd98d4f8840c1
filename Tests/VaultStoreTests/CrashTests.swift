import Glibc
import Testing
import VaultCore
import VaultFiles

@testable import VaultStore

/// What a process was told that it committed.
private struct Report {
  let sequence: Int
  let id: ObjectID
  let object: [UInt8]
}

@Suite struct `Whatever dies or fails` {
  /// A vault with three commits, all of it on the disk.
  private static func vault() throws -> MemoryFiles {
    let files = MemoryFiles()
    let vault = try TestVault(files)
    try vault.openPeriod()
    for number in 0..<2 { _ = try commit(vault, number) }
    return files.copy()
  }

  /// One commit of a process that opens the vault; every third has a pack that is spooled and renamed.
  private static func commit(_ vault: TestVault, _ number: Int) throws -> Report {
    let content = Content.noise(1500, seed: UInt64(number)) + [UInt8(number)]
    let pack = try PackAssembler(
      .evidence, vault.files, staging: vault.folder.staging, memoryLimit: number % 3 == 0 ? 100 : 1 << 20)
    try pack.append(objects: [content], BlockCoder())
    let line = try TestVault.entry("f\(number)", content).encoded()
    let writer = try RefWriter(vault.folder, TestVault.period)
    let id = try TestVault.commit(
      RefWriter.Addition(lines: [line], evidence: [try pack.finish()]), with: writer)
    return Report(sequence: writer.index.sequence + 1, id: id, object: content)
  }

  /// Commits until a call fails; what succeeded is reported.
  private static func run(_ files: any FileLayer, _ numbers: Range<Int>, _ reports: inout [Report]) throws {
    let vault = try TestVault(reopening: files)
    for number in numbers { reports.append(try commit(vault, number)) }
  }

  /// The next process finds everything that was reported, and commits.
  private static func check(_ files: MemoryFiles, _ reports: [Report], _ place: String) throws {
    let vault = try TestVault(reopening: files)
    let reader = try vault.reader()
    for commit in reports {
      #expect(reader.index.commit(commit.sequence)?.id == commit.id, "\(place)")
      let bytes = try reader.objects.read(ObjectID(of: commit.object), limit: 9999)
      #expect(bytes == commit.object, "\(place)")
    }
    let next = try commit(vault, 99)
    let after = try vault.reader()
    #expect(after.index.sequence == reader.index.sequence + 1 && after.index.tip == next.id, "\(place)")
    #expect(try after.objects.read(ObjectID(of: next.object), limit: 9999) == next.object, "\(place)")
    let made = try RefIndex.rebuilt(vault.folder, TestVault.period, after.index.folder)
    #expect(
      made.tip == next.id && made.count == after.index.count
        && made.head?.packEnds == after.index.head?.packEnds)
    #expect(files.strayCloses == 0, "\(place)")
  }

  /// Runs with a fault at call 0, 1, … until there is none to hit.
  private static func forEachCall(
    _ effect: Fault.Effect, _ counting: Fault.Counting = .mutating,
    _ body: (MemoryFiles, [Report], Int) throws -> Void
  ) throws {
    let start = try vault()
    var call = 0
    while true {
      let memory = start.copy()
      let files = FaultingFiles(memory, faults: [Fault(at: call, counting: counting, effect)])
      var reports: [Report] = []
      let finished = (try? run(files, 3..<7, &reports)) != nil
      if finished, files.mutationCount <= call || counting == .all && files.calls.count <= call { break }
      try body(memory, reports, call)
      call += 1
    }
    #expect(call > 40)
  }

  @Test func `a power cut takes nothing that was reported`() throws {
    var seed: UInt64 = 0
    try Self.forEachCall(.die) { memory, reports, call in
      for _ in 0..<12 {
        try Self.check(memory.crash(seed: seed), reports, "died at call \(call), seed \(seed)")
        seed += 1
      }
    }
    #expect(seed > 500)
  }

  @Test func `a power cut in the middle of a write takes nothing that was reported`() throws {
    var seed: UInt64 = 10_000
    try Self.forEachCall(.dieWriting(bytes: 300)) { memory, reports, call in
      for _ in 0..<4 {
        try Self.check(memory.crash(seed: seed), reports, "died at call \(call), seed \(seed)")
        seed += 1
      }
    }
  }

  @Test func `a power cut after the next process began takes nothing that was reported`() throws {
    var seed: UInt64 = 20_000
    try Self.forEachCall(.dieWriting(bytes: 200)) { memory, reports, call in
      // The second process meets what the first left, which no power cut has taken yet, and dies too.
      let later = 1 + call % 23
      let files = FaultingFiles(memory, faults: [Fault(at: later, .dieWriting(bytes: 100))])
      var all = reports
      _ = try? Self.run(files, 10..<13, &all)
      for _ in 0..<6 {
        try Self.check(memory.crash(seed: seed), all, "died at call \(call), then \(later), seed \(seed)")
        seed += 1
      }
    }
  }

  @Test(arguments: [EIO, ENOSPC])
  func `a failed call loses nothing that was reported`(errno: Int32) throws {
    var seed: UInt64 = 30_000
    for effect in [Fault.Effect.fail(errno: errno), .failWriting(bytes: 100, errno: errno)] {
      try Self.forEachCall(effect) { memory, reports, call in
        try Self.check(memory.copy(), reports, "call \(call) failed")
        try Self.check(memory.crash(seed: seed), reports, "call \(call) failed, then seed \(seed)")
        seed += 1
      }
    }
  }

  @Test func `a failed call that reads is told and does no harm`() throws {
    try Self.forEachCall(.fail(errno: EIO), .all) { memory, reports, call in
      try Self.check(memory.copy(), reports, "call \(call) failed")
    }
  }

  @Test func `a vault is made whole or not at all`() throws {
    var call = 0
    while true {
      let memory = MemoryFiles()
      let files = FaultingFiles(memory, faults: [Fault(at: call, .die)])
      let made = (try? TestVault(files)) != nil
      for seed in 0..<UInt64(10) {
        let disk = memory.crash(seed: seed)
        let opened = try? TestVault(reopening: disk)
        if made { #expect(opened != nil) }
        if let opened { #expect(try TrustStore(opened.folder).all().count == 1) }
      }
      if made { break }
      call += 1
    }
    #expect(call > 10)
  }
}
