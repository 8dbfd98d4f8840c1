import Foundation
import Glibc
import Testing
import VaultCore
import VaultFiles

@testable import VaultFsck
@testable import VaultStore

/// Things of the file system that do not belong into a vault.
@Suite(.timeLimit(.minutes(1))) struct HostileFilesTests {
  /// The small sample on disk, in a folder that goes when the test does.
  private final class Disk {
    let folder: String
    var vault: String { folder + "/v" }

    init() throws {
      folder = FileManager.default.temporaryDirectory.appending(path: "vault-fsck-\(UUID().uuidString)")
        .path(percentEncoded: false)
      for (path, bytes) in Samples.small {
        try SystemFiles.shared.makeDirectories(folder + Paths.parent(path), durable: false)
        try SystemFiles.shared.writeNewFile(folder + path, bytes, durable: false)
      }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func move(_ name: String, to other: String) throws {
      try FileManager.default.moveItem(atPath: "\(vault)/\(name)", toPath: "\(folder)/\(other)")
    }

    func check(quick: Bool = false) throws -> Outcome {
      try Fsck.run(SystemFiles.shared, root: vault, Fsck.Options(quick: quick, workers: 2))
    }
  }

  private static let parts = [
    "vault.json", "refs", "refs/trust.log", "refs/periods", "refs/periods/soc2-2026.log", "packs",
    "packs/@vault",
    "packs/@vault/000001.pack", "packs/soc2-2026", "packs/soc2-2026/000001.pack",
  ]

  @Test func `the vault on disk is sound`() throws {
    let disk = try Disk()
    let outcome = try disk.check()
    #expect(outcome.sound, "\(outcome.text)")
  }

  @Test(arguments: parts) func `a link in the place of a part is not followed`(_ part: String) throws {
    let disk = try Disk()
    try disk.move(part, to: "outside")
    try #require(symlink("\(disk.folder)/outside", "\(disk.vault)/\(part)") == 0)
    for quick in [false, true] {
      let outcome = try disk.check(quick: quick)
      let isError = outcome.findings.contains { $0.severity == .error }
      #expect(isError && !outcome.sound, "what it leads to counts for nothing: \(outcome.text)")
    }
  }

  @Test(arguments: [
    "log", "log/leaves.log", "log.key", "log.pub", "access.log", "receipts/origin.log", "receipts",
  ])
  func `a link in the place of a remote's file is told of, and not followed`(_ name: String) throws {
    let disk = try Disk()
    try SystemFiles.shared.makeDirectories(Paths.parent("\(disk.vault)/\(name)"), durable: false)
    try SystemFiles.shared.makeDirectories("\(disk.folder)/outside/unknown", durable: false)
    try #require(symlink("\(disk.folder)/outside", "\(disk.vault)/\(name)") == 0)
    let outcome = try disk.check()
    #expect(outcome.subjects(.unknownFile) == [name] && outcome.findings.count == 1, "\(outcome.text)")
  }

  @Test(arguments: parts) func `a pipe in the place of a part does not hang the check`(_ part: String) throws
  {
    let disk = try Disk()
    try disk.move(part, to: "outside")
    try #require(mkfifo("\(disk.vault)/\(part)", 0o600) == 0)
    for quick in [false, true] {
      let outcome = try disk.check(quick: quick)
      #expect(outcome.findings.contains { $0.severity == .error }, "\(outcome.text)")
    }
  }

  @Test(arguments: parts) func `a folder in the place of a file, or a file in that of a folder, is found`(
    _ part: String
  ) throws {
    let disk = try Disk()
    try disk.move(part, to: "outside")
    if part.hasSuffix(".json") || part.hasSuffix(".log") || part.hasSuffix(".pack") {
      try SystemFiles.shared.makeDirectories("\(disk.vault)/\(part)", durable: false)
    } else {
      try SystemFiles.shared.writeNewFile("\(disk.vault)/\(part)", [1], durable: false)
    }
    let outcome = try disk.check()
    #expect(outcome.findings.contains { $0.severity == .error }, "\(outcome.text)")
  }

  @Test(arguments: [
    "extra", "refs/extra", "refs/periods/extra", "refs/periods/Extra.log", "packs/Extra",
    "packs/soc2-2026/extra",
    "packs/soc2-2026/0000001.pack",
  ]) func `a file of a name that no vault has is found`(_ name: String) throws {
    let disk = try Disk()
    try SystemFiles.shared.writeNewFile("\(disk.vault)/\(name)", [1, 2, 3], durable: false)
    let outcome = try disk.check()
    #expect(outcome.names == [.unknownFile], "\(outcome.text)")
    #expect(outcome.subjects(.unknownFile) == [name])
  }

  @Test func `a name that is not UTF-8 is found`() throws {
    for folder in ["", "/refs", "/refs/periods", "/packs", "/packs/soc2-2026"] {
      let disk = try Disk()
      let path = Array("\(disk.vault)\(folder)/".utf8CString.dropLast()) + [-1, 0]
      let fd = Glibc.open(path, O_CREAT | O_WRONLY, 0o600)
      try #require(fd >= 0)
      close(fd)
      let outcome = try disk.check()
      #expect(outcome.names.contains(.unknownFile) && !outcome.sound, "\(folder): \(outcome.text)")
    }
  }

  @Test func `packfiles that nothing names are found`() throws {
    let disk = try Disk()
    for name in ["packs/soc2-2026/000002.pack", "packs/soc2-2026/999999.pack"] {
      try SystemFiles.shared.writeNewFile("\(disk.vault)/\(name)", [1, 2, 3], durable: false)
    }
    #expect(try disk.check().subjects(.unfinishedWrite).count == 2)
  }

  @Test func `a folder that is no vault is no sound vault`() throws {
    let disk = try Disk()
    let outcome = try Fsck.run(SystemFiles.shared, root: disk.folder)
    #expect(outcome.names == [.vaultFileMismatch, .unknownFile, .refMissing] && outcome.vault == nil)
  }
}
