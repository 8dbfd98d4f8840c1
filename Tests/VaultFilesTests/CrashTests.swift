import Glibc
import Testing
import VaultFiles

@Suite struct `A power cut` {
  static let seeds: Range<UInt64> = 0..<1000

  @Test func `keeps what was synced`() throws {
    let memory = MemoryFiles()
    try memory.makeDirectories("/packs/2024")
    try memory.writeNewFile("/packs/2024/1", bytes("pack"))
    var log = try DurableAppender(memory, path: "/log")
    try log.append(bytes("line 1\n"))
    try log.sync()
    let synced = memory.allFiles()
    #expect(memory.unsyncedCount == 0)

    try log.append(bytes("line 2\n"))
    try memory.unlink("/packs/2024/1")
    try memory.writeNewFile("/packs/2024/2", bytes("unfinished"), durable: false)
    var outcomes: Set<[String: [UInt8]]> = []
    for seed in Self.seeds {
      let disk = memory.crash(seed: seed)
      #expect(try disk.readWholeFile("/log", limit: 99).starts(with: synced["/log"]!))
      #expect(disk.unsyncedCount == 0)
      outcomes.insert(disk.allFiles())
    }
    #expect(outcomes.contains(synced), "everything unsynced may be lost")
    #expect(outcomes.contains(memory.allFiles()), "everything unsynced may be kept")
  }

  @Test func `may undo a cut that was not synced, under what was written behind it`() throws {
    let memory = MemoryFiles()
    try memory.writeNewFile("/a", bytes("one\ntwo\n"))
    let file = try File(memory, path: "/a", mode: .append)
    try file.truncate(to: 4)
    try file.writeAll(bytes("x\n"))
    let outcomes = Set(try Self.seeds.map { try memory.crash(seed: $0).readWholeFile("/a", limit: 99) })
    #expect(outcomes.isSuperset(of: ["one\ntwo\n", "one\n", "one\nx\n", "one\nx\no\n"].map(bytes)))
    try file.fsync()
    #expect(
      try Self.seeds.allSatisfy {
        try memory.crash(seed: $0).readWholeFile("/a", limit: 9) == bytes("one\nx\n")
      })
  }

  @Test func `may lose the name of a synced file`() throws {
    let memory = MemoryFiles()
    let file = try File(memory, path: "/a", mode: .createNew)
    try file.writeAll(bytes("content"))
    try file.fsync()
    let outcomes = Set(Self.seeds.map { memory.crash(seed: $0).allFiles() })
    #expect(outcomes == [[:], ["/a": bytes("content")]])
    try memory.syncParent(of: "/a")
    #expect(Set(Self.seeds.map { memory.crash(seed: $0).allFiles() }) == [["/a": bytes("content")]])
  }

  @Test func `loses any writes, by sectors, and shows zeros before kept ones`() throws {
    let memory = MemoryFiles()
    try memory.writeNewFile("/a", [UInt8](repeating: 9, count: 100))
    let file = try File(memory, path: "/a", mode: .append)
    for value in 1...3 { try file.writeAll([UInt8](repeating: UInt8(value), count: 1000)) }
    var (lengths, holes, intact) = (Set<Int>(), 0, 0)
    for seed in Self.seeds {
      let content = try memory.crash(seed: seed).readWholeFile("/a", limit: 1 << 20)
      #expect(content[..<100].allSatisfy { $0 == 9 })
      lengths.insert(content.count)
      for (index, byte) in content.enumerated().dropFirst(100) {
        if byte != 0 && byte != UInt8((index - 100) / 1000 + 1) { Issue.record("byte \(index) is \(byte)") }
      }
      if let hole = content.firstIndex(of: 0), content[hole...].contains(where: { $0 != 0 }) { holes += 1 }
      if content.count == 3100 && !content.contains(0) { intact += 1 }
    }
    #expect(lengths == [100, 512, 1024, 1100, 1536, 2048, 2100, 2560, 3072, 3100])
    #expect(holes > 0 && intact > 0)
  }

  @Test func `makes a rename happen or not, never half`() throws {
    let memory = MemoryFiles()
    try memory.writeNewFile("/a", bytes("a"))
    try memory.writeNewFile("/b", bytes("b"))
    try memory.rename("/a", "/b", replace: true)
    let outcomes = Set(Self.seeds.map { memory.crash(seed: $0).allFiles() })
    #expect(outcomes == [["/a": bytes("a"), "/b": bytes("b")], ["/b": bytes("a")]])
  }

  @Test func `may leave the old name of a file moved between folders until both are synced`() throws {
    let memory = MemoryFiles()
    try memory.makeDirectories("/from")
    try memory.makeDirectories("/to")
    try memory.writeNewFile("/from/a", [1])
    try memory.rename("/from/a", "/to/a", replace: false)
    func outcomes() -> Set<[String: [UInt8]]> { Set(Self.seeds.map { memory.crash(seed: $0).allFiles() }) }
    #expect(outcomes() == [["/from/a": [1]], ["/to/a": [1]]])
    try memory.syncDirectory("/from")
    #expect(outcomes() == [["/from/a": [1]], ["/to/a": [1]]], "no sync loses a file")
    try memory.syncDirectory("/to")
    #expect(outcomes() == [["/from/a": [1], "/to/a": [1]], ["/to/a": [1]]])
    try memory.syncDirectory("/from")
    #expect(outcomes() == [["/to/a": [1]]])
  }

  @Test func `never shows a moved folder twice`() throws {
    let memory = MemoryFiles()
    for folder in ["/x", "/y", "/z"] { try memory.makeDirectories(folder) }
    try memory.makeDirectories("/z/d")
    try memory.writeNewFile("/z/d/f", [1])
    try memory.rename("/z/d", "/x/d", replace: false)
    try memory.rename("/x/d", "/y/d", replace: false)
    for seed in Self.seeds { #expect(memory.crash(seed: seed).allFiles().count == 1) }
    try memory.syncDirectory("/y")
    for seed in Self.seeds { #expect(memory.crash(seed: seed).allFiles() == ["/y/d/f": [1]]) }
    try memory.syncDirectory("/x")
    try memory.syncDirectory("/z")
    #expect(memory.unsyncedCount == 0)
    #expect(memory.crash(seed: 1).allFiles() == memory.allFiles())
  }

  @Test func `is the same for the same seed`() throws {
    let memory = MemoryFiles()
    for number in 0..<20 {
      try memory.writeNewFile("/\(number)", [UInt8](repeating: 1, count: 3000), durable: false)
    }
    for seed in 0..<UInt64(50) {
      #expect(memory.crash(seed: seed).allFiles() == memory.crash(seed: seed).allFiles())
    }
  }

  @Test func `a new file is there whole or not at all, wherever the process dies`() throws {
    let content = (0..<5000).map { UInt8(truncatingIfNeeded: $0) | 1 }
    var call = 0
    while true {
      let memory = MemoryFiles()
      let layer = FaultingFiles(memory, faults: [Fault(at: call, .die)], largestTransfer: 2000)
      let died = failure { () throws(FileError) in
        try layer.makeDirectories("/p/q")
        try layer.writeNewFile("/p/q/f", content)
      }
      for seed in 0..<UInt64(100) {
        let disk = memory.crash(seed: seed)
        let found = disk.allFiles()["/p/q/f"]
        #expect(found == content || (found == nil && died != nil))
        // The next process finds its way whatever is left.
        try disk.makeDirectories("/p/q")
        try disk.writeNewFile("/p/q/f", content, replace: true)
        #expect(disk.crash(seed: seed).allFiles()["/p/q/f"] == content)
      }
      if died == nil { break }
      call += 1
    }
    #expect(call > 8)
  }

  @Test func `a folder left unsynced by a dead process is synced by the next`() throws {
    // mkdir is made, its fsync is not; no power cut yet.
    let memory = MemoryFiles()
    let first = FaultingFiles(memory, faults: [Fault(at: 1, .die)])
    #expect(failure { () throws(FileError) in try first.makeDirectories("/a") } == FileError.processDied)
    try memory.makeDirectories("/a/b")
    try memory.writeNewFile("/a/b/f", [1])
    for seed in Self.seeds { #expect(memory.crash(seed: seed).allFiles() == ["/a/b/f": [1]]) }
  }
}
