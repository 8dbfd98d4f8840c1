import VaultCore
import VaultFiles
import VaultStore

/// Turns the files and folders that a user names into sources with their paths in the period.
public struct EvidenceWalk {
  /// A file with the path at which it becomes evidence.
  public struct Found: Sendable {
    public let origin: IngestSource.Origin
    public let path: EvidencePath

    public init(origin: IngestSource.Origin, path: EvidencePath) {
      self.origin = origin
      self.path = path
    }
  }

  private let files: any FileLayer
  /// Whether symbolic links are followed; otherwise they are refused.
  private let followsLinks: Bool
  private var found: [Found] = []
  private var seen: [[UInt8]: String] = [:]

  /// The name by which standard input is given.
  public static let standardInput = "-"

  /// Walks `arguments`; `base` is the value of `--as`.
  public static func walk(
    _ arguments: [String], base: String?, followsLinks: Bool, files: any FileLayer
  ) throws -> [Found] {
    var walk = EvidenceWalk(files: files, followsLinks: followsLinks)
    guard !arguments.isEmpty else { throw StoreError(.badInput, "no files are named") }
    for argument in arguments { try walk.take(argument, base: base, isOnly: arguments.count == 1) }
    return walk.found
  }

  private init(files: any FileLayer, followsLinks: Bool) {
    self.files = files
    self.followsLinks = followsLinks
  }

  private mutating func take(_ argument: String, base: String?, isOnly: Bool) throws {
    if argument == Self.standardInput {
      guard let base, !base.hasSuffix("/"), isOnly else {
        throw StoreError(.badInput, "standard input needs a path of its own", hint: "name it with --as PATH")
      }
      return try add(.descriptor(0), base, hint: nil)
    }
    switch try kind(argument) {
    case .regular:
      let name = argument.split(separator: "/").last.map(String.init) ?? argument
      if let base {
        try add(.file(argument), isOnly && !base.hasSuffix("/") ? base : Self.join(base, name), hint: nil)
      } else {
        try add(.file(argument), Self.relative(argument), hint: Self.placeHint)
      }
    case .directory:
      let before = found.count
      try takeFolder(
        argument, at: base ?? Self.relative(argument), hint: base == nil ? Self.placeHint : nil)
      guard found.count > before else { throw StoreError(.badInput, "\(argument) holds no files") }
    default: throw StoreError(.refused, "\(argument) is neither a file nor a folder")
    }
  }

  private func kind(_ path: String) throws -> FileStatus.Kind {
    let status: FileStatus
    do throws(FileError) {
      status = try files.status(path: path, followLinks: followsLinks)
    } catch {
      if error.errno == 2 || error.errno == 20 {
        throw StoreError(.badInput, "\(path): no such file or folder")
      }
      throw error
    }
    if status.kind == .symlink {
      throw StoreError(
        .refused, "\(path) is a symbolic link", hint: "take what it points to with --follow-links")
    }
    return status.kind
  }

  private static let placeHint = "say where it belongs in the period with --as PATH"

  private mutating func takeFolder(
    _ folder: String, at place: String, hint: String?, depth: Int = 0
  ) throws {
    guard depth < 256 else { throw StoreError(.badInput, "\(folder) is nested deeper than 256 folders") }
    for name in try names(in: folder) {
      let path = Paths.join(folder, name)
      switch try kind(path) {
      case .regular: try add(.file(path), Self.join(place, name), hint: hint)
      case .directory: try takeFolder(path, at: Self.join(place, name), hint: hint, depth: depth + 1)
      default: throw StoreError(.refused, "\(path) is neither a file nor a folder")
      }
    }
  }

  private func names(in folder: String) throws -> [String] {
    do throws(FileError) {
      return try files.list(folder)
    } catch {
      // EILSEQ
      guard error.errno == 84 else { throw error }
      throw StoreError(
        .badInput, "\(error.path): the name is not UTF-8, as paths of evidence are",
        hint: "give the file another name, or commit it alone with --as PATH and the file on standard input")
    }
  }

  private mutating func add(_ origin: IngestSource.Origin, _ text: String, hint: String?) throws {
    let path: EvidencePath
    do throws(FormatError) {
      path = try EvidencePath(text)
    } catch {
      throw StoreError(.badInput, error.reason, hint: hint)
    }
    if let other = seen.updateValue(text, forKey: path.foldedKey) {
      throw StoreError(.refused, "\"\(other)\" and \"\(text)\" would be the same path")
    }
    found.append(Found(origin: origin, path: path))
  }

  private static func join(_ folder: String, _ name: String) -> String {
    if folder.isEmpty { return name }
    return folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }

  /// A path as typed, without a leading `./` or trailing `/`; what else is odd about it, the path's rules refuse.
  private static func relative(_ argument: String) -> String {
    var text = Substring(argument)
    while text.hasPrefix("./") { text = text.dropFirst(2) }
    while text.count > 1, text.hasSuffix("/") { text = text.dropLast() }
    return text == "." ? "" : String(text)
  }
}
