import ArgumentParser
import VaultAudit
import VaultCore
import VaultFiles
import VaultRemote
import VaultSigning
import VaultStore

struct Init: Verb {
  static let configuration = CommandConfiguration(
    abstract: "Make a vault.",
    discussion: """
      The vault's id is printed: give it to auditors out of band.

      With --from the new vault is a write-once remote of another: it takes over that one's trust, none of its \
      periods, and has the key of a log, with which it signs receipts. These count once the trust names the log: \
      'vault trust log add'.

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("The folder (default: the current one).", valueName: "dir"))
  var directory: String?

  @Option(help: ArgumentHelp("A root key file; may be given again.", valueName: "file"))
  var key: [String] = []

  @Option(
    help: ArgumentHelp(
      "How many root keys must sign changes of trust (default: all that are named).", valueName: "n"))
  var threshold: Int?

  @Flag(help: "Make the folder itself the vault, without a place for checked-out files.")
  var bare = false

  @Option(
    help: ArgumentHelp("The vault whose trust a bare one takes over, for a remote.", valueName: "vault"))
  var from: String?

  @Option(
    help: ArgumentHelp(
      "With --from, the log's private key: used if the file is there, else made there (default: log.key in the vault).",
      valueName: "file"))
  var logKey: String?

  @Option(
    help: ArgumentHelp("With --from, the log's name (default: one that no other log has).", valueName: "name")
  )
  var logName: String?

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    if let from { return try makeRemote(from, context, out) }
    guard logKey == nil, logName == nil else {
      throw CommandError(
        .usage, "--log-key and --log-name go with --from", hint: "name the vault with --from")
    }
    guard !key.isEmpty else {
      throw CommandError(.usage, "--key is missing", hint: "name the root key file, or several")
    }
    let signers = try key.map { try Keys.signer($0, context) }
    let folder = folder(context)
    let root = bare ? folder : Paths.join(folder, VaultFolder.workingName)
    let vault = try TrustEditing.createVault(
      context.files, root: root, signers: signers, threshold: threshold ?? signers.count,
      nonce: try context.random(32),
      time: context.now())
    if global.json {
      out.json(.make([("vault", .string(vault.folder.id.description)), ("path", .string(root))]))
    } else if !global.quiet {
      out.line("made vault \(vault.folder.id)")
      out.line("  in \(printable(root)), \(counted(signers.count, "root key"))")
    }
    return .done
  }

  private func folder(_ context: Context) -> String { context.absolute(directory ?? global.folder ?? ".") }

  private func makeRemote(_ source: String, _ context: Context, _ out: Output) throws -> ExitCode {
    guard bare else {
      throw CommandError(.usage, "--from makes a bare vault only", hint: "give --bare too")
    }
    guard key.isEmpty, threshold == nil else {
      throw CommandError(
        .usage, "--key and --threshold do not go with --from",
        hint: "the trust of \(source) is taken over as it is")
    }
    guard try context.files.exists(context.absolute(source)) else {
      throw CommandError(.usage, "--from \(source): there is no such folder")
    }
    var named = global
    named.folder = source
    let made = try RemoteVault.create(
      context.files, root: folder(context), from: try named.open(context),
      key: RemoteVault.LogKey(
        name: logName, file: logKey.map(context.absolute), seed: try context.random(32)), time: context.now())
    report(made, out)
    return .done
  }

  private func report(_ made: RemoteVault, _ out: Output) {
    let folder = made.vault.folder
    let publicFile = Paths.join(folder.root, VaultFolder.logPublicKeyName)
    if global.json {
      out.json(
        .make([
          ("vault", .string(folder.id.description)), ("path", .string(folder.root)),
          ("trustDocuments", .integer(made.vault.trust.documents.count)),
          (
            "log",
            .make([
              ("name", .string(made.log.name)), ("key", .string(made.log.description)),
              ("keyFile", .string(made.keyFile)), ("publicKeyFile", .string(publicFile)),
            ])
          ),
        ]))
    } else if !global.quiet {
      out.line("made vault \(folder.id)")
      out.line(
        "  in \(printable(folder.root)), \(counted(made.vault.trust.documents.count, "trust document")), no periods"
      )
      out.line("log \(made.log.name)")
      out.line("  its private key in \(printable(made.keyFile)), its public one in \(printable(publicFile))")
      out.line(
        "  receipts count after 'vault trust log add NAME --log-key \(printable(publicFile)) --key ROOT'")
    }
  }
}
