import VaultCore

/// `workpaper.csv`: one row a record, with empty columns for the tester (RFC 4180, lines ended by LF).
public struct Workpaper: Hashable, Sendable {
  /// A row.
  public struct Row: Hashable, Sendable {
    /// The record's index in the population.
    public let record: Int
    /// The record's identity as its population's `idField` has it; may be empty.
    public let id: String
    /// SHA-256 of the record's bytes, in hex.
    public let hash: String
    public var tester = ""
    public var date = ""
    public var outcome = ""
    public var notes = ""

    public init(record: Int, id: String, hash: String) {
      self.record = record
      self.id = id
      self.hash = hash
    }

    /// Whether both speak of the same record.
    func names(_ other: Row) -> Bool { record == other.record && id == other.id && hash == other.hash }
  }

  public static let name = "workpaper.csv"
  static let columns = ["index", "id", "sha256", "tester", "date", "outcome", "notes"]

  public var rows: [Row]

  public init(rows: [Row]) { self.rows = rows }

  /// The rows with what a tester has written in the rows of `other` for the same records.
  public func keeping(_ other: Workpaper) -> Workpaper {
    let written = Dictionary(other.rows.map { ($0.record, $0) }, uniquingKeysWith: { first, _ in first })
    return Workpaper(
      rows: rows.map { row in written[row.record].flatMap { $0.names(row) ? $0 : nil } ?? row })
  }

  /// The file's bytes.
  public func encoded() -> [UInt8] {
    var out = Self.columns.joined(separator: ",") + "\n"
    for row in rows {
      let cells = [String(row.record), row.id, row.hash, row.tester, row.date, row.outcome, row.notes]
      out += cells.map(Self.cell).joined(separator: ",") + "\n"
    }
    return Array(out.utf8)
  }

  /// A cell, quoted where it must be. A spreadsheet takes what begins like a formula for one, so a quote mark before it
  /// keeps it text.
  private static func cell(_ text: String) -> String {
    var text = text
    if let first = text.unicodeScalars.first, "=+-@\t\r'".unicodeScalars.contains(first) { text = "'" + text }
    let special: Set<UInt8> = [0x22, 0x2C, 0x0A, 0x0D]
    guard text.utf8.contains(where: special.contains) else { return text }
    var quoted = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" { quoted += "\"" }
      quoted.unicodeScalars.append(scalar)
    }
    return quoted + "\""
  }

  private static func text(ofCell cell: String) -> String {
    guard cell.unicodeScalars.first == "'", let second = cell.unicodeScalars.dropFirst().first,
      "=+-@\t\r'".unicodeScalars.contains(second)
    else { return cell }
    return String(String.UnicodeScalarView(cell.unicodeScalars.dropFirst()))
  }
}

extension Workpaper {
  /// Reads a workpaper, also one that a spreadsheet has written again (CRLF, quotes, a byte-order mark).
  ///
  /// Throws `FormatError` with the line.
  public init(decoding bytes: [UInt8]) throws(FormatError) {
    let table = try Self.table(bytes)
    guard let header = table.first, header == Self.columns else {
      throw FormatError(
        .malformed, "its first line is not \(Self.columns.joined(separator: ","))")
    }
    rows = []
    for (number, cells) in table.dropFirst().enumerated() {
      guard cells.count == Self.columns.count, let record = Int(cells[0]), record >= 0,
        String(record) == cells[0]
      else {
        throw FormatError(.malformed, "row \(number + 1) is not \(Self.columns.count) cells of a record")
      }
      var row = Row(record: record, id: Self.text(ofCell: cells[1]), hash: cells[2])
      row.tester = Self.text(ofCell: cells[3])
      row.date = Self.text(ofCell: cells[4])
      row.outcome = Self.text(ofCell: cells[5])
      row.notes = Self.text(ofCell: cells[6])
      rows.append(row)
    }
  }

  private static func table(_ bytes: [UInt8]) throws(FormatError) -> [[String]] {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw FormatError(.malformed, "it is not UTF-8")
    }
    var input = Substring(text).unicodeScalars
    if input.first == "\u{FEFF}" { input.removeFirst() }
    var parser = CSVParser(input)
    return try parser.table()
  }
}

/// Cuts RFC 4180 text into cells.
private struct CSVParser {
  private var rest: Substring.UnicodeScalarView
  private var rows: [[String]] = []
  private var cells: [String] = []

  init(_ text: Substring.UnicodeScalarView) { rest = text }

  mutating func table() throws(FormatError) -> [[String]] {
    while !rest.isEmpty {
      cells.append(try cell())
      guard let mark = rest.popFirst() else { throw flaw("its last line has no end") }
      switch mark {
      case ",": continue
      case "\r": guard rest.popFirst() == "\n" else { throw flaw("a CR stands alone") }
      case "\n": break
      default: throw flaw("something stands behind a closing quote")
      }
      rows.append(cells)
      cells = []
    }
    guard cells.isEmpty else { throw flaw("its last line has no end") }
    return rows
  }

  private mutating func cell() throws(FormatError) -> String {
    var out = String.UnicodeScalarView()
    guard rest.first == "\"" else {
      while let next = rest.first, next != ",", next != "\n", next != "\r" {
        guard next != "\"" else { throw flaw("a quote stands inside a cell") }
        out.append(next)
        rest.removeFirst()
      }
      return String(out)
    }
    rest.removeFirst()
    while let next = rest.popFirst() {
      if next != "\"" {
        out.append(next)
      } else if rest.first == "\"" {
        out.append(next)
        rest.removeFirst()
      } else {
        return String(out)
      }
    }
    throw flaw("a quoted cell does not end")
  }

  private func flaw(_ why: String) -> FormatError {
    FormatError(.malformed, "line \(rows.count + 1): \(why)")
  }
}
