import Glibc
import Testing
import VaultFiles

/// What every layer does alike.
@Suite struct `Every file layer` {
  @Test(arguments: Backing.allCases)
  func `reads back what was written`(_ backing: Backing) throws {
    try backing.inFolder { layer, folder in
      let path = "\(folder)/a"
      let file = try File(layer, path: path, mode: .createNew)
      try file.writeAll(bytes("hello, vault"))
      try file.fsync()
      #expect(try file.size() == 12)
      #expect(try file.readFully(at: 7, count: 5) == bytes("vault"))
      #expect(try file.readFully(at: 7, count: 50) == bytes("vault"))
      #expect(try file.readFully(at: 12, count: 5) == [])
      #expect(try file.readFully(at: 99, count: 5) == [])
      #expect(try layer.readWholeFile(path, limit: 12) == bytes("hello, vault"))
      #expect(failure { () throws(FileError) in _ = try layer.readWholeFile(path, limit: 11) } == EFBIG)
    }
  }

  @Test(arguments: Backing.allCases)
  func `reads at the descriptor's own position until the end`(_ backing: Backing) throws {
    try backing.inFolder { layer, folder in
      try layer.writeNewFile("\(folder)/a", bytes("abcde"))
      let file = try File(layer, path: "\(folder)/a", mode: .read)
      var seen: [UInt8] = []
      var buffer: [UInt8] = [0, 0]
      while true {
        let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
        if count == 0 { break }
        seen += buffer[..<count]
      }
      #expect(seen == bytes("abcde"))
    }
  }

  @Test(arguments: Backing.allCases)
  func `appends at the end whoever wrote last`(_ backing: Backing) throws {
    try backing.inFolder { layer, folder in
      let one = try File(layer, path: "\(folder)/log", mode: .appendOrCreate)
      let two = try File(layer, path: "\(folder)/log", mode: .append)
      try one.writeAll(bytes("first\n"))
      try two.writeAll(bytes("second\n"))
      try one.writeAll(bytes("third\n"))
      #expect(try layer.readWholeFile("\(folder)/log", limit: 100) == bytes("first\nsecond\nthird\n"))
    }
  }

  @Test(arguments: Backing.allCases)
  func `says why a file cannot be opened`(_ backing: Backing) throws {
    try backing.inFolder { layer, folder in
      func open(_ name: String, _ mode: OpenMode) -> Int32? {
        failure { () throws(FileError) in _ = try File(layer, path: "\(folder)/\(name)", mode: mode) }
      }
      #expect(open("a", .read) == ENOENT)
      #expect(open("a", .append) == ENOENT)
      #expect(open("a/b", .createNew) == ENOENT)
      #expect(open("a", .createNew) == nil)
      #expect(open("a", .createNew) == EEXIST)
      #expect(open("a", .appendNew) == EEXIST)
      #expect(open("a", .openOrCreate) == nil)
      #expect(open("a", .readDirectory) == ENOTDIR)
      #expect(open("a/b", .read) == ENOTDIR)
      #expect(open("", .append) == EISDIR)
      #expect(open("a\0b", .read) == EINVAL)
      #expect(open(String(repeating: "x", count: 256), .createNew) == ENAMETOOLONG)
    }
  }

  @Test(arguments: Backing.allCases)
  func `names the path in errors of a descriptor`(_ backing: Backing) throws {
    try backing.inFolder { layer, folder in
      let path = "\(folder)/a"
      try layer.writeNewFile(path, [1])
      let file = try File(layer, path: path, mode: .read)
      #expect(throws: FileError(operation: "write", path: path, errno: EBADF)) { try file.writeAll([2]) }
    }
  }

  @Test(arguments: Backing.allCases)
  func `cuts a file, and appends behind the cut`(_ backing: Backing) throws {
    try backing.inFolder { layer, folder in
      let path = "\(folder)/a"
      try layer.writeNewFile(path, bytes("one\ntwo\nthr"))
      var log = try DurableAppender(layer, path: path)
      try log.cut(to: 8)
      let end = log.end
      #expect(end == 8)
      try log.append(bytes("three\n"))
      try log.sync()
      #expect(try layer.readWholeFile(path, limit: 99) == bytes("one\ntwo\nthree\n"))
      let read = try File(layer, path: path, mode: .read)
      #expect(throws: FileError(operation: "truncate", path: path, errno: EINVAL)) {
        try read.truncate(to: 1)
      }
    }
  }

  @Test(arguments: Backing.allCases)
  func `lists names in the order of their bytes`(_ backing: Backing) throws {
    try backing.inFolder { layer, folder in
      // The fourth and fifth are equal as strings: é composed and decomposed.
      let names = ["B", "a", "a.b", "e\u{301}", "\u{e9}", "\u{ffff}", "\u{10000}"]
      for name in names.reversed() { try layer.writeNewFile("\(folder)/\(name)", []) }
      let listed = try layer.list(folder)
      #expect(listed.map { Array($0.utf8) } == names.map { Array($0.utf8) })
      #expect(failure { () throws(FileError) in _ = try layer.list("\(folder)/B") } == ENOTDIR)
      #expect(failure { () throws(FileError) in _ = try layer.list("\(folder)/none") } == ENOENT)
    }
  }

  @Test(arguments: Backing.allCases)
  func `renames without replacing when told so`(_ backing: Backing) throws {
    try backing.inFolder { layer, folder in
      let (a, b) = ("\(folder)/a", "\(folder)/b")
      try layer.writeNewFile(a, bytes("a"))
      try layer.writeNewFile(b, bytes("b"))
      #expect(failure { () throws(FileError) in try layer.rename(a, b, replace: false) } == EEXIST)
      #expect(try layer.readWholeFile(b, limit: 9) == bytes("b"))
      try layer.rename(a, b, replace: true)
      #expect(try layer.readWholeFile(b, limit: 9) == bytes("a"))
      try layer.rename(b, a, replace: false)
      #expect(try layer.list(folder) == ["a"])
      #expect(failure { () throws(FileError) in try layer.rename(b, a, replace: true) } == ENOENT)
    }
  }

  @Test(arguments: Backing.allCases)
  func `moves folders but not into themselves or over full ones`(_ backing: Backing) throws {
    try backing.inFolder { layer, folder in
      try layer.makeDirectories("\(folder)/a/b")
      try layer.makeDirectories("\(folder)/c/d")
      try layer.writeNewFile("\(folder)/f", [])
      func move(_ from: String, _ to: String) -> Int32? {
        failure { () throws(FileError) in
          try layer.rename("\(folder)/\(from)", "\(folder)/\(to)", replace: true)
        }
      }
      #expect(move("a", "a/b/x") == EINVAL)
      #expect(move("a", "c") == ENOTEMPTY)
      #expect(move("a", "f") == ENOTDIR)
      #expect(move("f", "c") == EISDIR)
      #expect(move("a", "c/d") == nil)
      #expect(try layer.list("\(folder)/c/d") == ["b"])
      #expect(try layer.list(folder) == ["c", "f"])
    }
  }

  @Test(arguments: Backing.allCases)
  func `removes files and empty folders only as what they are`(_ backing: Backing) throws {
    try backing.inFolder { layer, folder in
      try layer.makeDirectories("\(folder)/a")
      try layer.writeNewFile("\(folder)/a/f", bytes("still readable"))
      func unlink(_ name: String) -> Int32? {
        failure { () throws(FileError) in try layer.unlink("\(folder)/\(name)") }
      }
      func rmdir(_ name: String) -> Int32? {
        failure { () throws(FileError) in try layer.removeDirectory("\(folder)/\(name)") }
      }
      let open = try File(layer, path: "\(folder)/a/f", mode: .read)
      #expect(unlink("a") == EISDIR)
      #expect(rmdir("a") == ENOTEMPTY)
      #expect(rmdir("a/f") == ENOTDIR)
      #expect(unlink("a/f") == nil)
      #expect(unlink("a/f") == ENOENT)
      #expect(rmdir("a") == nil)
      #expect(rmdir("a") == ENOENT)
      #expect(try open.readFully(at: 0, count: 99) == bytes("still readable"))
      #expect(try open.status().links == 0)
    }
  }

  @Test(arguments: Backing.allCases)
  func `tells files from folders and one file from another`(_ backing: Backing) throws {
    try backing.inFolder { layer, folder in
      try layer.writeNewFile("\(folder)/a", bytes("abc"))
      try layer.writeNewFile("\(folder)/b", [])
      let a = try layer.status(path: "\(folder)/a", followLinks: false)
      let b = try layer.status(path: "\(folder)/b", followLinks: true)
      #expect(a.kind == .regular && a.size == 3 && a.links == 1)
      #expect(a.device == b.device && a.inode != b.inode)
      #expect(try layer.status(path: folder, followLinks: false).kind == .directory)
      #expect(try File(layer, path: "\(folder)/a", mode: .read).status() == a)
      try layer.setPermissions("\(folder)/a", 0o400)
      #expect(try layer.status(path: "\(folder)/a", followLinks: true).mode == 0o400)
      #expect(try layer.exists("\(folder)/a"))
      #expect(try !layer.exists("\(folder)/c"))
      #expect(try !layer.exists("\(folder)/a/c"))
    }
  }

  @Test(arguments: Backing.allCases)
  func `maps a file's bytes, even none`(_ backing: Backing) throws {
    try backing.inFolder { layer, folder in
      try layer.writeNewFile("\(folder)/a", bytes("mapped"))
      try layer.writeNewFile("\(folder)/empty", [])
      let mapped = try MappedFile(layer, path: "\(folder)/a")
      #expect(mapped.withBytes { span in span.withUnsafeBytes { Array($0) } } == bytes("mapped"))
      #expect(try MappedFile(layer, path: "\(folder)/empty").count == 0)
      #expect(failure { () throws(FileError) in _ = try MappedFile(layer, path: "\(folder)/none") } == ENOENT)
    }
  }

  @Test(arguments: Backing.allCases)
  func `excludes a second holder of a lock until the first closes`(_ backing: Backing) throws {
    try backing.inFolder { layer, folder in
      let path = "\(folder)/lock"
      let first = try File(layer, path: path, mode: .openOrCreate)
      let second = try File(layer, path: path, mode: .openOrCreate)
      #expect(try first.lock(exclusive: false))
      #expect(try second.lock(exclusive: false, wait: false))
      #expect(try !first.lock(exclusive: true, wait: false))
      second.close()
      #expect(try first.lock(exclusive: true, wait: false))
      let third = try File(layer, path: path, mode: .openOrCreate)
      #expect(try !third.lock(exclusive: false, wait: false))
      first.close()
      #expect(try third.lock(exclusive: true, wait: false))
    }
  }

  @Test(arguments: Backing.allCases)
  func `lets a waiting thread have the lock after its holder`(_ backing: Backing) throws {
    try backing.inFolder { layer, folder in
      let path = "\(folder)/lock"
      let events = WorkQueue<String>(capacity: 10)
      let (held, refused) = (WorkQueue<Bool>(capacity: 1), WorkQueue<Bool>(capacity: 1))
      try Parallel.run(workers: 2) { worker in
        defer { (worker == 0 ? held : refused).close() }
        let file = try File(layer, path: path, mode: .openOrCreate)
        if worker == 0 {
          try file.lock()
          held.push(true)
          _ = refused.pop()
          events.push("released")
          file.close()
        } else {
          _ = held.pop()
          refused.push(try !file.lock(wait: false))
          try file.lock()
          events.push("taken")
        }
      }
      let seen = [events.pop(), events.pop()]
      #expect(seen == ["released", "taken"])
    }
  }

  @Test(arguments: Backing.allCases)
  func `makes missing folders and takes those it finds`(_ backing: Backing) throws {
    try backing.inFolder { layer, folder in
      try layer.makeDirectories("\(folder)/a/b/c")
      try layer.makeDirectories("\(folder)/a/b/c")
      try layer.makeDirectories("\(folder)/a/d", durable: false)
      #expect(try layer.list("\(folder)/a") == ["b", "d"])
      try layer.writeNewFile("\(folder)/f", [])
      func make(_ name: String) -> Int32? {
        failure { () throws(FileError) in try layer.makeDirectories("\(folder)/\(name)") }
      }
      #expect(make("f") == ENOTDIR)
      #expect(make("f/g") == ENOTDIR)
    }
  }

  @Test(arguments: Backing.allCases)
  func `leaves no passing file behind a refused write`(_ backing: Backing) throws {
    try backing.inFolder { layer, folder in
      try layer.writeNewFile("\(folder)/a", bytes("old"))
      #expect(failure { () throws(FileError) in try layer.writeNewFile("\(folder)/a", []) } == EEXIST)
      #expect(try layer.readWholeFile("\(folder)/a", limit: 9) == bytes("old"))
      try layer.writeNewFile("\(folder)/a", bytes("new"), replace: true)
      #expect(try layer.readWholeFile("\(folder)/a", limit: 9) == bytes("new"))
      #expect(try layer.list(folder) == ["a"])
    }
  }

  @Test(arguments: Backing.allCases)
  func `appends records at known places`(_ backing: Backing) throws {
    try backing.inFolder { layer, folder in
      var log = try DurableAppender(layer, path: "\(folder)/log")
      #expect(try log.lock(wait: false))
      #expect(try log.append(bytes("one\n")) == 0)
      #expect(try log.append(bytes("three\n")) == 4)
      try log.sync()
      #expect(log.end == 10)
      var other = try DurableAppender(layer, path: "\(folder)/log", create: false)
      #expect(try !other.lock(wait: false))
      #expect(other.end == 10)
    }
  }
}
