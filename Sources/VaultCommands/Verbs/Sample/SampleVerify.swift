import ArgumentParser
import VaultAudit
import VaultCore
import VaultFiles
import VaultRemote
import VaultStore

struct SampleVerify: Verb {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Prove a sample from its folder and the vault's id alone.",
    discussion: """
      Checks every file, the proof of each record, the draw, the signatures, the roles of their keys, and the chain of \
      trust from the vault's id on. The id is that of --vault-id, VAULT_ID, or of the vault that -C names; else the \
      folder's own, for which nothing vouches.

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("The folder of the sample.", valueName: "dir"))
  var folder: String

  @Option(help: ArgumentHelp("The vault's id, obtained elsewhere (VAULT_ID).", valueName: "id"))
  var vaultId: String?

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let pinned = try pinned(context)
    let place = context.absolute(folder)
    guard try context.files.exists(place) else {
      throw CommandError(.usage, "there is no folder \(printable(folder))")
    }
    do {
      let sample = try StoredSample(context.files, folder: place)
      let proved = try SampleCheck.run(
        sample, pinned: pinned, workers: Parallel.coreCount, receipt: SampleReceipt.check)
      report(proved, sample, isPinned: pinned != nil, out)
      return .done
    } catch let finding as SampleFinding {
      report(finding, out)
      return .findings
    }
  }

  /// The id that counts; nil where nobody gives one.
  private func pinned(_ context: Context) throws -> ObjectID? {
    if let id = try vaultId.map(CommitVerb.id) ?? GlobalOptions.pinnedID(context) { return id }
    do {
      return try VaultFolder.open(context.files, root: global.locate(context)).id
    } catch let error as StoreError {
      guard error.code == .notAVault, global.folder == nil else { throw error }
      return nil
    }
  }

  private func report(_ finding: SampleFinding, _ out: Output) {
    if global.json {
      return out.json(
        .make([
          ("detail", .string(finding.detail)), ("finding", .string(finding.name.rawValue)),
          ("subject", .string(finding.subject)), ("verified", .bool(false)),
        ]))
    }
    out.line("\(finding.name.rawValue)  \(printable(finding.subject)): \(printable(finding.detail))")
    if !global.quiet { out.line("NOT PROVED") }
  }

  private func report(_ proved: SampleCheck.Proved, _ sample: StoredSample, isPinned: Bool, _ out: Output) {
    let vault = sample.content.vault
    if global.json {
      return out.json(
        .make([
          ("author", .string(proved.author)), ("commit", .string(proved.commit.description)),
          (
            "draw",
            proved.draw.map {
              .make([
                ("author", .string($0.author)), ("commit", .string($0.commit.description)),
                ("leaf", .integer($0.leaf)),
                ("seed", .string(Hex.encode($0.draw.seed))), ("size", .integer($0.draw.size)),
                ("time", .string($0.time.description)),
              ])
            }
          ),
          ("pinned", .bool(isPinned)), ("population", proved.population.value),
          ("received", proved.received.map { .string($0.description) }),
          ("records", .array(proved.records.map { .integer($0) })), ("vault", .string(vault.description)),
          ("verified", .bool(true)),
        ]))
    }
    if global.quiet { return }
    let population = proved.population
    out.line(
      "population  \(printable(population.path.text)) revision \(population.revision), "
        + "\(counted(population.count, "record")), \(population.root)")
    out.line("            signed by \(proved.author) at \(proved.time), commit \(proved.commit)")
    if let received = proved.received { out.line("            received by a remote at \(received)") }
    out.line("records     \(counted(proved.records.count, "record")), each in the population")
    if let draw = proved.draw {
      out.line("draw        leaf \(draw.leaf) of the reviews, signed by \(draw.author) at \(draw.time)")
      out.line("            the seed \(Hex.encode(draw.draw.seed)) draws these records and no others")
    }
    out.line("vault       \(vault)")
    out.line(
      isPinned
        ? "verified: every byte of it, to the vault's id"
        : "verified, but nothing vouches for this id: compare it with one that you were given")
  }
}
