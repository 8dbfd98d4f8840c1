import ArgumentParser
import VaultAudit
import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

/// Which keys sign.
struct SigningOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A key file that signs (VAULT_KEY, else the configuration's, else a key of the agent); may be given again. A public key file signs through the agent.",
      valueName: "file"))
  var key: [String] = []

  @Option(
    help: ArgumentHelp(
      "A program that signs for the public key file of --key: it reads what is to be signed and writes the raw signature.",
      valueName: "command"))
  var signerProgram: String?

  static let plainNames = PlainArguments.Names(options: ["--signer-program"], repeated: ["--key"])

  init() {}

  init(_ plain: PlainArguments) {
    key = plain.all("--key")
    signerProgram = plain["--signer-program"]
  }

  /// Where a key is named, in the order in which they are taken: those of the first that names any sign.
  enum Origin: String, CaseIterable {
    case flag, environment, configuration, agent
  }

  /// The key files that an origin names; the configuration is read where it is asked.
  func files(
    _ origin: Origin, _ context: Context, _ configuration: () throws -> Configuration
  ) throws -> [String] {
    switch origin {
    case .flag: key
    case .environment: [context.variable(Setting.key.variable)].compactMap { $0 }
    case .configuration: [try configuration()[.key]].compactMap { $0 }
    case .agent: []
    }
  }

  /// The program that signs in the stead of the key files.
  func program(_ context: Context) -> String? {
    (signerProgram ?? context.environment["VAULT_SIGNER_PROGRAM"]).flatMap { $0.isEmpty ? nil : $0 }
  }

  static let programWithoutKey = CommandError(
    .usage, "no key is named that the signer program signs for", hint: "name its public key file with --key")
  static let programWithKeys = CommandError(.usage, "a signer program signs for one --key")

  /// The signers of what is added to a vault; the first is the author.
  ///
  /// Refuses a remote's vault: its log would have no leaf of what did not come by a push, and nothing could follow that.
  func signers(_ vault: OpenVault, _ context: Context) throws -> [any Signer] {
    let log = Paths.join(vault.folder.root, VaultFolder.logPublicKeyName)
    guard try !context.files.exists(log) else {
      throw CommandError(
        .refused, "\(printable(vault.folder.root)) is a remote, which takes only what is pushed to it",
        hint: "work in a copy of it, which 'vault clone' makes, and push")
    }
    for origin in Origin.allCases {
      let paths = try files(origin, context) {
        try Configuration.load(context.files, root: vault.folder.root)
      }
      guard paths.isEmpty else { return try signers(paths, context) }
    }
    guard program(context) == nil else { throw Self.programWithoutKey }
    return [Keys.signer(inAgent: try Agent(context).chosen(KeyTrust(vault, context)), context)]
  }

  /// The signers where there is no vault to say which of the agent's keys it knows.
  func signersWithoutVault(_ context: Context) throws -> [any Signer] {
    for origin in [Origin.flag, .environment] {
      let paths = try files(origin, context) { Configuration() }
      guard paths.isEmpty else { return try signers(paths, context) }
    }
    throw CommandError(.usage, "no key is named", hint: "name it with --key FILE or VAULT_KEY")
  }

  private func signers(_ paths: [String], _ context: Context) throws -> [any Signer] {
    guard let program = program(context) else { return try paths.map { try Keys.signer($0, context) } }
    guard paths.count == 1 else { throw Self.programWithKeys }
    return [
      try ProgramSigner(
        publicKey: try Keys.publicKey(paths[0], context), command: program,
        runner: SpawningRunner(environment: context.environment))
    ]
  }
}
