import ArgumentParser
import VaultAudit
import VaultCore
import VaultStore

struct List: Verb {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List evidence, each path's newest revision.",
    discussion: "Ordered by path without regard to case.\n\n" + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The period.")
  var period: String

  @Argument(help: "Only what lies in this folder.")
  var folder: String?

  @Flag(help: "List superseded revisions too.")
  var all = false

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let reader = try global.open(context).period(try Settings.period(period, context))
    var array = global.json ? JSONArrayOutput(out) : nil
    try Listing.forEachEntry(reader, folder: folder, all: all) { record, entry in
      if array != nil {
        array?.element(Rendering.entry(entry, leaf: record.leaf, sequence: record.sequence))
      } else {
        let revision = entry.revision > 1 ? "  r\(entry.revision)" : ""
        out.line(
          "\(entry.object.hex.prefix(12))  \(Rendering.column(Rendering.bytes(entry.size), 9)) \(printable(entry.path.text))\(revision)"
        )
      }
    }
    array?.end()
    return .done
  }
}

/// Walks the entries of a period by its path index.
enum Listing {
  /// Gives entries in path order to `body`: the newest revision of each path, or all.
  static func forEachEntry(
    _ reader: RefReader, folder: String?, all: Bool, _ body: (PathRecord, Entry) throws -> Void
  ) throws {
    let inside = try folder.map { try Self.folder($0) } ?? nil
    var held: PathRecord?
    try reader.index.forEachPath(in: inside) { record in
      if let held, all || held.path != record.path { try body(held, try reader.entry(held)) }
      held = record
    }
    if let held { try body(held, try reader.entry(held)) }
    // A name that is no folder may be a path itself.
    if held == nil, let inside, let record = reader.index.latest(try EvidencePath(inside)) {
      try body(record, try reader.entry(record))
    }
  }

  private static func folder(_ text: String) throws -> String? {
    var trimmed = Substring(text)
    while trimmed.hasSuffix("/") { trimmed = trimmed.dropLast() }
    if trimmed.isEmpty { return nil }
    do throws(FormatError) {
      return try EvidencePath(String(trimmed)).text
    } catch {
      throw CommandError(.usage, error.reason)
    }
  }
}

struct Diff: Verb {
  static let configuration = CommandConfiguration(
    abstract: "List what was added between two commits.", discussion: exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The period.")
  var period: String

  @Option(help: ArgumentHelp("The commit after which to begin.", valueName: "sequence"))
  var since: Int

  @Option(help: ArgumentHelp("The commit at which to end (default: the newest).", valueName: "sequence"))
  var until: Int?

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let reader = try global.open(context).period(try Settings.period(period, context))
    let last = until ?? reader.index.sequence
    guard since >= 0, since <= last, last <= reader.index.sequence else {
      throw CommandError(.usage, "\(period) has the commits 1 to \(reader.index.sequence)")
    }
    var array = global.json ? JSONArrayOutput(out) : nil
    for sequence in since..<last {
      var leaf =
        UInt64(try reader.commit(sequence + 1).1.count) - UInt64(try reader.commit(sequence + 1).1.added)
      for bytes in try reader.addedLines(sequence + 1).split(
        separator: 0x0A, omittingEmptySubsequences: false
      ).dropLast() {
        defer { leaf += 1 }
        guard case .entry(let entry) = try Line(decoding: Array(bytes)) else { continue }
        if array != nil {
          array?.element(Rendering.entry(entry, leaf: leaf, sequence: sequence + 1))
        } else {
          out.line(
            "\(entry.revision == 1 ? "A" : "R") \(sequence + 1)  \(entry.object.hex.prefix(12))  \(printable(entry.path.text))"
          )
        }
      }
    }
    array?.end()
    return .done
  }
}
