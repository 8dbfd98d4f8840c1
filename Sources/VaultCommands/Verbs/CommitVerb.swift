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

  @Option(help: ArgumentHelp("The period (VAULT_PERIOD).", valueName: "period"))
  var period: String?

  @OptionGroup var signing: SigningOptions

  @Option(name: .shortAndLong, help: ArgumentHelp("What is committed and why.", valueName: "text"))
  var message: String?

  @Flag(help: "Add a new revision of a path that exists.")
  var supersede = false

  @Option(help: ArgumentHelp("Why a revision supersedes the one before.", valueName: "text"))
  var reason: String?

  @Option(
    help: ArgumentHelp(
      "Commit to this remote, without a local vault; needs --vault-id (VAULT_REMOTE is not asked).",
      valueName: "address"))
  var remote: String?

  @Option(help: ArgumentHelp("The id of the remote's vault, obtained elsewhere (VAULT_ID).", valueName: "id"))
  var vaultId: String?

  @OptionGroup var ssh: IdentityOption

  static let plainNames =
    GlobalOptions.plainNames + EvidenceOptions.plainNames + SigningOptions.plainNames
    + IdentityOption.plainNames
    + PlainArguments.Names(
      options: ["--period", "--message", "-m", "--reason", "--remote", "--vault-id"], flags: ["--supersede"])

  init() {}

  /// The verb of a command line after its name, or nothing if the parser has to look at it.
  init?(plain arguments: some Sequence<String>) {
    guard let plain = PlainArguments(arguments, Self.plainNames) else { return nil }
    if plain["--message"] != nil, plain["-m"] != nil { return nil }
    global = GlobalOptions(plain)
    evidence = EvidenceOptions(plain)
    period = plain["--period"]
    signing = SigningOptions(plain)
    message = plain["--message"] ?? plain["-m"]
    remote = plain["--remote"]
    vaultId = plain["--vault-id"]
    ssh = IdentityOption(plain)
    supersede = plain.has("--supersede")
    reason = plain["--reason"]
  }

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    guard supersede == (reason != nil) else {
      throw CommandError(.usage, supersede ? "--supersede needs --reason" : "--reason goes with --supersede")
    }
    if let remote { return try commit(to: remote, context, out) }
    guard vaultId == nil, ssh.identity == nil else {
      throw CommandError(.usage, "--vault-id and --identity go with --remote")
    }
    let name = try Settings.period(period, global, context)
    let staged = evidence.paths.isEmpty
    if staged, evidence.place != nil || evidence.source != nil || !evidence.control.isEmpty {
      throw CommandError(
        .usage, "no files are named", hint: "what is staged has its metadata from 'vault add'")
    }
    let draft = staged ? nil : try evidence.draft()
    let (found, opened) = try Parallel.both(onThread: namesFolder(context)) {
      staged ? [] : try evidence.found(context)
    } and: { [global] in
      Result { try global.open(context) }
    }
    let vault = try opened.get()
    let signers = try signing.signers(vault, context)
    let commit = EvidenceCommit(
      vault: vault, period: name, signers: signers, message: message ?? Self.message(found),
      time: context.now(),
      supersedeReason: try reason.map { try Arguments.text($0, "--reason") },
      workers: found.count > 8 || Self.isLarge(found, context) ? Parallel.coreCount : 1)
    let result = try draft.map { try commit.run(found, draft: $0) } ?? StagedEvidence(vault).commit(commit)
    if global.json {
      out.json(.make(json(result, name)))
    } else if !global.quiet {
      printText(result, name, out)
    }
    return .done
  }

  /// Whether a folder is named, whose walk takes as long as opening the vault does.
  private func namesFolder(_ context: Context) -> Bool {
    evidence.paths.contains { (try? context.files.status(path: $0, followLinks: false).kind) == .directory }
  }

  /// Threads cost more than they save on one small file.
  static func isLarge(_ found: [EvidenceWalk.Found], _ context: Context) -> Bool {
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

  func json(_ result: EvidenceCommit.Result, _ period: String) -> [(String, CanonicalValue?)] {
    [
      ("commit", .string(result.commit.description)), ("period", .string(period)),
      ("sequence", .integer(result.sequence)), ("entries", .array(result.added.map { Rendering.entry($0) })),
      ("unchanged", .array(result.unchanged.map { Rendering.entry($0) })),
      ("retry", .bool(result.added.isEmpty)),
    ]
  }

  func printText(_ result: EvidenceCommit.Result, _ period: String, _ out: Output) {
    guard !result.added.isEmpty else {
      out.line(
        "nothing to add: \(period) has all of it already (commit \(result.sequence), \(result.commit.hex.prefix(12)))"
      )
      return
    }
    let bytes = result.added.reduce(UInt64(0)) { $0 + $1.size }
    out.line(
      "[\(period) \(result.sequence)] \(result.commit.hex.prefix(12))  "
        + "\(counted(result.added.count, "entry", "entries")), \(Rendering.bytes(bytes))")
    for entry in result.added.prefix(20) {
      out.line(
        "  \(entry.object.hex.prefix(12))  \(printable(entry.path.text))\(entry.revision > 1 ? " (revision \(entry.revision))" : "")"
      )
    }
    if result.added.count > 20 { out.line("  … and \(result.added.count - 20) more") }
    if !result.unchanged.isEmpty { out.line("  \(result.unchanged.count) unchanged, not added again") }
  }
}
