import ArgumentParser
import VaultCore
import VaultSigning

/// Which keys sign.
struct SigningOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A key file that signs (VAULT_KEY); may be given again. A public key file signs through the agent.",
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

  /// Where a key is named.
  enum Origin: String {
    case flag, environment, agent
  }

  /// The key files that are named, in the order in which they are taken: those of the first origin sign.
  func named(_ context: Context) -> [(origin: Origin, path: String)] {
    let set = context.environment["VAULT_KEY"].flatMap { $0.isEmpty ? nil : $0 }
    return key.map { (.flag, $0) } + [set].compactMap { $0 }.map { (.environment, $0) }
  }

  /// The program that signs in the stead of the key files.
  func program(_ context: Context) -> String? {
    (signerProgram ?? context.environment["VAULT_SIGNER_PROGRAM"]).flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The signers; the first is the author.
  func signers(_ context: Context) throws -> [any Signer] {
    let named = named(context)
    let paths = named.filter { $0.origin == named.first?.origin }.map(\.path)
    guard !paths.isEmpty else {
      throw CommandError(.usage, "--key is missing", hint: "name the key file, or set VAULT_KEY")
    }
    guard let program = program(context) else { return try paths.map { try Keys.signer($0, context) } }
    guard paths.count == 1 else { throw CommandError(.usage, "a signer program signs for one --key") }
    return [
      try ProgramSigner(
        publicKey: try Keys.publicKey(paths[0], context), command: program,
        runner: SpawningRunner(environment: context.environment))
    ]
  }
}
