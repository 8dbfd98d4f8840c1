import Testing
import VaultFiles

@testable import VaultCommands

@Suite struct `A file of evidence until it is whole` {
  /// With files that have no name, and where these are not to be had.
  private static let layers: [any FileLayer] = [SystemFiles.shared, FaultingFiles(SystemFiles.shared)]

  private func inFolder(_ body: (any FileLayer, String) throws -> Void) throws {
    for files in Self.layers {
      let folder = "/tmp/vault-passing-\(UInt64.random(in: .min ... .max))"
      try SystemFiles.shared.makeDirectory(folder, permissions: 0o755)
      defer {
        for name in (try? SystemFiles.shared.list(folder)) ?? [] {
          try? SystemFiles.shared.unlink("\(folder)/\(name)")
        }
        try? SystemFiles.shared.removeDirectory(folder)
      }
      try body(files, folder)
    }
  }

  private func write(_ text: String, _ file: PassingFile) throws {
    try Array(text.utf8).withUnsafeBytes { try file.write($0) }
  }

  @Test func `gets its name once it is whole, read-only, and nothing is left beside it`() throws {
    #expect(Self.layers.map(\.namesUnnamed) == [true, false])
    try inFolder { files, folder in
      let file = try PassingFile(files, in: folder)
      try write("one", file)
      #expect(try files.list(folder).contains("a") == false)
      try file.take("\(folder)/a")
      #expect(try files.list(folder) == ["a"])
      #expect(try files.readWholeFile("\(folder)/a", limit: 9) == Array("one".utf8))
      #expect(try files.status(path: "\(folder)/a", followLinks: false).mode & 0o777 == 0o444)
    }
  }

  @Test func `replaces nothing, and is gone where it is given up`() throws {
    try inFolder { files, folder in
      try files.writeNewFile("\(folder)/a", Array("old".utf8), durable: false)
      let file = try PassingFile(files, in: folder)
      try write("new", file)
      #expect(throws: FileError.self) { try file.take("\(folder)/a") }
      file.remove()
      #expect(try files.list(folder) == ["a"])
      #expect(try files.readWholeFile("\(folder)/a", limit: 9) == Array("old".utf8))
    }
  }
}
