import ArgumentParser
import VaultAudit
import VaultCore
import VaultFiles
import VaultStore

/// The options that every verb has.
struct GlobalOptions: ParsableArguments {
  @Option(name: .customShort("C"), help: ArgumentHelp("The vault's folder.", valueName: "dir"))
  var folder: String?

  @Flag(help: "Print JSON.")
  var json = false

  @Flag(name: .shortAndLong, help: "Print only errors.")
  var quiet = false

  static let plainNames = PlainArguments.Names(options: ["-C"], flags: ["--json", "--quiet", "-q"])

  init() {}

  init(_ plain: PlainArguments) {
    folder = plain["-C"]
    json = plain.has("--json")
    quiet = plain.has("--quiet") || plain.has("-q")
  }

  /// The vault that the options, the environment or the current folder name, its trust verified.
  func open(_ context: Context) throws -> OpenVault {
    try OpenVault(try find(context), pinned: try Self.pinnedID(context))
  }

  /// The same with `beside` done at the same time, for which the vault's folder is enough.
  func open<Made>(
    _ context: Context, beside: (VaultFolder) throws -> Made
  ) throws -> (vault: OpenVault, made: Made) {
    let folder = try find(context)
    let pinned = try Self.pinnedID(context)
    let (made, opened) = try Parallel.both(onThread: true) {
      try beside(folder)
    } and: {
      Result { try OpenVault(folder, pinned: pinned) }
    }
    return (try opened.get(), made)
  }

  private func find(_ context: Context) throws -> VaultFolder {
    try VaultFolder.find(context.files, from: try start(context))
  }

  /// The vault's own folder with nothing read of it, for fsck.
  func locate(_ context: Context) throws -> String {
    try VaultFolder.locate(context.files, from: try start(context))
  }

  /// The settings of this copy of the vault; none outside a vault.
  func configuration(_ context: Context) throws -> Configuration {
    do {
      return try Configuration.load(context.files, root: try locate(context))
    } catch let error as StoreError {
      guard error.code == .notAVault else { throw error }
      return Configuration()
    }
  }

  private func start(_ context: Context) throws -> String {
    let named = folder ?? context.environment["VAULT_DIR"]
    let start = context.absolute(named ?? ".")
    // Else a mistyped name below a vault would mean that vault.
    if let named, try !context.files.exists(start) {
      throw CommandError(
        .usage, "no vault in \(named): there is no such folder", hint: "-C DIR or VAULT_DIR names it")
    }
    return start
  }

  /// An id that `VAULT_ID` pins.
  static func pinnedID(_ context: Context) throws -> ObjectID? {
    guard let text = context.variable("VAULT_ID") else { return nil }
    guard let id = ObjectID(text) else { throw CommandError(.usage, "VAULT_ID is no vault id") }
    return id
  }
}

/// A verb: runs in a context and says how to exit.
protocol Verb: ParsableCommand {
  var global: GlobalOptions { get }
  func run(_ context: Context, _ out: Output) throws -> ExitCode
}

/// The exit codes, shown in every verb's help.
let exitCodes = """
  Exit codes: 0 done and sound; 1 something is wrong with the evidence; 2 wrong usage; 3 refused by policy, \
  trust or write-once; 4 files or network failed.
  """
