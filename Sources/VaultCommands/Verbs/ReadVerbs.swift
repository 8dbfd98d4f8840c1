import ArgumentParser
import VaultAudit
import VaultCore
import VaultStore

struct Cat: Verb {
  static let configuration = CommandConfiguration(
    abstract: "Write an object's bytes to standard output.",
    discussion: """
      The bytes are hashed before the first is written where they are few, else as they are written. A repudiated \
      revision is passed over for the newest one that counts.

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(
    help: ArgumentHelp("PERIOD:PATH, an object id, or an unambiguous prefix of one.", valueName: "what"))
  var what: String

  @OptionGroup var revision: RevisionOptions

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let vault = try global.open(context)
    let (reader, id) = try Lookup.object(what, revision, vault, global, context)
    try reader.objects.stream(id) { out.write($0) }
    return .done
  }
}

struct Show: Verb {
  static let configuration = CommandConfiguration(
    abstract: "Show an entry, its commit, its signer and its proof.",
    discussion: """
      The commit's signature, the entry's place in the signed tree and the object's bytes are all verified. A \
      repudiated revision is passed over for the newest one that counts.

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("PERIOD:PATH", valueName: "what"))
  var what: String

  @OptionGroup var revision: RevisionOptions

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let vault = try global.open(context)
    let found = try Lookup.entry(what, revision, vault, global, context)
    let (reader, record, entry) = (found.reader, found.record, found.entry)
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
          (
            "entry",
            Rendering.entry(
              entry, leaf: record.leaf, sequence: record.sequence, repudiation: found.repudiation)
          ),
          ("leafHash", .string(MerkleHash(leaf).description)),
          ("commit", Log.json(added.id, added.commit, author: added.authorName, failure: nil)),
          ("tip", Log.json(tip.id, tip.commit, author: tip.authorName, failure: nil)),
          ("proof", Rendering.proof(proof, root: tip.commit.root)), ("verified", .bool(true)),
        ]))
    } else {
      if let repudiation = found.repudiation { out.line("\(Rendering.text(repudiation)): it does not count") }
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
    if let concerns = entry.concerns { out.line("concerns   \(concerns)") }
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
