import ArgumentParser
import VaultAudit
import VaultCore
import VaultFiles
import VaultStore

struct CommitVerb: Verb {
  static let configuration = CommandConfiguration(
    commandName: "commit", abstract: "Commit evidence to a period.",
    discussion: """
      Without files it commits what 'vault add' has staged. Committing the same evidence again adds nothing and \
      succeeds; other bytes or other metadata at a path that exists need --supersede --reason.

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions
  @OptionGroup var evidence: EvidenceOptions

  @OptionGroup var target: CommitTarget

  @OptionGroup var signing: SigningOptions

  static let plainNames =
    GlobalOptions.plainNames + EvidenceOptions.plainNames + SigningOptions.plainNames
    + CommitTarget.plainNames

  init() {}

  /// The verb of a command line after its name, or nothing if the parser has to look at it.
  init?(plain arguments: some Sequence<String>) {
    guard let plain = PlainArguments(arguments, Self.plainNames) else { return nil }
    if plain["--message"] != nil, plain["-m"] != nil { return nil }
    global = GlobalOptions(plain)
    evidence = EvidenceOptions(plain)
    target = CommitTarget(plain)
    signing = SigningOptions(plain)
  }

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    try target.check()
    return try PopulationRendering.tellingRefusals(global, out) {
      if let remote = target.remote { return try commit(to: remote, context, out) }
      return try commit(context, out)
    }
  }

  private func commit(_ context: Context, _ out: Output) throws -> ExitCode {
    let name = try Settings.period(target.period, global, context)
    let staged = evidence.paths.isEmpty
    if staged, evidence.place != nil || evidence.source != nil || !evidence.control.isEmpty {
      throw CommandError(
        .usage, "no files are named", hint: "what is staged has its metadata from 'vault add'")
    }
    let draft = staged ? nil : try evidence.draft(context)
    let (found, opened) = try Parallel.both(onThread: namesFolder(context)) {
      staged ? [] : try evidence.found(context)
    } and: { [global] in
      Result { try global.open(context) }
    }
    let vault = try opened.get()
    let commit = try target.commit(
      vault, name, signing, message: Self.message(found), workers: Self.workers(found, context), context)
    let result = try draft.map { try commit.run(found, draft: $0) } ?? StagedEvidence(vault).commit(commit)
    CommitReport(global: global, period: name, out: out).tell(result)
    return .done
  }

  /// Commits to a remote from a machine that has no vault.
  private func commit(to remote: String, _ context: Context, _ out: Output) throws -> ExitCode {
    guard !evidence.paths.isEmpty else {
      throw CommandError(.usage, "--remote commits files that are named; nothing is staged there")
    }
    let draft = try evidence.draft(context)
    let found = try evidence.found(context)
    let (result, name) = try target.commit(
      to: remote, signing, message: Self.message(found), workers: Self.workers(found, context), context
    ) { _ in found.map { EvidencePiece($0, draft: draft) } }
    CommitReport(global: global, period: name, out: out).tell(result)
    return .done
  }

  static func id(_ text: String) throws -> ObjectID {
    guard let id = ObjectID(text) else {
      throw CommandError(.usage, "--vault-id is no vault id", hint: "it is sha256: and 64 hexadecimal digits")
    }
    return id
  }

  /// Whether a folder is named, whose walk takes as long as opening the vault does.
  private func namesFolder(_ context: Context) -> Bool {
    evidence.paths.contains { (try? context.files.status(path: $0, followLinks: false).kind) == .directory }
  }

  /// Threads cost more than they save on one small file.
  static func workers(_ found: [EvidenceWalk.Found], _ context: Context) -> Int {
    found.count > 8 || isLarge(found, context) ? Parallel.coreCount : 1
  }

  private static func isLarge(_ found: [EvidenceWalk.Found], _ context: Context) -> Bool {
    var total: Int64 = 0
    for file in found {
      guard case .file(let path) = file.origin else { return true }
      total += (try? context.files.status(path: path, followLinks: true).size) ?? 0
    }
    return total > 1 << 20
  }

  static func message(_ found: [EvidenceWalk.Found]) -> String {
    guard let first = found.first else { return "commit staged evidence" }
    return found.count == 1 ? "add \(first.path)" : "add \(found.count) files"
  }
}
