import ArgumentParser
import VaultAudit
import VaultCore
import VaultStore

/// Which revision of a path is meant.
struct RevisionOptions: ParsableArguments {
  @Option(help: ArgumentHelp("A revision other than the newest.", valueName: "n"))
  var revision: Int?

  @Flag(help: "Take the newest revision even where it is repudiated.")
  var all = false

  /// The newest revision that counts, for verbs that ask for no other.
  static var newest: RevisionOptions {
    var options = RevisionOptions()
    options.revision = nil
    options.all = false
    return options
  }

  /// Whether a revision that does not count is taken: by its number it is asked for outright.
  var takesRepudiated: Bool { all || revision != nil }

  /// The revisions that may be meant.
  func candidates(_ revisions: [PathRecord]) -> [PathRecord] {
    revision.map { wanted in revisions.filter { $0.revision == wanted } } ?? revisions
  }
}

/// Finds what a user names.
enum Lookup {
  /// An entry that a user named, with what repudiates it.
  struct Found {
    let reader: RefReader
    let record: PathRecord
    let entry: Entry
    let repudiation: VerifiedRepudiation?
  }

  /// The entry at `PERIOD:PATH`: the newest revision that counts, or the one that was asked for. Says which
  /// repudiated revisions were passed over, and where one that was asked for does not count.
  static func entry(
    _ text: String, _ options: RevisionOptions, _ vault: OpenVault, _ global: GlobalOptions,
    _ context: Context
  ) throws -> Found {
    guard let (period, name) = Settings.periodAndPath(text) else {
      throw CommandError(
        .usage, "\(printable(text)) is not PERIOD:PATH",
        hint: try Settings.optionalPeriod(nil, global, context).map { "write \($0):\(text)" })
    }
    let path: EvidencePath
    do throws(FormatError) { path = try EvidencePath(name) } catch {
      throw CommandError(.usage, error.reason)
    }
    let reader = try vault.period(period)
    let standing = Standing(vault, reader)
    defer { Notes.warn(standing.rejected) }
    let revisions = reader.index.revisions(path)
    let wanted = options.candidates(revisions)
    var passed: [(PathRecord, VerifiedRepudiation)] = []
    for record in wanted.reversed() {
      let repudiation = try standing.repudiation(ofLeaf: record.leaf)
      if let repudiation { passed.append((record, repudiation)) }
      guard repudiation == nil || options.takesRepudiated else { continue }
      for (record, repudiation) in passed { note(record, repudiation, options, global) }
      return Found(
        reader: reader, record: record, entry: try reader.entry(record), repudiation: repudiation)
    }
    if let (record, newest) = passed.first {
      throw CommandError(
        .refused,
        "revision \(record.revision) of \(path) is repudiated by commit \(newest.bySequence), and no other counts: "
          + newest.reason,
        hint: "--all takes it all the same")
    }
    let what = options.revision.map { " in revision \($0)" } ?? ""
    throw CommandError(
      .usage, "\(period) has no evidence at \(path)\(what)",
      hint: revisions.isEmpty
        ? "'vault ls \(period)' lists what is there" : "it has the revisions 1 to \(revisions.count)")
  }

  private static func note(
    _ record: PathRecord, _ repudiation: VerifiedRepudiation, _ options: RevisionOptions,
    _ global: GlobalOptions
  ) {
    Notes.note(
      "revision \(record.revision) is repudiated by commit \(repudiation.bySequence) "
        + "(\(printable(repudiation.reason)))\(options.takesRepudiated ? "" : "; --all takes it all the same")",
      global)
  }

  /// A population that a user named.
  struct FoundPopulation {
    let reader: RefReader
    let record: PathRecord
    let entry: Entry
    let population: Population
  }

  /// The population at `PERIOD:PATH`, as ``entry(_:_:_:_:_:)`` finds it.
  static func population(
    _ text: String, _ options: RevisionOptions, _ vault: OpenVault, _ global: GlobalOptions,
    _ context: Context
  ) throws -> FoundPopulation {
    let found = try entry(text, options, vault, global, context)
    guard let population = found.entry.population else {
      throw CommandError(
        .usage, "\(found.entry.path) is a document",
        hint: "'vault population list \(found.reader.index.ref.period)' lists populations")
    }
    return FoundPopulation(
      reader: found.reader, record: found.record, entry: found.entry, population: population)
  }

  /// The object that `PERIOD:PATH`, an id or a prefix names.
  static func object(
    _ text: String, _ options: RevisionOptions, _ vault: OpenVault, _ global: GlobalOptions,
    _ context: Context
  ) throws -> (RefReader, ObjectID) {
    guard let prefix = Settings.hexPrefix(text) else {
      let found = try entry(text, options, vault, global, context)
      return (found.reader, found.entry.object)
    }
    var found: [(RefReader, ObjectID)] = []
    for name in try vault.folder.periods() {
      let reader = try vault.period(name)
      for id in try reader.index.objects(hexPrefix: prefix) where !found.contains(where: { $0.1 == id }) {
        found.append((reader, id))
      }
    }
    guard let first = found.first else { throw CommandError(.usage, "no object's id begins with \(prefix)") }
    guard found.count == 1 else {
      throw CommandError(
        .usage, "\(prefix) is ambiguous",
        hint: "it begins " + found.prefix(4).map { $0.1.hex }.joined(separator: ", "))
    }
    return first
  }

  /// The commit that an id or a prefix names, in one of `periods`, or in any where nil.
  static func commit(
    _ text: String, _ vault: OpenVault, in periods: [String]? = nil
  ) throws -> (RefReader, Int) {
    guard let prefix = Settings.hexPrefix(text) else {
      throw CommandError(
        .usage, "\(printable(text)) is no commit id", hint: "give at least four of its digits")
    }
    var found: [(RefReader, Int, ObjectID)] = []
    for name in try periods ?? vault.folder.periods() {
      let reader = try vault.period(name)
      for commit in try reader.index.commits(hexPrefix: prefix) {
        found.append((reader, commit.sequence, commit.id))
      }
    }
    guard let first = found.first else {
      let place = periods.map { " of \($0.joined(separator: ", "))" } ?? ""
      throw CommandError(.usage, "no commit's id\(place) begins with \(prefix)")
    }
    guard found.count == 1 else {
      throw CommandError(
        .usage, "\(prefix) is ambiguous",
        hint: "it begins " + found.prefix(4).map { $0.2.hex }.joined(separator: ", "))
    }
    return (first.0, first.1)
  }
}
