import ArgumentParser
import VaultAudit
import VaultCore
import VaultFiles
import VaultRemote
import VaultSigning
import VaultStore

struct CheckpointGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkpoint",
    abstract: "For a remote's operator: keep its log's signature fresh, change its key.",
    subcommands: [CheckpointRenew.self, CheckpointNewKey.self, CheckpointRotateKey.self])
}

struct CheckpointRenew: Verb {
  static let configuration = CommandConfiguration(
    commandName: "renew", abstract: "Sign the log of a remote's vault again, with the present time.",
    discussion: """
      Run it hourly where pushes may be days apart: clients warn of a checkpoint that is over a day old, since newer \
      commits may be kept back behind it.

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Option(help: ArgumentHelp("The log's private key, where it does not lie in the vault.", valueName: "file"))
  var logKey: String?

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let vault = try RemoteOperation.open(global, context)
    let keys = LogKeyFiles(
      vault.folder.files, root: vault.folder.root, privatePath: logKey.map(context.absolute))
    if let checkpoint = try RemoteVault.renewCheckpoint(vault, keys, at: context.now()) {
      RemoteOperation.report(checkpoint, global, context, out)
    }
    return .done
  }
}

struct CheckpointNewKey: Verb {
  static let configuration = CommandConfiguration(
    commandName: "new-key", abstract: "Make the key that is to follow on that of a remote's log.",
    discussion: """
      Writes FILE, the private key, and FILE.pub, its verifier key under the log's name; of a private key that is \
      there only the latter. Nothing changes in the remote. Let the vault's trust name FILE.pub beside the old key \
      ('vault trust log add'), push that, and then put it in place with 'vault checkpoint rotate-key'.

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The file of the private key.")
  var file: String

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let vault = try RemoteOperation.open(global, context)
    let path = context.absolute(file)
    let key = try LogKeyChange.prepare(vault, file: path, seed: try context.random(32))
    if global.json {
      out.json(
        .make([
          ("key", .string(key.description)), ("keyFile", .string(path)),
          ("publicKeyFile", .string(path + ".pub")),
        ]))
    } else if !global.quiet {
      out.line("\(key)")
      out.line("  its private key in \(printable(path)), its public one in \(printable(path)).pub")
    }
    return .done
  }
}

struct CheckpointRotateKey: Verb {
  static let configuration = CommandConfiguration(
    commandName: "rotate-key", abstract: "Let a remote's log sign with another key from now on.",
    discussion: """
      The log stays the same: clients that know the new key from the vault's trust follow it on. A key in the vault \
      (log.key) is replaced; where it lies elsewhere, name the new file in each 'vault serve --log-key' then.

      Where the old key was stolen, --at-once does not wait for the trust: until a trust document names the new key, \
      clients refuse the log.

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The file of the new private key.")
  var file: String

  @Flag(help: "Even where the remote's newest trust document does not name the new key.")
  var atOnce = false

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let vault = try RemoteOperation.open(global, context)
    guard try context.files.exists(context.absolute(file)) else {
      throw CommandError(
        .usage, "\(file): no such key file", hint: "'vault checkpoint new-key \(file)' makes one")
    }
    let change = try LogKeyChange(vault, file: context.absolute(file))
    guard try atOnce || change.isNamed() else {
      throw CommandError(
        .refused,
        "the remote's newest trust document does not name the new key: its receipts would not count",
        hint:
          "'vault trust log add NAME --log-key \(file).pub' and push; or --at-once where the old key was stolen"
      )
    }
    try change.run(at: context.now())
    if !global.quiet, !global.json { out.line("the log signs with \(change.key)") }
    guard let checkpoint = try RemoteLog(vault.folder, change.key).checkpoint else { return .done }
    RemoteOperation.report(checkpoint.checkpoint, global, context, out)
    return .done
  }
}

/// What the verbs of a remote's operator share.
private enum RemoteOperation {
  /// The vault, which must have a log of its own.
  static func open(_ global: GlobalOptions, _ context: Context) throws -> OpenVault {
    let vault = try global.open(context)
    let folder = vault.folder
    guard try folder.files.exists(Paths.join(folder.root, VaultFolder.logPublicKeyName)) else {
      throw CommandError(
        .usage, "\(printable(folder.root)) is no remote's vault: it has no log of its own",
        hint: "'vault init --bare DIR --from VAULT' makes one")
    }
    return vault
  }

  static func report(_ checkpoint: Checkpoint, _ global: GlobalOptions, _ context: Context, _ out: Output) {
    if global.json {
      out.json(
        .make([
          ("leaves", .integer(checkpoint.size)), ("log", .string(checkpoint.origin)),
          ("signed", .time(checkpoint.received)),
        ]))
    } else if !global.quiet {
      out.line("\(printable(checkpoint.origin))  \(CheckpointAge(checkpoint, context).text)")
    }
  }
}
