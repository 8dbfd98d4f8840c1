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

  /// The signers; the first is the author.
  func signers(_ context: Context) throws -> [any Signer] {
    let program = signerProgram ?? context.environment["VAULT_SIGNER_PROGRAM"]
    let paths = key.isEmpty ? [context.environment["VAULT_KEY"]].compactMap { $0 } : key
    guard !paths.isEmpty else {
      throw CommandError(.usage, "--key is missing", hint: "name the key file, or set VAULT_KEY")
    }
    guard let program, !program.isEmpty else { return try paths.map { try Keys.signer($0, context) } }
    guard paths.count == 1 else { throw CommandError(.usage, "a signer program signs for one --key") }
    return [
      try ProgramSigner(
        publicKey: try Keys.publicKey(paths[0], context), command: program,
        runner: SpawningRunner(environment: context.environment))
    ]
  }
}
