import Glibc
import VaultCore
import VaultFiles

/// What a command knows of the world: only this layer reads environment, terminal and clock.
public struct Context: Sendable {
  /// The current folder, absolute.
  public let currentFolder: String
  /// The process environment.
  public let environment: [String: String]
  /// Whether standard error is a terminal, for progress.
  public let showsProgress: Bool
  /// Whether standard output is a terminal, for what only a person reads.
  public let showsPictures: Bool
  /// The system's files.
  public let files: any FileLayer

  /// The world of this process.
  public static func system() -> Context {
    var environment: [String: String] = [:]
    var at = environ
    while let entry = at.pointee {
      let text = String(cString: entry)
      if let equals = text.firstIndex(of: "=") {
        environment[String(text[..<equals])] = String(text[text.index(after: equals)...])
      }
      at += 1
    }
    var buffer = [CChar](repeating: 0, count: 4096)
    let folder = getcwd(&buffer, buffer.count).map { String(cString: $0) } ?? "/"
    return Context(
      currentFolder: folder, environment: environment, showsProgress: isatty(2) == 1,
      showsPictures: isatty(1) == 1,
      files: SystemFiles.shared)
  }

  /// Now, in whole milliseconds of UTC.
  public func now() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let milliseconds = Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    return Timestamp(milliseconds: min(max(0, milliseconds), Timestamp.latest)) ?? Self.epoch
  }

  private static let epoch = Timestamp(milliseconds: 0).unsafelyUnwrapped

  /// The value of a variable; nil where it is empty too.
  func variable(_ name: String) -> String? {
    environment[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// A path as the user typed it, made absolute where the file layer needs it.
  func absolute(_ path: String) -> String {
    if path.hasPrefix("/") { return Self.normalized(path) }
    return Self.normalized(currentFolder + "/" + path)
  }

  /// The path without `.`, `..` and doubled slashes, by its text alone.
  private static func normalized(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") {
      if part == ".." { _ = parts.popLast() } else if part != "." { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }

  /// `count` random bytes of the system.
  func random(_ count: Int) throws -> [UInt8] {
    var out = [UInt8](repeating: 0, count: count)
    guard getentropy(&out, count) == 0 else {
      throw FileError(operation: "getentropy", path: "random source", errno: Glibc.errno)
    }
    return out
  }
}
