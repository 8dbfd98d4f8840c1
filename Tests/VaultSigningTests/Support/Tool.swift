import Foundation
import VaultSigning

/// Runs the system's own programs, the second implementation that the tests hold the library against.
enum Tool {
  struct Outcome {
    let status: Int32
    let output: [UInt8]
    let errors: String

    var text: String { String(decoding: output, as: UTF8.self) }
  }

  static func run(
    _ program: String, _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:]
  ) throws -> Outcome {
    // Foundation's Process lets parallel tests inherit each other's pipes, and then they wait for each other
    let runner = SpawningRunner(environment: ProcessInfo.processInfo.environment)
    var request = ProcessRequest(program: program, arguments: arguments, input: input)
    request.environment = environment
    let result = try runner.run(request)
    guard case .exited(let status) = result.ending else { throw ToolFailure(text: "\(program) was killed") }
    return Outcome(
      status: status, output: result.output, errors: String(decoding: result.errorOutput, as: UTF8.self))
  }

  static func mustRun(
    _ program: String, _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:]
  ) throws -> Outcome {
    let outcome = try run(program, arguments, input: input, environment: environment)
    guard outcome.status == 0 else { throw ToolFailure(text: "\(program) failed: \(outcome.errors)") }
    return outcome
  }
}

struct ToolFailure: Error {
  let text: String
}

/// A folder that goes when the test does.
final class Folder: Sendable {
  let path: String

  /// Holds the folders of this run, those that live as long as the process, too.
  private static let root: String = {
    atexit { try? FileManager.default.removeItem(atPath: Folder.root) }
    return FileManager.default.temporaryDirectory.appending(path: "vs-\(getpid())").path()
  }()

  init() throws {
    path = Self.root + "/" + UUID().uuidString.prefix(8)
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }

  func write(_ bytes: [UInt8], _ name: String) throws -> String {
    try Data(bytes).write(to: URL(filePath: file(name)))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file(name))
    return file(name)
  }

  func write(_ text: String, _ name: String) throws -> String { try write(Array(text.utf8), name) }

  func read(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: file(name)))) }
}
