import ArgumentParser
import VaultAudit
import VaultCore
import VaultFiles
import VaultStore

struct Init: Verb {
  static let configuration = CommandConfiguration(
    abstract: "Make a vault.",
    discussion: "The vault's id is printed: give it to auditors out of band.\n\n" + exitCodes)

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

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    guard !key.isEmpty else {
      throw CommandError(.usage, "--key is missing", hint: "name the root key file, or several")
    }
    let signers = try key.map { try Keys.signer($0, context) }
    let folder = context.absolute(directory ?? global.folder ?? ".")
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
}
