import Glibc
import Testing
import VaultCore
import VaultFiles

@testable import VaultStore

@Suite struct `A writer of a ref` {
  @Test func `commits after another, from two threads`() throws {
    let vault = try TestVault()
    try vault.openPeriod()
    try Parallel.run(workers: 4) { worker in
      for number in 0..<6 { try vault.add(worker, number) }
    }
    let reader = try vault.reader()
    #expect(reader.index.sequence == 25)
    var parent: ObjectID?
    for sequence in 1...25 {
      let (id, commit) = try reader.commit(sequence)
      #expect(commit.parent == parent && commit.count == sequence)
      parent = id
    }
    for worker in 0..<4 {
      for number in 0..<6 {
        let record = try #require(reader.index.latest(try EvidencePath("w\(worker)/n\(number)")))
        let object = try reader.entry(record).object
        #expect(try reader.objects.read(object, limit: 99) == bytes("\(worker) \(number)"))
      }
    }
  }

  @Test func `goes on from what the ref was when it was read, where nobody has added to it since`() throws {
    let vault = try TestVault()
    try vault.openPeriod()
    try vault.add([("a", [1])])
    let known = try vault.index()
    #expect(try RefWriter(vault.folder, TestVault.period, known: known).index === known)
    try vault.add([("b", [2])])
    let writer = try RefWriter(vault.folder, TestVault.period, known: known)
    #expect(writer.index !== known && writer.index.sequence == 3)
    try TestVault.commit(RefWriter.Addition(lines: [try TestVault.entry("c", [3]).encoded()]), with: writer)
    #expect(try vault.index().sequence == 4)
  }

  @Test func `reads a ref again whose last line is another now`() throws {
    let files = MemoryFiles()
    let vault = try TestVault(files)
    try vault.openPeriod()
    try vault.add([("a", [1])])
    let known = try vault.index()
    let path = vault.folder.refFile(TestVault.period)
    var lines = try #require(files.allFiles()[path])
    lines[lines.count - 10] ^= 1
    files.plant(path, lines)
    let read = try? RefWriter(vault.folder, TestVault.period, known: known).index
    #expect(read !== known)
  }

  @Test func `refuses what is no commit of its plan`() throws {
    let vault = try TestVault()
    try vault.openPeriod()
    let writer = try RefWriter(vault.folder, TestVault.period)
    let before = (vault.files as? MemoryFiles)?.allFiles()
    let refused = code {
      _ = try writer.commit(RefWriter.Addition(lines: [try TestVault.entry("a", [1]).encoded()])) { plan in
        Commit(
          vault: plan.vault, ref: plan.ref, sequence: plan.sequence, parent: plan.parent, lines: plan.lines,
          added: plan.added, count: plan.count, root: MerkleHash(.zero), trust: plan.vault, signer: "x",
          time: TestVault.start, message: "")
      } sign: { _ in
        []
      }
    }
    #expect(refused == .badInput)
    #expect((vault.files as? MemoryFiles)?.allFiles() == before)
    #expect(code { try TestVault.commit(RefWriter.Addition(lines: []), with: writer) } == .badInput)
    #expect(code { _ = try RefWriter(vault.folder, .period("none")) } == .notFound)
  }

  @Test func `opens a ref once`() throws {
    let vault = try TestVault()
    try vault.openPeriod()
    #expect(code { try vault.openPeriod() } == .exists)
  }

  @Test func `ends a torn line and explains it`() throws {
    let files = MemoryFiles()
    let vault = try TestVault(files)
    try vault.openPeriod()
    let log = vault.folder.refFile(TestVault.period)
    let whole = try #require(files.allFiles()[log])
    let torn = Array(whole.dropLast(10))
    for (number, tail) in [torn, bytes("x"), bytes("~"), [0, 0, 0], Array(whole.dropLast())].enumerated() {
      let before = try #require(files.allFiles()[log])
      files.plant(log, before + tail)
      #expect(try vault.index().sequence == 1 + number, "readers pass over it")
      try vault.add([("f\(number)", [UInt8(number)])])
      let line = try vault.reader().refLine(2 + number)
      #expect(line.torn == [RefLine.TornLine(bytes: ObjectID(of: tail), length: tail.count)])
      let after = try #require(files.allFiles()[log])
      #expect(after.starts(with: before + tail + bytes("~\n{")))
    }
    for path in files.allFiles().keys where path.hasSuffix(".idx") { try files.unlink(path) }
    #expect(try vault.index().sequence == 6)
    // A line in the middle that nobody explains is damage, not a torn line.
    files.plant(log, whole + bytes("what is this\n"))
    #expect(code { _ = try vault.index() } == .damaged)
  }

  @Test func `explains several torn lines at once`() throws {
    let files = MemoryFiles()
    let vault = try TestVault(files)
    try vault.openPeriod()
    let log = vault.folder.refFile(TestVault.period)
    files.plant(log, try #require(files.allFiles()[log]) + bytes("{\"a~\n{\"b"))
    try vault.add([("f", [1])])
    #expect(try vault.reader().refLine(2).torn.map(\.length) == [3, 3])
    #expect(try vault.index().sequence == 2)
  }

  @Test func `names packs that no line names`() throws {
    let files = MemoryFiles()
    let vault = try TestVault(files)
    try vault.openPeriod()
    let packs = vault.folder.packs("2026")
    let left = Content.noise(700, seed: 1)
    files.plant(packs + "/000001.pack", try #require(files.allFiles()[packs + "/000001.pack"]) + left)
    try files.writeNewFile(packs + "/000002.pack", [1, 2, 3])
    try vault.add([("f", [1])])
    let line = try vault.reader().refLine(2)
    #expect(line.residue.map(\.pack) == [ObjectID(of: left), ObjectID(of: [1, 2, 3])])
    #expect(line.residue.map(\.file) == [1, 2] && line.residue.map(\.length) == [700, 3])
    #expect(line.packs.map(\.file) == [2, 2] && line.packs[0].offset == 3)
    try vault.add([("g", [2])])
    #expect(try vault.reader().refLine(3).residue.isEmpty)
  }

  @Test func `refuses to go on where a packfile lost bytes that a line names`() throws {
    let files = MemoryFiles()
    let vault = try TestVault(files)
    try vault.openPeriod()
    let path = vault.folder.packs("2026") + "/000001.pack"
    files.plant(path, Array(try #require(files.allFiles()[path]).dropLast()))
    #expect(code { try vault.add([("f", [1])]) } == .damaged)
  }

  @Test func `does not fail where the index cannot be written`() throws {
    let files = MemoryFiles()
    try TestVault(files).openPeriod()
    let broken = CountingFiles(files, readOnly: "/index")
    let vault = try TestVault(reopening: broken)
    for number in 0..<20 { try vault.add([("f\(number)", [UInt8(number)])]) }
    #expect(try vault.index().sequence == 21)
    let sound = try TestVault(reopening: files)
    try sound.add([("g", [1])])
    #expect(try sound.index().stored == 2 && sound.index().segments.count == 2)
  }

  @Test func `makes a large pack a packfile by renaming it`() throws {
    let files = MemoryFiles()
    let vault = try TestVault(files)
    try vault.openPeriod()
    let large = Content.noise(PackSpool.memoryLimit + 100_000, seed: 1)
    try vault.add([("large", large)])
    let line = try vault.reader().refLine(2)
    #expect(line.packs.map(\.file) == [2, 2] && line.packs[0].offset == 0)
    #expect(try files.list(vault.folder.staging).isEmpty)
    let reader = try vault.reader()
    #expect(try reader.objects.streamed(ObjectID(of: large)) == large)
  }

  @Test func `clears away what dead writers staged, and nothing of live ones`() throws {
    let files = MemoryFiles()
    let vault = try TestVault(files)
    try vault.openPeriod()
    let staging = StagingFolder(files, vault.folder.staging)
    let live = try staging.makeFile()
    try files.writeNewFile(vault.folder.staging + "/pack-dead", [1])
    try files.writeNewFile(vault.folder.staging + "/other", [1])
    try vault.add([("f", [1])])
    #expect(
      try files.list(vault.folder.staging)
        == [String(live.path.split(separator: "/").last!), "other"].sorted())
    withExtendedLifetime(live) {}
  }

  @Test func `does as much work at commit 3000 as at commit 10`() throws {
    let files = MemoryFiles()
    try TestVault(files).openPeriod()
    // Between two merges of the index, so that only what every commit does is counted.
    var costs: [Int: (calls: Int, bytes: Int)] = [:]
    for number in 2...3002 {
      let path = "d\(number % 40)/f\(number)"
      if number == 10 || number == 3002 {
        let counting = CountingFiles(files)
        try TestVault(reopening: counting).add([(path, bytes("\(number)"))])
        costs[number] = (counting.calls, counting.bytesRead)
      } else {
        let line = try TestVault.entry(path, bytes("\(number)")).encoded()
        try TestVault(reopening: files).commit(RefWriter.Addition(lines: [line]))
      }
    }
    let (early, late) = (try #require(costs[10]), try #require(costs[3002]))
    // Each of the at most seven segments of a tier is opened by the reader and by the writer.
    #expect(late.calls < early.calls + 6 * 28, "\(early.calls) calls, then \(late.calls)")
    #expect(late.bytes < early.bytes * 3, "\(early.bytes) bytes, then \(late.bytes)")
    let reader = try TestVault(reopening: files).reader()
    #expect(reader.index.sequence == 3002 && reader.index.segments.count <= 4 * 7)
    for leaf in stride(from: UInt64(0), to: 3002, by: 301) { _ = try reader.inclusionProof(leaf: leaf) }
  }
}

extension TestVault {
  /// Commits one small file under the writer's lock, as a worker of several.
  fileprivate func add(_ worker: Int, _ number: Int) throws {
    let content = bytes("\(worker) \(number)")
    let pack = try PackAssembler(.evidence, files, staging: folder.staging)
    try pack.append(objects: [content], BlockCoder())
    try commit(
      RefWriter.Addition(
        lines: [try Self.entry("w\(worker)/n\(number)", content).encoded()], evidence: [try pack.finish()]))
  }
}
