import Foundation
import Testing
import VaultSigning

@testable import VaultRemote

@Suite struct `The ciphers that ssh is told to offer` {
  private let runner = SpawningRunner(environment: ["PATH": "/usr/bin:/bin"])

  /// What the command's ssh offers with a configuration of its own, as `ssh -G` says.
  private func order(_ configuration: String, isQuick: Bool = true) throws -> (
    before: [Substring], after: [Substring]
  ) {
    let folder = FileManager.default.temporaryDirectory.appending(path: "ciphers-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let config = folder.appending(path: "config").path
    let program = folder.appending(path: "ssh").path
    try Data(configuration.utf8).write(to: URL(filePath: config))
    try Data("#!/bin/sh\nexec ssh -F '\(config)' \"$@\"\n".utf8).write(to: URL(filePath: program))
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: program)
    guard case .ssh(let place) = try RemoteURL("ssh://me@vault.invalid/acme") else { return ([], []) }
    let command = PeerCommand.ssh(place, program: program, mayPrompt: false)
    func ciphers(_ command: PeerCommand) throws -> [Substring] {
      let request = ProcessRequest(program: program, arguments: ["-G"] + command.arguments, input: [])
      return try #require(
        CipherOrder.ciphers(in: String(decoding: try runner.run(request).output, as: UTF8.self)))
    }
    return (try ciphers(command), try ciphers(command.preferringQuickCiphers(runner, isQuick: isQuick)))
  }

  @Test func `are those of its own list, AES-GCM first`() throws {
    let (before, after) = try order("Host *\n  Port 2222\n")
    #expect(after.first == "aes128-gcm@openssh.com")
    #expect(Set(before) == Set(after) && before.count == after.count)
    #expect(after.firstIndex(of: "chacha20-poly1305@openssh.com") != nil)
  }

  @Test(arguments: [
    "aes256-ctr", "^aes256-ctr", "-aes128-gcm@openssh.com",
    "chacha20-poly1305@openssh.com,aes256-gcm@openssh.com",
  ])
  func `stay as the user's configuration has them`(ciphers: String) throws {
    let (before, after) = try order("Host vault.invalid\n  Ciphers \(ciphers)\n")
    #expect(before == after)
  }

  @Test func `stay as they are where the processor has no AES`() throws {
    let (before, after) = try order("Host *\n", isQuick: false)
    #expect(before == after)
  }

  @Test func `stay as they are where ssh says nothing`() throws {
    guard case .ssh(let place) = try RemoteURL("vault.invalid:acme") else { return }
    for program in ["/nonexistent/ssh", "/bin/false", "/bin/true"] {
      let command = PeerCommand.ssh(place, program: program, mayPrompt: false)
      #expect(command.preferringQuickCiphers(runner, isQuick: true) == command)
    }
  }
}
