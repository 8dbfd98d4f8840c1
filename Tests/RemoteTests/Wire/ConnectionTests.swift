import Foundation
import Testing
import VaultRemote
import VaultSigning

@Suite struct ConnectionTests {
  private let environment = ["PATH": "/usr/bin:/bin"]
  private let begin = "printf 'evidence-vault/1\\r\\n'; "

  private func connect(_ script: String, isSSH: Bool = true, timing: Timing = Timing()) throws -> Connection {
    try Connection(
      PeerCommand(
        program: "/bin/sh", arguments: ["-c", script], path: "a", place: "vault.example", isSSH: isSSH),
      environment: environment, timing: timing)
  }

  @Test func `a session runs over a child process`() throws {
    let connection = try connect("echo chatter; exec cat")
    // What cat sends back is our own question, which is no answer.
    expectRefusal { _ = try connection.channel.ask(Bye(), for: Want.self) }
    #expect(try connection.end() == .exited(0))
    expectEnd(.closed) { try connection.channel.send(Bye()) }
  }

  @Test func `a child sees the end of its input, and its status is told`() throws {
    #expect(try connect(begin + "cat >/dev/null; exit 7").end() == .exited(7))
    #expect(try connect(begin + "cat >/dev/null; kill -TERM $$").end() == .signalled(15))
  }

  @Test func `an end before the preface is told with its status`() throws {
    let statuses = [255: "ssh ended with exit status 255", 127: "exit status 127", 3: "exit status 3"]
    for (status, words) in statuses {
      let error = #expect(throws: TransportError.self) { _ = try connect("exit \(status)") }
      #expect(error?.code == .notConnected)
      #expect(error?.reason.hasPrefix("could not connect to vault.example: ") == true)
      #expect(error?.reason.contains(words) == true)
      #expect((error?.hint != nil) == (status == 127))
    }
    let error = #expect(throws: TransportError.self) { _ = try connect("echo go away; kill -KILL $$") }
    #expect(error?.reason.contains("signal 9") == true)
    #expect(error?.reason.contains("it said: go away") == true)
  }

  @Test func `a program that is not there or says nothing is told`() throws {
    let none = PeerCommand(program: "/no/such", arguments: [], path: "a", place: "h", isSSH: false)
    let error = #expect(throws: TransportError.self) { _ = try Connection(none, environment: environment) }
    #expect(error?.code == .notStarted)
    var timing = Timing()
    timing.preface = 50
    let silent = #expect(throws: TransportError.self) { _ = try connect("exec sleep 100", timing: timing) }
    #expect(silent?.code == .notConnected)
  }

  @Test func `a connection that is let go ends its program`() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "wire-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: file) }
    var connection: Connection? = try connect("echo $$ > \(file); \(begin) exec sleep 1000")
    let process = try #require(pid_t(String(contentsOfFile: file, encoding: .utf8).dropLast()))
    #expect(kill(process, 0) == 0)
    #expect(connection?.channel.bytesSent == 18)
    connection = nil
    #expect(kill(process, 0) == -1 && errno == ESRCH)
  }

  @Test func `a child that goes away is an error and no signal`() throws {
    let connection = try connect(begin + "exec <&-; echo; exit 0")
    #expect(throws: (any Error).self) {
      for _ in 0..<100_000 { try connection.channel.send(Bye()) }
    }
  }

  @Test func `ssh gets the user's own configuration and nothing that a remote could misuse`() throws {
    guard case .ssh(let place) = try RemoteURL("ssh://me@vault.example:2222/acme") else { return }
    let command = PeerCommand.ssh(place, identity: "/k", mayPrompt: false)
    #expect(command.program == "ssh")
    #expect(
      command.arguments == [
        "-T", "-a", "-x", "-o", "ClearAllForwardings=yes", "-o", "BatchMode=yes", "-p", "2222", "-i", "/k",
        "-o",
        "IdentitiesOnly=yes", "--", "me@vault.example", "vault serve",
      ])
    guard case .ssh(let plain) = try RemoteURL("vault.example:acme") else { return }
    #expect(
      PeerCommand.ssh(plain, program: "/opt/ssh", mayPrompt: true).arguments == [
        "-T", "-a", "-x", "-o", "ClearAllForwardings=yes", "--", "vault.example", "vault serve",
      ])
  }

  @Test func `the system's ssh takes these options`() throws {
    guard case .ssh(let place) = try RemoteURL("ssh://me@vault.invalid:2222/acme") else { return }
    let command = PeerCommand.ssh(place, identity: #filePath, mayPrompt: false)
    // -G prints the configuration that these options make, and connects to nothing.
    var request = ProcessRequest(
      program: "ssh", arguments: ["-F", "none", "-G"] + command.arguments, input: [])
    request.timeout = 20_000
    let result = try SpawningRunner(environment: environment).run(request)
    #expect(result.ending == .exited(0))
    let lines = Set(String(decoding: result.output, as: UTF8.self).split(separator: "\n").map(String.init))
    #expect(
      lines.isSuperset(of: [
        "user me", "hostname vault.invalid", "port 2222", "batchmode yes", "identitiesonly yes",
        "identityfile \(#filePath)", "clearallforwardings yes", "forwardagent no", "forwardx11 no",
        "requesttty false",
      ]))
  }

  @Test func `a local vault is served from the folder that holds it, links followed`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "wire-\(UUID())")
      .resolvingSymlinksInPath()
    defer { try? FileManager.default.removeItem(at: folder) }
    let vault = folder.appending(path: "far/acme")
    try FileManager.default.createDirectory(at: vault, withIntermediateDirectories: true)
    let link = folder.appending(path: "link")
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: vault)
    for path in [vault.path, link.path, vault.path + "/", vault.path + "/../acme/."] {
      let command = try PeerCommand.local(path, executable: "/opt/vault")
      #expect(command.path == "acme")
      #expect(
        command.arguments == [
          "serve", "--root", folder.path + "/far", "--allow", "push", "--allow", "fetch", "--as", "local",
        ])
    }
    for (path, code) in [(folder.path + "/none", TransportError.Code.notConnected), ("/", .badAddress)] {
      let error = #expect(throws: TransportError.self) { try PeerCommand.local(path, executable: "v") }
      #expect(error?.code == code)
    }
  }
}
