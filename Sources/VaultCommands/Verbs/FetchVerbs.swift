import ArgumentParser
import VaultAudit
import VaultCore
import VaultFiles
import VaultRemote
import VaultSigning
import VaultStore

/// What fetch, pull and clone share.
struct Fetching {
  /// The patterns, which must be some.
  @discardableResult
  static func check(_ globs: [String]) throws -> [Glob] {
    guard globs.count <= Configuration.Remote.periodLimit else {
      throw CommandError(.usage, "at most \(Configuration.Remote.periodLimit) patterns of periods are taken")
    }
    return try globs.map { text in
      do throws(FormatError) { return try Glob(text) } catch { throw CommandError(.usage, error.reason) }
    }
  }

  /// Fetches the periods that `globs` match, all where there are none.
  static func run(
    _ vault: OpenVault, _ access: RemoteAccess, remote: String, _ globs: [String], _ context: Context,
    arrived: ArrivedEvidence? = nil
  ) throws -> Fetch.Report {
    let wanted = try check(globs)
    var progress = TransferProgress("fetching", context)
    defer { progress.end() }
    let report = try Scratch.with(context) { scratch in
      try Fetch(
        access.channel, access.welcome, remote: remote, scratch: scratch, wanted: wanted, sink: arrived
      ).run(into: vault) { progress.moved($0, left: $1) }
    }
    CheckpointAge(report.checkpoint, context).warn(remote)
    for result in report.refs {
      for one in result.disowned {
        Notes.warn(
          "commit \(one.sequence) of \(result.ref): \(printable(one.reason)), and no commit repudiates it; an approver does: "
            + "vault repudiate \(result.ref.period) --commit \(one.commit.hex)")
      }
    }
    return report
  }

  /// What the fetch ends with: findings where a commit came whose key was revoked from before it on.
  static func code(_ report: Fetch.Report) -> ExitCode {
    report.refs.contains { !$0.disowned.isEmpty } ? .findings : .done
  }

  /// Says which refs of the log were wanted and are not shown: a hidden period shows in the log alone.
  static func noteUnseen(_ report: Fetch.Report, _ global: GlobalOptions) {
    guard !report.unseen.isEmpty else { return }
    let shown = report.unseen.prefix(8).map(\.description).joined(separator: ", ")
    Notes.note(
      "the remote's log has accepted commits of \(shown)\(report.unseen.count > 8 ? ", and \(report.unseen.count - 8) more" : ""), "
        + "which it does not show to this key", global)
  }

  static func json(_ report: Fetch.Report) -> [(String, CanonicalValue?)] {
    [
      ("checkpoint", .string(report.checkpoint.received.description)),
      ("log", .integer(report.checkpoint.size)),
      (
        "refs",
        .array(
          report.refs.map {
            .make([
              ("bytes", .integer(Int($0.bytes))), ("commits", .integer($0.commits)),
              ("ref", .string($0.ref.description)), ("sequence", .integer($0.sequence)),
              (
                "disowned",
                $0.disowned.isEmpty ? nil : .array($0.disowned.map { .string($0.commit.description) })
              ),
            ])
          })
      ), ("trust", .integer(report.trust)),
      (
        "unseen", report.unseen.isEmpty ? nil : .array(report.unseen.map { .string($0.description) })
      ),
    ]
  }

  static func text(_ report: Fetch.Report, _ out: Output, _ context: Context) {
    if report.trust > 0 { out.line("trust  \(counted(report.trust, "new document"))") }
    let moved = report.refs.filter { $0.commits > 0 }
    for result in moved {
      out.line(
        "\(result.ref)  \(counted(result.commits, "commit")), \(Rendering.bytes(result.bytes)), now at \(result.sequence)"
      )
    }
    if moved.isEmpty, report.trust == 0 { out.line("nothing new") }
    out.line("log    \(CheckpointAge(report.checkpoint, context).text)")
  }
}

struct FetchVerb: Verb {
  static let configuration = CommandConfiguration(
    commandName: "fetch", abstract: "Bring this vault what a remote has and it lacks.",
    discussion: """
      Without --period and --all it brings the periods that the clone was made of, or that 'vault remote add' named. \
      What may be seen at all is the remote's to say.

      """ + exitCodes, aliases: ["pull"])

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The remote's name or address (VAULT_REMOTE; else origin).")
  var remote: String?

  @Option(help: ArgumentHelp("This time, only periods that match; may be given again.", valueName: "glob"))
  var period: [String] = []

  @Flag(help: "This time, all periods that may be seen.")
  var all = false

  @OptionGroup var ssh: IdentityOption

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    guard !all || period.isEmpty else { throw CommandError(.usage, "--all and --period exclude each other") }
    let vault = try global.open(context)
    let named = try NamedRemote(remote, vault.folder, context)
    let access = try RemoteAccess(named, identity: ssh.identity, vault.folder, context)
    let globs = all ? [] : period.isEmpty ? named.periods : period
    let report = try Fetching.run(vault, access, remote: named.name, globs, context)
    try access.end()
    if global.json {
      out.json(.make(Fetching.json(report)))
    } else if !global.quiet {
      Fetching.text(report, out, context)
    }
    Fetching.noteUnseen(report, global)
    return Fetching.code(report)
  }
}

struct CloneVerb: Verb {
  static let configuration = CommandConfiguration(
    commandName: "clone", abstract: "Copy periods of a remote's vault, and write out their evidence.",
    discussion: """
      Everything is verified from the vault's id on, which --vault-id or VAULT_ID pins; without it the id that the \
      remote shows is printed and recorded: compare it with the one that you were given. Evidence is written as \
      read-only files at its paths, in a folder for each period where there are several. A clone that was broken \
      off goes on when the command is repeated. 'vault pull' later brings what is new in the same periods, and \
      'vault checkout' writes it out.

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "ssh://[USER@]HOST[:PORT]/PATH, [USER@]HOST:PATH, or a folder of this machine.")
  var address: String

  @Argument(help: ArgumentHelp("The folder to make.", valueName: "dir"))
  var directory: String

  @Option(help: ArgumentHelp("Only periods that match; may be given again.", valueName: "glob"))
  var period: [String] = []

  @Option(help: ArgumentHelp("The vault's id, obtained elsewhere (VAULT_ID).", valueName: "id"))
  var vaultId: String?

  @Flag(help: "Write no evidence out.")
  var noCheckout = false

  @Flag(help: "Make the folder itself the vault, without a place for checked-out files.")
  var bare = false

  @OptionGroup var ssh: IdentityOption

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    try Fetching.check(period)
    let id = try vaultId.map(CommitVerb.id) ?? GlobalOptions.pinnedID(context)
    let target = context.absolute(directory)
    let root = bare ? target : Paths.join(target, VaultFolder.workingName)
    let whole = NamedRemote.absolute(address, context)
    let access = try RemoteAccess(whole, identity: ssh.identity, vault: id, isFirst: true, context)
    let vault = try Scratch.with(context) { scratch in
      try Clone.begin(access.channel, access.welcome, context.files, root: root, scratch: scratch)
    }
    if id == nil, !global.quiet, !global.json {
      out.line("the remote shows the vault \(vault.folder.id)")
      out.line("nothing vouches for this id: compare it with the one that you were given")
    }
    var settings = try Configuration.load(context.files, root: root)
    let origin = Configuration.Remote(address: whole, periods: period)
    try checkSame(settings.remotes["origin"], origin, vault)
    settings.remotes["origin"] = origin
    try settings.save(vault.folder)
    let arrived = bare || noCheckout ? nil : ArrivedEvidence(vault.folder)
    let report = try Fetching.run(vault, access, remote: "origin", period, context, arrived: arrived)
    try access.end()
    let written = try arrived.map { try checkout(report, OpenVault(vault.folder), target, $0, context) } ?? 0
    try self.report(report, vault, written, out, context)
    Fetching.noteUnseen(report, global)
    return Fetching.code(report)
  }

  /// A clone that was broken off goes on; one of other periods, or of another remote, does not end in its folder.
  private func checkSame(
    _ there: Configuration.Remote?, _ wanted: Configuration.Remote, _ vault: OpenVault
  ) throws {
    guard let there, try !vault.folder.periods().isEmpty,
      there.address != wanted.address || there.periods != wanted.periods
    else { return }
    let periods = there.periods.isEmpty ? "all periods" : there.periods.joined(separator: ", ")
    throw CommandError(
      .refused, "\(printable(directory)) is a clone of \(periods) of \(printable(there.address))",
      hint: "'vault -C \(printable(directory)) pull --period P' adds a period; or clone into another folder")
  }

  private func report(
    _ report: Fetch.Report, _ vault: OpenVault, _ written: Int, _ out: Output, _ context: Context
  ) throws {
    if global.json {
      return out.json(
        .make(
          Fetching.json(report) + [
            ("files", .integer(written)), ("vault", .string(vault.folder.id.description)),
          ]))
    }
    if global.quiet { return }
    Fetching.text(report, out, context)
    for result in report.refs where !result.disowned.isEmpty {
      out.line("nothing of \(result.ref) is written out before what is wrong with it is repudiated")
    }
    out.line("\(counted(written, "file")) written to \(printable(context.absolute(directory)))")
    out.line("'vault -C \(printable(directory)) fsck' proves it")
  }

  private func checkout(
    _ report: Fetch.Report, _ vault: OpenVault, _ target: String, _ arrived: ArrivedEvidence,
    _ context: Context
  ) throws -> Int {
    do {
      return try writeOut(report, vault, target, arrived, context)
    } catch let error as FileError where error.isFull && arrived.giveUp() {
      // What arrived and has no name takes room as well: older revisions, and what was repudiated.
      return try writeOut(report, vault, target, arrived, context)
    }
  }

  private func writeOut(
    _ report: Fetch.Report, _ vault: OpenVault, _ target: String, _ arrived: ArrivedEvidence,
    _ context: Context
  ) throws -> Int {
    var periods: [String] = []
    for result in report.refs { if case .period(let name) = result.ref { periods.append(name) } }
    // Evidence that somebody signed whose key was revoked is not written out as if it counted.
    let doubtful = Set(report.refs.filter { !$0.disowned.isEmpty }.map(\.ref.period))
    var written = 0
    for name in periods where !doubtful.contains(name) {
      let reader = try vault.period(name)
      let listing = try Listing(vault, reader, folder: nil, all: false)
      var writer = CheckoutWriter(
        context.files, target: periods.count == 1 ? target : Paths.join(target, name), reader.index,
        arrived: arrived)
      let leftOut = try listing.forEachEntry { _, entry, _ in try writer.write(entry) }
      try writer.finish()
      leftOut.tell(listing.standing, how: "left out; 'vault ls --all' shows what", global)
      written += writer.written
    }
    return written
  }
}
