import ArgumentParser
import VaultAudit
import VaultCore
import VaultStore

struct List: Verb {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List evidence, each path's newest revision.",
    discussion: "Ordered by path without regard to case.\n\n" + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The period (VAULT_PERIOD).")
  var period: String?

  @Argument(help: "Only what lies in this folder, or this path.")
  var folder: String?

  @Flag(help: "List superseded revisions too.")
  var all = false

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let reader = try global.open(context).period(try Settings.period(period, context))
    let listing = try Listing(reader, folder)
    var array = global.json ? JSONArrayOutput(out) : nil
    try listing.forEachEntry(all: all) { record, entry in
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

/// The entries of a period, or of a folder or path in it, by the path index.
struct Listing {
  private let reader: RefReader
  private let folder: String?
  /// The revisions of the one path that is named, where it is no folder.
  private let revisions: [PathRecord]

  /// `place` is what the user named; throws where the period has nothing there.
  init(_ reader: RefReader, _ place: String?) throws {
    self.reader = reader
    folder = try place.flatMap { try Self.folder($0) }
    revisions = try folder.map { reader.index.revisions(try EvidencePath($0)) } ?? []
    guard let folder, revisions.isEmpty, !reader.index.holds(folder: folder) else { return }
    throw CommandError(
      .usage, "\(reader.index.ref.period) has no evidence at \(printable(folder)) or in it",
      hint: Self.hint(reader))
  }

  private static func hint(_ reader: RefReader) -> String {
    let names = reader.index.topNames(limit: 9)
    if names.isEmpty { return "it has none yet" }
    return "at the top it has " + names.prefix(8).joined(separator: ", ") + (names.count > 8 ? " …" : "")
  }

  /// Gives entries in path order to `body`: the newest revision of each path, or all.
  func forEachEntry(all: Bool, _ body: (PathRecord, Entry) throws -> Void) throws {
    guard revisions.isEmpty else {
      for record in all ? revisions : revisions.suffix(1) { try body(record, try reader.entry(record)) }
      return
    }
    var held: PathRecord?
    try reader.index.forEachPath(in: folder) { record in
      if let held, all || held.path != record.path { try body(held, try reader.entry(held)) }
      held = record
    }
    if let held { try body(held, try reader.entry(held)) }
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

  @Argument(help: "The period (VAULT_PERIOD).")
  var period: String?

  @Option(help: ArgumentHelp("The commit after which to begin.", valueName: "sequence"))
  var since: Int

  @Option(help: ArgumentHelp("The commit at which to end (default: the newest).", valueName: "sequence"))
  var until: Int?

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let reader = try global.open(context).period(try Settings.period(period, context))
    let last = until ?? reader.index.sequence
    guard since >= 0, since <= last, last <= reader.index.sequence else {
      throw CommandError(.usage, "\(reader.index.ref.period) has the commits 1 to \(reader.index.sequence)")
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
