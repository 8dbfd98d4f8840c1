import ArgumentParser
import VaultAudit
import VaultCore
import VaultFiles
import VaultRemote

/// Where a commit of evidence goes, and what is said of it.
struct CommitTarget: ParsableArguments {
  @Option(help: ArgumentHelp("The period (VAULT_PERIOD).", valueName: "period"))
  var period: String?

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
    IdentityOption.plainNames
    + PlainArguments.Names(
      options: ["--period", "--message", "-m", "--reason", "--remote", "--vault-id"], flags: ["--supersede"])

  init() {}

  init(_ plain: PlainArguments) {
    period = plain["--period"]
    message = plain["--message"] ?? plain["-m"]
    supersede = plain.has("--supersede")
    reason = plain["--reason"]
    remote = plain["--remote"]
    vaultId = plain["--vault-id"]
    ssh = IdentityOption(plain)
  }

  /// Refuses options that do not go together.
  func check() throws {
    guard supersede == (reason != nil) else {
      throw CommandError(.usage, supersede ? "--supersede needs --reason" : "--reason goes with --supersede")
    }
    guard remote != nil || vaultId == nil && ssh.identity == nil else {
      throw CommandError(.usage, "--vault-id and --identity go with --remote")
    }
  }

  /// A commit to the period `name` of a vault of this machine.
  func commit(
    _ vault: OpenVault, _ name: String, _ signing: SigningOptions, message other: String, workers: Int,
    _ context: Context
  ) throws -> EvidenceCommit {
    EvidenceCommit(
      vault: vault, period: name, signers: try signing.signers(vault, context), message: message ?? other,
      time: context.now(), supersedeReason: try reason.map { try Arguments.text($0, "--reason") },
      workers: workers)
  }

  /// Commits to a remote from a machine that has no vault; `pieces` may use a scratch folder. Gives the period too.
  func commit(
    to remote: String, _ signing: SigningOptions, message other: String, workers: Int, _ context: Context,
    _ pieces: (String) throws -> [EvidencePiece]
  ) throws -> (RemoteCommit.Result, String) {
    guard let id = try vaultId.map(CommitVerb.id) ?? GlobalOptions.pinnedID(context) else {
      throw CommandError(
        .usage, "--remote needs --vault-id, so that no other vault can take the evidence",
        hint: "'vault trust verify' prints it where the vault is")
    }
    guard let name = period ?? context.variable(Setting.period.variable) else {
      throw CommandError(.usage, "no period is named", hint: "name it with --period or VAULT_PERIOD")
    }
    let signers = try signing.signersWithoutVault(context)
    let result = try Scratch.with(context) { scratch in
      let pieces = try pieces(scratch)
      let access = try RemoteAccess(remote, identity: ssh.identity, vault: id, isFirst: false, context)
      var progress = TransferProgress("pushing", context)
      defer { progress.end() }
      let result = try RemoteCommit(
        period: try Settings.periodName(name), signers: signers, message: message ?? other,
        time: context.now(), supersedeReason: try reason.map { try Arguments.text($0, "--reason") },
        workers: workers, files: context.files, scratch: scratch
      ).run(pieces, access.channel, access.welcome) { progress.moved($0, left: $1) }
      try access.end()
      return result
    }
    return (result, name)
  }
}
