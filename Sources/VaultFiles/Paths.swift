/// Text operations on paths; none of them asks the file system.
public enum Paths {
  /// How the name of a file begins that is on its way to being renamed.
  public static let passingPrefix = ".tmp-"

  /// The folder that holds the last component of `path`: `a/b` → `a`, `a` → `.`, `/a` → `/`, `/` → `/`.
  public static func parent(_ path: String) -> String {
    var bytes = Substring(path).utf8
    while bytes.count > 1, bytes.last == slash { bytes.removeLast() }
    guard let cut = bytes.lastIndex(of: slash) else { return "." }
    bytes = bytes[..<cut]
    while bytes.last == slash { bytes.removeLast() }
    return bytes.isEmpty ? "/" : String(Substring(bytes))
  }

  /// `name` in `folder`.
  public static func join(_ folder: String, _ name: String) -> String {
    folder.isEmpty ? name : folder.utf8.last == slash ? folder + name : "\(folder)/\(name)"
  }

  private static let slash = UInt8(ascii: "/")
}

extension [String] {
  /// Sorts by UTF-8 bytes. `String`'s own order treats canonically equivalent names as equal.
  mutating func sortByBytes() {
    sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
