import Foundation
import Testing

/// The scripts beside this file: each is a test whose name is its sentence. What they share has one word.
private let scripts: URL = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "scripts")

private let files: [String] =
  ((try? FileManager.default.contentsOfDirectory(atPath: scripts.path)) ?? []).sorted()

private let sentences = files.filter { $0.hasSuffix(".sh") && $0.contains("-") }.map {
  String($0.dropLast(3))
}
private let shared = files.filter { !$0.contains("-") }

/// Runs the built `vault` as its users do, in scripts that a person can read and run.
@Suite struct CommandTests {
  @Test func `the scripts are found`() { #expect(sentences.count >= 15) }

  @Test(arguments: sentences)
  func `the command line does what its scripts say`(sentence: String) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "vault-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { remove(folder) }
    for name in shared + [sentence + ".sh"] {
      try FileManager.default.copyItem(at: scripts.appending(path: name), to: folder.appending(path: name))
    }
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = [sentence + ".sh"]
    process.currentDirectoryURL = folder
    let products = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
    var environment = ProcessInfo.processInfo.environment
    environment["PATH"] = products.path + ":" + (environment["PATH"] ?? "/usr/bin:/bin")
    // A script of the manual's own examples reads its pages.
    environment["REPOSITORY"] =
      scripts.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    let log = folder.appending(path: "log")
    #expect(FileManager.default.createFile(atPath: log.path, contents: nil))
    let handle = try FileHandle(forWritingTo: log)
    process.standardOutput = handle
    process.standardError = handle
    try process.run()
    process.waitUntilExit()
    let said = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
    #expect(process.terminationStatus == 0, "\(sentence):\n\(said.suffix(4000))")
  }

  /// Removes a folder in which tests have taken permissions away.
  private func remove(_ folder: URL) {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", "chmod -R u+rwX \"$0\"; rm -rf \"$0\"", folder.path]
    try? process.run()
    process.waitUntilExit()
  }
}
