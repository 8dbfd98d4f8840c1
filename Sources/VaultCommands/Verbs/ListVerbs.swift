import ArgumentParser
import VaultAudit
import VaultCore
import VaultStore

struct List: Verb {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List evidence, each path's newest revision.",
    discussion: """
      Ordered by path without regard to case. Entries of repudiated commits do not count: a path's newest revision is \
      the newest one that counts.

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The period (VAULT_PERIOD).")
  var period: String?

  @Argument(help: "Only what lies in this folder, or this path.")
  var folder: String?

  @Flag(help: "List superseded and repudiated revisions too.")
  var all = false

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let vault = try global.open(context)
    let name = try Settings.period(period, global, context, thenPath: true)
    let listing = try Listing(vault, vault.period(name), folder: folder, all: all)
    var array = global.json ? JSONArrayOutput(out) : nil
    let leftOut = try listing.forEachEntry { record, entry, repudiation in
      if array != nil {
        array?.element(
          Rendering.entry(entry, leaf: record.leaf, sequence: record.sequence, repudiation: repudiation))
      } else {
        let revision = entry.revision > 1 ? "  r\(entry.revision)" : ""
        let about = entry.concerns.map { "  concerns \($0)" } ?? ""
        let mark = about + (repudiation.map { "  \(Rendering.text($0))" } ?? "")
        out.line(
          "\(entry.object.hex.prefix(12))  \(Rendering.column(Rendering.bytes(entry.size), 9)) \(printable(entry.path.text))\(revision)\(mark)"
        )
      }
    }
    array?.end()
    leftOut.tell(listing.standing, how: "--all shows \(leftOut.count == 1 ? "it" : "them")", global)
    return .done
  }
}

/// The entries of a period, or of a folder or path in it, by the path index.
struct Listing {
  let standing: Standing
  private let reader: RefReader
  private let folder: String?
  /// The revisions of the one path that is named, where it is no folder.
  private let revisions: [PathRecord]
  private let all: Bool

  /// `place` is what the user named; throws where the period has nothing there. With `all` every revision is
  /// given, else the newest one of each path that counts.
  init(_ vault: OpenVault, _ reader: RefReader, folder place: String?, all: Bool) throws {
    self.reader = reader
    self.all = all
    standing = Standing(vault, reader)
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

  /// Gives entries in path order to `body`, with what repudiates them, and returns what was left out.
  func forEachEntry(
    _ body: (PathRecord, Entry, VerifiedRepudiation?) throws -> Void
  ) throws -> LeftOut {
    var leftOut = LeftOut()
    var held = revisions
    if revisions.isEmpty {
      try reader.index.forEachPath(in: folder) { record in
        if let last = held.last, last.path != record.path {
          try settle(held, &leftOut, body)
          held = []
        }
        held.append(record)
      }
    }
    try settle(held, &leftOut, body)
    return leftOut
  }

  /// Gives the revisions of one path to `body`, or only the one that stands.
  private func settle(
    _ revisions: [PathRecord], _ leftOut: inout LeftOut,
    _ body: (PathRecord, Entry, VerifiedRepudiation?) throws -> Void
  ) throws {
    if all {
      for record in revisions {
        try body(record, try reader.entry(record), try standing.repudiation(ofLeaf: record.leaf))
      }
      return
    }
    for record in revisions.reversed() {
      guard let repudiation = try standing.repudiation(ofLeaf: record.leaf) else {
        return try body(record, try reader.entry(record), nil)
      }
      leftOut.add(repudiation)
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

  @Argument(help: "The period (VAULT_PERIOD).")
  var period: String?

  @Option(help: ArgumentHelp("The commit after which to begin.", valueName: "sequence"))
  var since: Int

  @Option(help: ArgumentHelp("The commit at which to end (default: the newest).", valueName: "sequence"))
  var until: Int?

  @Flag(help: "List entries of repudiated commits too.")
  var all = false

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let vault = try global.open(context)
    let reader = try vault.period(try Settings.period(period, global, context))
    let standing = Standing(vault, reader)
    var leftOut = LeftOut()
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
        let repudiation = try standing.repudiation(ofLeaf: leaf)
        if let repudiation, !all {
          leftOut.add(repudiation)
        } else if array != nil {
          array?.element(
            Rendering.entry(entry, leaf: leaf, sequence: sequence + 1, repudiation: repudiation))
        } else {
          let about = entry.concerns.map { "  concerns \($0)" } ?? ""
          let mark = about + (repudiation.map { "  \(Rendering.text($0))" } ?? "")
          out.line(
            "\(entry.revision == 1 ? "A" : "R") \(sequence + 1)  \(entry.object.hex.prefix(12))  \(printable(entry.path.text))\(mark)"
          )
        }
      }
    }
    array?.end()
    leftOut.tell(standing, how: "--all shows \(leftOut.count == 1 ? "it" : "them")", global)
    try noteEarlier(standing, after: since, through: last)
    return .done
  }

  /// Says which commits before these were repudiated by one of them: their entries ceased to count meanwhile.
  private func noteEarlier(_ standing: Standing, after since: Int, through last: Int) throws {
    for one in try standing.all()
    where one.sequence <= since && (since + 1...max(last, since + 1)).contains(one.bySequence) {
      Notes.note(
        "commit \(one.bySequence) repudiates \(counted(one.entries, "entry", "entries")) of commit "
          + "\(one.sequence) (\(printable(one.reason)))", global)
    }
  }
}
