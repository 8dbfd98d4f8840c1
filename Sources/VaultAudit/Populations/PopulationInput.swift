import VaultCore
import VaultFiles
import VaultStore

/// The form in which a source gives records.
public enum PopulationInput: Sendable, Equatable {
  /// Records each ended by LF: the population as it is.
  case lines
  /// A file that the records are cut from.
  case cut(Population.Cut.Format)

  /// The form of a file by its name's ending and, for `.json`, its first bytes; records each ended by LF where
  /// neither says another.
  public static func of(_ path: String, _ files: any FileLayer) throws -> PopulationInput {
    switch FileEnding.of(path).lowercased() {
    case ".csv": return .cut(.csv)
    case ".json":
      let file = try File(files, path: path, mode: [.read, .noWait])
      let start = try file.readFully(at: 0, count: 4096)
      // A byte-order mark is found in either form, and hides neither.
      let text =
        start.starts(with: Self.byteOrderMark) ? start.dropFirst(Self.byteOrderMark.count) : start[...]
      let head = text.drop { Self.isSpace($0) }
      if head.first == UInt8(ascii: "[") { return .cut(.array) }
      let inside = head.dropFirst().drop { Self.isSpace($0) }
      let isRecords = head.first == UInt8(ascii: "{") && inside.starts(with: "\"Records\"".utf8)
      return isRecords ? .cut(.records) : .lines
    default: return .lines
    }
  }

  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
  }
}
