import Foundation
import Testing
import VaultSigning

@Suite struct ProcessRunnerTests {
  private let runner = SpawningRunner(environment: ["PATH": "/usr/bin:/bin", "KEPT": "kept"])

  private func shell(_ command: String, input: [UInt8] = [], timeout: Int = 20_000) throws -> ProcessResult {
    var request = ProcessRequest(program: "/bin/sh", arguments: ["-c", command], input: input)
    request.timeout = timeout
    return try runner.run(request)
  }

  private func text(_ command: String) throws -> String {
    String(decoding: try shell(command).output, as: UTF8.self)
  }

  @Test func `input reaches the program and both outputs come back`() throws {
    let result = try shell("cat; echo problem >&2; exit 3", input: [0, 10, 255])
    #expect(result.output == [0, 10, 255])
    #expect(result.errorOutput == Array("problem\n".utf8))
    #expect(result.ending == .exited(3))
  }

  @Test func `a further input has a path of its own, and is read again from its start`() throws {
    let path = ProcessRequest.extraPath
    var request = ProcessRequest(
      program: "/bin/sh", arguments: ["-c", "cat; cat \(path) \(path); stat -L -c %a \(path)"],
      input: Array("in ".utf8))
    request.extraInput = Array("extra ".utf8)
    #expect(try runner.run(request).output == Array("in extra extra 400\n".utf8))
    request.extraInput = nil
    request.arguments = ["-c", "cat; test ! -e \(path)"]
    #expect(try runner.run(request).ending == .exited(0))
  }

  @Test func `a program that does not read its input is no harm`() throws {
    let result = try shell("exit 0", input: [UInt8](repeating: 7, count: 4 << 20))
    #expect(result.ending == .exited(0))
    #expect(
      try shell("wc -c", input: [UInt8](repeating: 7, count: 4 << 20)).output == Array("4194304\n".utf8))
  }

  @Test func `a program that is killed is a result`() throws {
    #expect(try shell("kill -TERM $$").ending == .signalled(15))
    #expect(try shell("kill -PIPE $$").ending == .signalled(13))
  }

  @Test func `output is bounded, standard error is cut`() throws {
    #expect(try shell("head -c 65536 /dev/zero").output.count == 65_536)
    expectRefusal(.outputTooLarge) { try shell("head -c 65537 /dev/zero") }
    expectRefusal(.outputTooLarge) { try shell("yes") }
    let result = try shell("head -c 1000000 /dev/zero >&2; echo done")
    #expect(result.errorOutput.count == 65_536)
    #expect(result.output == Array("done\n".utf8))
  }

  @Test(arguments: ["sleep 30", "exec >&- 2>&-; sleep 30", "sleep 30 & wait", "trap '' TERM; sleep 30"])
  func `a program that does not end is ended`(command: String) throws {
    let start = ContinuousClock.now
    expectRefusal(.timedOut) { try shell(command, timeout: 200) }
    #expect(ContinuousClock.now - start < .seconds(10))
  }

  @Test func `a timeout ends what the program started, too`() throws {
    let folder = try Folder()
    expectRefusal(.timedOut) {
      try shell("(sleep 2; touch \(folder.file("late"))) & wait", timeout: 200)
    }
    Thread.sleep(forTimeInterval: 2.5)
    #expect(!FileManager.default.fileExists(atPath: folder.file("late")))
  }

  @Test func `a program that is not there is an error`() throws {
    for name in ["/nonexistent/program", "no-such-program-anywhere", ""] {
      expectRefusal(.spawnFailed) { try runner.run(ProcessRequest(program: name, arguments: [], input: [])) }
    }
    expectRefusal(.spawnFailed) {
      try runner.run(ProcessRequest(program: "/bin/echo", arguments: ["a\0b"], input: []))
    }
  }

  @Test func `the program has three descriptors, no terminal and only the given variables`() throws {
    let open = try FileHandle(forReadingFrom: URL(filePath: "/dev/null"))
    _ = fcntl(open.fileDescriptor, F_SETFD, 0)
    // the fourth is the listing's own
    #expect(try text("ls /proc/self/fd | tr '\\n' ' '") == "0 1 2 3 ")
    #expect(try text("(: </dev/tty) 2>/dev/null && echo terminal || echo none") == "none\n")
    #expect(try text("env | grep -c -v -E '^(PATH|KEPT|PWD|SHLVL|_|OLDPWD)=' || true") == "0\n")
    #expect(try text("echo $KEPT") == "kept\n")
    try open.close()
  }
}
