import Glibc
import Synchronization
import Testing
import VaultFiles

private let interrupts = Atomic<Int>(0)

/// Whether this process may mark files below /tmp.
private let canMark: Bool = {
  var result = false
  try? inTemporaryFolder { folder in
    try SystemFiles.shared.writeNewFile("\(folder)/a", [1])
    let file = try File(path: "\(folder)/a", mode: .read)
    let before = try file.inodeFlags()
    result = (try? file.setInodeFlags(before.union(.appendOnly))) != nil
    try? file.setInodeFlags(before)
  }
  return result
}()

@Suite struct `The real file system` {
  @Test(.enabled(if: canMark, "marks take root and a file system that keeps them"))
  func `keeps marks that let a file only grow, or not change at all`() throws {
    try inTemporaryFolder { folder in
      let files = SystemFiles.shared
      let path = "\(folder)/a"
      try files.writeNewFile(path, bytes("one"))
      let file = try File(path: path, mode: .read)
      let before = try file.inodeFlags()
      defer { try? file.setInodeFlags(before) }
      try file.setInodeFlags(before.union(.appendOnly))
      #expect(try file.inodeFlags() == before.union(.appendOnly))
      #expect(failure { () throws(FileError) in _ = try File(path: path, mode: .readWrite) } == EPERM)
      #expect(failure { () throws(FileError) in try files.unlink(path) } == EPERM)
      var appender = try DurableAppender(path: path)
      try appender.append(bytes(" two"))
      try appender.sync()
      try file.setInodeFlags(before.union([.appendOnly, .immutable]))
      #expect(failure { () throws(FileError) in _ = try File(path: path, mode: .append) } == EPERM)
      #expect(try files.readWholeFile(path, limit: 99) == bytes("one two"))
    }
  }

  @Test func `names a file that had none, never over another, and forgets it without a name`() throws {
    try inTemporaryFolder { folder in
      let files = SystemFiles.shared
      #expect(files.namesUnnamed)
      do {
        let file = try File(path: folder, mode: .unnamed, permissions: 0o444)
        try file.writeAll(Array("one".utf8))
        #expect(try files.list(folder).isEmpty)
        try files.name(file.descriptor, "\(folder)/a")
        #expect(failure { () throws(FileError) in try files.name(file.descriptor, "\(folder)/a") } == EEXIST)
      }
      #expect(try files.readWholeFile("\(folder)/a", limit: 9) == bytes("one"))
      #expect(try files.status(path: "\(folder)/a", followLinks: false).mode & 0o777 == 0o444)
      do {
        let other = try File(path: folder, mode: .unnamed, permissions: 0o444)
        try other.writeAll(Array("two".utf8))
        #expect(failure { () throws(FileError) in try files.name(other.descriptor, "\(folder)/a") } == EEXIST)
      }
      #expect(try files.list(folder) == ["a"])
      #expect(try files.readWholeFile("\(folder)/a", limit: 9) == bytes("one"))
    }
  }

  @Test func `says that a file has no marks where its file system keeps none`() throws {
    let file = try File(path: "/proc/self/status", mode: .read)
    #expect(throws: FileError(operation: "get flags", path: "/proc/self/status", errno: ENOTTY)) {
      _ = try file.inodeFlags()
    }
  }

  @Test func `reports a full device`() throws {
    let full = try File(path: "/dev/full", mode: .append)
    #expect(throws: FileError(operation: "write", path: "/dev/full", errno: ENOSPC)) {
      try full.writeAll(bytes("x"))
    }
  }

  @Test func `describes errors in lower case and without control characters`() {
    let missing = FileError(operation: "open", path: "/x", errno: ENOENT)
    #expect("\(missing)" == "open /x: no such file or directory")
    let hostile = FileError(operation: "open", path: "a\u{1b}[2J\n", errno: EIO)
    #expect("\(hostile)" == "open a\\u{1b}[2J\\u{a}: input/output error")
    #expect("\(FileError(operation: "read", path: "", errno: 9999))" == "read: error 9999")
  }

  @Test func `makes an interrupted call again and no other`() throws {
    var calls = 0
    let result = try retrying("read") {
      calls += 1
      errno = EINTR
      return calls < 3 ? -1 : 7
    }
    #expect(result == 7 && calls == 3)
    calls = 0
    let failed = failure { () throws(FileError) in
      _ = try retrying("read") {
        calls += 1
        errno = EAGAIN
        return -1
      }
    }
    #expect(failed == EAGAIN && calls == 1)
  }

  @Test func `goes on reading when signals interrupt it`() throws {
    // A handler without SA_RESTART: every signal ends a blocked read with EINTR.
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in interrupts.add(1, ordering: .relaxed) }
    var before = sigaction()
    sigaction(SIGUSR2, &action, &before)
    defer { sigaction(SIGUSR2, &before, nil) }

    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    let (reading, writing) = (ends[0], ends[1])
    defer { SystemFiles.shared.close(reading) }
    let threads = WorkQueue<pthread_t>(capacity: 1)
    try Parallel.run(workers: 2) { worker in
      if worker == 0 {
        let reader = threads.pop()!
        while interrupts.load(ordering: .relaxed) < 200 {
          pthread_kill(reader, SIGUSR2)
          sched_yield()
        }
        try [1, 2].withUnsafeBytes { _ = try SystemFiles.shared.write(writing, $0) }
        SystemFiles.shared.close(writing)
      } else {
        // The test's own thread may block signals, and this one has inherited that.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGUSR2)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        threads.push(pthread_self())
        var buffer = [UInt8](repeating: 0, count: 16)
        let count = try buffer.withUnsafeMutableBytes { try SystemFiles.shared.read(reading, into: $0) }
        #expect(count == 16)
      }
    }
  }

  @Test func `reads what has no size beforehand`() throws {
    let status = try SystemFiles.shared.readWholeFile("/proc/self/status", limit: 1 << 20)
    #expect(status.starts(with: bytes("Name:")))
  }

  @Test func `does not follow a link when told so`() throws {
    try inTemporaryFolder { folder in
      let files = SystemFiles.shared
      try #require(symlink("nowhere", "\(folder)/link") == 0)
      #expect(try files.status(path: "\(folder)/link", followLinks: false).kind == .symlink)
      #expect(try files.exists("\(folder)/link"))
      let open = failure { () throws(FileError) in
        _ = try File(path: "\(folder)/link", mode: [.read, .noFollow])
      }
      #expect(open == ELOOP)
      let create = failure { () throws(FileError) in _ = try File(path: "\(folder)/link", mode: .createNew) }
      #expect(create == EEXIST)
    }
  }

  @Test func `does not hang at a planted pipe when told not to wait`() throws {
    try inTemporaryFolder { folder in
      try #require(mkfifo("\(folder)/pipe", 0o600) == 0)
      let pipe = try File(path: "\(folder)/pipe", mode: [.read, .noWait, .noFollow])
      #expect(try pipe.status().kind == .other)
    }
  }

  @Test func `refuses a folder with a name that is not UTF-8`() throws {
    try inTemporaryFolder { folder in
      let name: [CChar] = Array("\(folder)/".utf8CString.dropLast()) + [CChar(bitPattern: 0xe9), 0]
      let fd = Glibc.open(name, O_CREAT | O_WRONLY, 0o600)
      try #require(fd >= 0)
      SystemFiles.shared.close(fd)
      #expect(failure { () throws(FileError) in _ = try SystemFiles.shared.list(folder) } == EILSEQ)
      Glibc.unlink(name)
    }
  }

  @Test func `passes no descriptor on to other programs`() throws {
    let file = try File(path: "/dev/null", mode: .read)
    #expect(fcntl(file.descriptor, F_GETFD) & FD_CLOEXEC != 0)
  }

  @Test func `reads one file from many threads`() throws {
    try inTemporaryFolder { folder in
      let content = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      try SystemFiles.shared.writeNewFile("\(folder)/a", content)
      let file = try SharedFile(path: "\(folder)/a")
      try Parallel.forEach(1000, workers: 4) { part in
        let start = part * 100
        let read = try file.readFully(at: Int64(start), count: 100)
        #expect(read == Array(content[start..<(start + 100)]))
      }
    }
  }

  @Test(arguments: [
    ("a/b", "a"), ("a", "."), ("/a", "/"), ("/", "/"), ("a//b//", "a"), ("//a", "/"), ("/a/b/", "/a"),
  ])
  func `knows the folder of a path`(_ path: String, _ parent: String) {
    #expect(Paths.parent(path) == parent)
  }
}
