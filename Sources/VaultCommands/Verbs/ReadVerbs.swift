import ArgumentParser
import VaultAudit
import VaultCore
import VaultStore

struct Cat: Verb {
  static let configuration = CommandConfiguration(
    abstract: "Write an object's bytes to standard output.",
    discussion:
      "The bytes are hashed before the first is written where they are few, else as they are written.\n\n"
      + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(
    help: ArgumentHelp("PERIOD:PATH, an object id, or an unambiguous prefix of one.", valueName: "what"))
  var what: String

  @Option(help: ArgumentHelp("A revision other than the newest.", valueName: "n"))
  var revision: Int?

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let vault = try global.open(context)
    let (reader, id) = try Lookup.object(what, revision: revision, vault, context)
    try reader.objects.stream(id) { out.write($0) }
    return .done
  }
}

/// Finds what a user names.
enum Lookup {
  /// The entry at `PERIOD:PATH`.
  static func entry(
    _ text: String, revision: Int?, _ vault: OpenVault, _ context: Context
  ) throws -> (RefReader, PathRecord, Entry) {
    guard let (period, name) = Settings.periodAndPath(text) else {
      throw CommandError(
        .usage, "\(printable(text)) is not PERIOD:PATH",
        hint: context.environment["VAULT_PERIOD"].map { "write \($0):\(text)" })
    }
    let path: EvidencePath
    do throws(FormatError) { path = try EvidencePath(name) } catch {
      throw CommandError(.usage, error.reason)
    }
    let reader = try vault.period(period)
    let revisions = reader.index.revisions(path)
    guard let record = revision.map({ wanted in revisions.first { $0.revision == wanted } }) ?? revisions.last
    else {
      let what = revision.map { " in revision \($0)" } ?? ""
      throw CommandError(
        .usage, "\(period) has no evidence at \(path)\(what)",
        hint: revisions.isEmpty
          ? "'vault ls \(period)' lists what is there"
          : "it has the revisions 1 to \(revisions.count)")
    }
    return (reader, record, try reader.entry(record))
  }

  /// The object that `PERIOD:PATH`, an id or a prefix names.
  static func object(
    _ text: String, revision: Int?, _ vault: OpenVault, _ context: Context
  ) throws -> (RefReader, ObjectID) {
    guard let prefix = Settings.hexPrefix(text) else {
      let (reader, _, entry) = try entry(text, revision: revision, vault, context)
      return (reader, entry.object)
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

  /// The commit that an id or a prefix names.
  static func commit(_ text: String, _ vault: OpenVault) throws -> (RefReader, Int) {
    guard let prefix = Settings.hexPrefix(text) else {
      throw CommandError(
        .usage, "\(printable(text)) is no commit id", hint: "give at least four of its digits")
    }
    var found: [(RefReader, Int, ObjectID)] = []
    for name in try vault.folder.periods() {
      let reader = try vault.period(name)
      for commit in try reader.index.commits(hexPrefix: prefix) {
        found.append((reader, commit.sequence, commit.id))
      }
    }
    guard let first = found.first else { throw CommandError(.usage, "no commit's id begins with \(prefix)") }
    guard found.count == 1 else {
      throw CommandError(
        .usage, "\(prefix) is ambiguous",
        hint: "it begins " + found.prefix(4).map { $0.2.hex }.joined(separator: ", "))
    }
    return (first.0, first.1)
  }
}

struct Show: Verb {
  static let configuration = CommandConfiguration(
    abstract: "Show an entry, its commit, its signer and its proof.",
    discussion:
      "The commit's signature, the entry's place in the signed tree and the object's bytes are all verified.\n\n"
      + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("PERIOD:PATH", valueName: "what"))
  var what: String

  @Option(help: ArgumentHelp("A revision other than the newest.", valueName: "n"))
  var revision: Int?

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let vault = try global.open(context)
    let (reader, record, entry) = try Lookup.entry(what, revision: revision, vault, context)
    let added = try VerifiedCommit(vault, reader, sequence: record.sequence)
    let tip = try VerifiedCommit(vault, reader, sequence: reader.index.sequence)
    let hasher = MerkleHasher()
    let leaf = hasher.leaf(try reader.lineBytes(record))
    let proof = try reader.inclusionProof(leaf: record.leaf)
    guard proof.root(leaf: leaf, hasher) == tip.commit.root else {
      throw CommandError(
        .findings, "the entry is not in the tree that the newest commit signs", hint: "run 'vault fsck'")
    }
    guard try reader.objects.contains(entry.object) else {
      throw CommandError(.findings, "the evidence's bytes are missing or damaged", hint: "run 'vault fsck'")
    }
    if global.json {
      out.json(
        .make([
          ("entry", Rendering.entry(entry, leaf: record.leaf, sequence: record.sequence)),
          ("leafHash", .string(MerkleHash(leaf).description)),
          ("commit", Log.json(added.id, added.commit, author: added.authorName, failure: nil)),
          ("tip", Log.json(tip.id, tip.commit, author: tip.authorName, failure: nil)),
          ("proof", Rendering.proof(proof, root: tip.commit.root)), ("verified", .bool(true)),
        ]))
    } else {
      printText(entry, record, added, tip, proof, leaf: leaf, out)
    }
    return .done
  }

  private func printText(
    _ entry: Entry, _ record: PathRecord, _ added: VerifiedCommit, _ tip: VerifiedCommit,
    _ proof: InclusionProof,
    leaf: Digest, _ out: Output
  ) {
    out.line("path       \(printable(entry.path.text))  (revision \(entry.revision), \(entry.kind.rawValue))")
    out.line("object     \(entry.object)  \(entry.size) bytes, \(printable(entry.mediaType))")
    if !entry.controls.isEmpty { out.line("controls   \(printable(entry.controls.joined(separator: ", ")))") }
    out.line(
      "source     \(printable(entry.source.system))\(entry.series.map { "  series \(printable($0))" } ?? "")")
    out.line("effective  \(entry.effective.from) to \(entry.effective.to)")
    out.line("collected  \(entry.collected)")
    for item in entry.context { out.line("context    \(item.key)=\(printable(item.value))") }
    if let late = entry.late { out.line("late       \(printable(late))") }
    if let superseded = entry.supersedes {
      out.line("supersedes leaf \(superseded.leaf): \(printable(superseded.reason))")
    }
    if let population = entry.population {
      out.line("records    \(population.count), root \(population.root)")
    }
    out.line("commit     \(added.id)  (\(added.commit.sequence), \(added.commit.time))")
    out.line("signer     \(added.authorName)  \(added.commit.signer)")
    out.line("leaf       \(record.leaf) of \(proof.treeSize)  \(MerkleHash(leaf))")
    for hash in proof.path { out.line("           \(MerkleHash(hash))") }
    out.line("root       \(tip.commit.root)  (commit \(tip.commit.sequence))")
    out.line("verified: the bytes hash to the object, the entry is in the tree, both commits are signed")
  }
}
