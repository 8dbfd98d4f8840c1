import Foundation
import VaultSigning

/// The repository's own files, which the tests read where they lie.
enum Repository {
  static let root: String = {
    var url = URL(filePath: #filePath)
    for _ in 0..<4 { url.deleteLastPathComponent() }
    return url.path(percentEncoded: false)
  }()

  static func path(_ name: String) -> String { root + name }

  static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: path(name))))
  }

  static func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

  /// What a program left behind.
  struct Outcome {
    /// Its exit code; nil where a signal ended it.
    let status: Int32?
    let output: String
    let errors: String
  }

  /// Runs a program to its end.
  static func run(_ program: String, _ arguments: [String]) throws -> Outcome {
    var environment = ProcessInfo.processInfo.environment
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    let runner = SpawningRunner(environment: environment)
    let result = try runner.run(ProcessRequest(program: program, arguments: arguments, input: []))
    var status: Int32?
    if case .exited(let code) = result.ending { status = code }
    return Outcome(
      status: status, output: String(decoding: result.output, as: UTF8.self),
      errors: String(decoding: result.errorOutput, as: UTF8.self))
  }
}

/// A folder that goes when the test does.
final class Folder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "vault-format-\(UUID().uuidString)")
      .path(percentEncoded: false)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Copies a folder of the repository into this one; returns where it is.
  func copy(_ name: String) throws -> String {
    let place = path + "/" + UUID().uuidString
    try FileManager.default.copyItem(atPath: Repository.path(name), toPath: place)
    return place
  }
}
