import Glibc
import VaultFiles

/// A folder of this process for what is on its way, removed when it is done.
enum Scratch {
  static func with<R>(_ context: Context, _ body: (String) throws -> R) throws -> R {
    let base = context.variable("TMPDIR").map { context.absolute($0) } ?? "/tmp"
    var template = Array((base + "/vault-XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else {
      throw FileError(operation: "mkdtemp", path: base, errno: Glibc.errno)
    }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { remove(path, context.files) }
    return try body(path)
  }

  private static func remove(_ folder: String, _ files: any FileLayer) {
    for name in (try? files.list(folder)) ?? [] {
      let path = Paths.join(folder, name)
      if (try? files.status(path: path, followLinks: false).kind) == .directory {
        remove(path, files)
      } else {
        try? files.unlink(path)
      }
    }
    try? files.removeDirectory(folder)
  }
}
