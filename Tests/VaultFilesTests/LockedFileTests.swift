import Glibc
import Testing
import VaultFiles

@Suite struct `A file that is locked by its name` {
  private static let mode: OpenMode = [.appendOrCreate, .read, .noFollow]

  /// Opens "a" of a folder with its lock, after `between` has come between its opening and its lock.
  private func locked(
    _ folder: String, between: @escaping @Sendable () throws -> Void
  ) throws -> SharedFile? {
    let files = FaultingFiles(SystemFiles.shared)
    files.beforeNext("lock", of: "\(folder)/a") { try? between() }
    return try SharedFile.locked(files, path: "\(folder)/a", mode: Self.mode)
  }

  @Test func `is not what had the name before, when it was renamed meanwhile`() throws {
    try inTemporaryFolder { folder in
      let files = SystemFiles.shared
      try files.writeNewFile("\(folder)/a", bytes("accepted"))
      let file = try #require(
        try locked(folder) { try files.rename("\(folder)/a", "\(folder)/pack", replace: false) })
      #expect(try file.size() == 0)
      try file.file.writeAll(bytes("other"))
      #expect(try files.readWholeFile("\(folder)/pack", limit: 99) == bytes("accepted"))
    }
  }

  @Test func `is not what had the name before, when another took its place`() throws {
    try inTemporaryFolder { folder in
      let files = SystemFiles.shared
      try files.writeNewFile("\(folder)/a", bytes("accepted"))
      let file = try #require(
        try locked(folder) {
          try files.rename("\(folder)/a", "\(folder)/pack", replace: false)
          try files.writeNewFile("\(folder)/a", bytes("new"))
        })
      #expect(try file.readFully(at: 0, count: 99) == bytes("new"))
    }
  }

  @Test func `is nobody's while another has it, and is removed only by its own name`() throws {
    try inTemporaryFolder { folder in
      let path = "\(folder)/a"
      let files = SystemFiles.shared
      let file = try #require(try SharedFile.locked(files, path: path, mode: Self.mode))
      #expect(try SharedFile.locked(files, path: path, mode: Self.mode) == nil)
      try files.rename(path, "\(folder)/pack", replace: false)
      try files.writeNewFile(path, bytes("another's"))
      #expect(try !file.hasName())
      file.unlink()
      #expect(try files.readWholeFile(path, limit: 99) == bytes("another's"))
      try files.rename("\(folder)/pack", path, replace: true)
      file.unlink()
      #expect(try !files.exists(path))
    }
  }
}
