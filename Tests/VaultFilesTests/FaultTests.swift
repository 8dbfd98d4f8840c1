import Glibc
import Testing
import VaultFiles

@Suite struct `Descriptors and faults` {
  @Test func `a descriptor is closed exactly once, however the file ends`() throws {
    let memory = MemoryFiles()
    do {
      let closed = try File(memory, path: "/a", mode: .createNew)
      closed.close()
      let dropped = try File(memory, path: "/a", mode: .read)
      _ = try dropped.size()
      let shared = SharedFile(try File(memory, path: "/a", mode: .read))
      let alias = shared
      #expect(try alias.size() == 0)
      #expect(memory.openDescriptors == 2)
    }
    #expect(failure { () throws(FileError) in _ = try File(memory, path: "/none", mode: .read) } == ENOENT)
    try memory.writeNewFile("/b", [1, 2, 3])
    do {
      let mapped = try MappedFile(memory, path: "/b")
      #expect(mapped.count == 3 && memory.openMappings == 1)
    }
    #expect(memory.openDescriptors == 0 && memory.openMappings == 0 && memory.strayCloses == 0)
    memory.close(1000)
    #expect(memory.strayCloses == 1)
  }

  @Test func `a file is poisoned by a failed fsync`() throws {
    let layer = FaultingFiles(MemoryFiles(), faults: [Fault(at: 2, .fail(errno: EIO))])
    let file = try File(layer, path: "/a", mode: .createNew)
    try file.writeAll([1])
    let refused = FileError(operation: "fsync", path: "/a", errno: EIO)
    #expect(throws: refused) { try file.fsync() }
    let calls = layer.calls.count
    let poisoned = file.isPoisoned
    #expect(poisoned)
    #expect(throws: refused) { try file.fsync() }
    #expect(throws: FileError(operation: "write", path: "/a", errno: EIO)) { try file.writeAll([2]) }
    #expect(layer.calls.count == calls, "nothing reaches the layer any more")
  }

  @Test(arguments: 0..<6)
  func `an appender is spent by any failure`(_ call: Int) throws {
    // open, fsync of the folder, write, fsync, write, fsync
    let layer = FaultingFiles(MemoryFiles(), faults: [Fault(at: call, .fail(errno: ENOSPC))])
    guard call > 0 else {
      #expect(failure { () throws(FileError) in _ = try DurableAppender(layer, path: "/l") } == ENOSPC)
      return
    }
    var log = try DurableAppender(layer, path: "/l")
    var failed = false
    for _ in 0..<3 {
      let before = layer.calls.count
      do throws(FileError) {
        try log.append([1])
        try log.sync()
        #expect(!failed)
      } catch {
        #expect(error.errno == ENOSPC)
        if failed { #expect(layer.calls.count == before) }
        failed = true
      }
    }
    #expect(failed)
  }

  @Test func `calls are counted with their paths`() throws {
    let layer = FaultingFiles(MemoryFiles())
    try layer.writeNewFile("/a", [1])
    #expect(layer.calls.map(\.operation) == ["open", "write", "fsync", "rename", "open", "fsync"])
    #expect(layer.calls.map(\.mutates) == [true, true, true, true, false, true])
    #expect(layer.calls[3].path == "/a" && layer.calls[5].path == "/")
    #expect(layer.mutationCount == 5)
  }

  @Test func `a write can fail or die half-way`() throws {
    for effect in [Fault.Effect.failWriting(bytes: 2, errno: ENOSPC), .dieWriting(bytes: 2)] {
      let memory = MemoryFiles()
      let layer = FaultingFiles(memory, faults: [Fault(at: 1, effect)])
      let file = try File(layer, path: "/a", mode: .createNew)
      let errno = failure { () throws(FileError) in try file.writeAll([1, 2, 3]) }
      #expect(memory.allFiles() == ["/a": [1, 2]])
      #expect(errno == (layer.isDead ? FileError.processDied : ENOSPC))
    }
  }

  @Test func `a dead process changes nothing and holds nothing`() throws {
    let memory = MemoryFiles()
    let layer = FaultingFiles(memory, faults: [Fault(at: 1, counting: .all, .die)])
    try memory.writeNewFile("/a", [])
    do {
      let file = try File(layer, path: "/a", mode: .append)
      #expect(failure { () throws(FileError) in try file.lock() } == FileError.processDied)
      #expect(failure { () throws(FileError) in try file.writeAll([1]) } == FileError.processDied)
    }
    let open = failure { () throws(FileError) in _ = try File(layer, path: "/b", mode: .createNew) }
    #expect(open == FileError.processDied)
    #expect(memory.allFiles() == ["/a": []])
    #expect(memory.openDescriptors == 0)
    #expect(try File(memory, path: "/a", mode: .read).lock(wait: false))
  }
}
