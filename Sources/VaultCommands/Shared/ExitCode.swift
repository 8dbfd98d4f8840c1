import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

/// The exit codes of every command.
public enum ExitCode: Int32, Sendable {
  /// Done and sound.
  case done = 0
  /// Something is wrong with the evidence.
  case findings = 1
  /// The command line or an input is wrong.
  case usage = 2
  /// Policy, trust or the write-once rule forbids it.
  case refused = 3
  /// The environment failed: files, network.
  case environment = 4
}

/// A failure of a command: what it prints and how it exits.
struct CommandError: Error {
  let code: ExitCode
  let message: String
  let hint: String?

  init(_ code: ExitCode, _ message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }

  /// Translates an error of the layers below, once and here.
  init(_ error: any Error) {
    switch error {
    case let error as CommandError: self = error
    case let error as StoreError:
      self.init(Self.code(error.code), error.reason, hint: error.hint ?? Self.hint(error.code))
    case let error as FileError where error.errno == 2 && error.path.hasSuffix(".pack"):
      self.init(
        .findings, "a packfile is missing: \(error.path)", hint: "run 'vault fsck' to see what is hit")
    case let error as FileError where error.errno == 40 && Self.isOfAVault(error.path):
      self.init(
        .findings, "\(error.path) is a symbolic link, and a vault holds none", hint: "run 'vault fsck'")
    case let error as FileError where error.operation == "mkdir" && error.errno == 20:
      self.init(.usage, "\(error.path) is no folder")
    case let error as FileError: self.init(.environment, error.description, hint: Self.hint(error))
    case let error as TrustError: self.init(.refused, error.reason, hint: Self.hint(error))
    case let error as SigningError: self.init(Self.code(error.code), error.reason, hint: Self.hint(error))
    case let error as FormatError:
      let isNewer = error.code == .unsupported
      self.init(isNewer ? .refused : .findings, error.reason, hint: isNewer ? Self.upgradeHint : nil)
    default: self = CommandError(remote: error) ?? CommandError(.environment, "\(error)")
    }
  }

  private static func isOfAVault(_ path: String) -> Bool {
    path.hasSuffix(".pack") || path.hasSuffix(".log") || path.hasSuffix("/" + VaultFile.name)
  }

  private static let upgradeHint =
    "this is vault \(VaultCommand.version); a newer one made or changed the vault: install that"

  private static func hint(_ code: StoreError.Code) -> String? { code == .unsupported ? upgradeHint : nil }

  private static func code(_ code: StoreError.Code) -> ExitCode {
    switch code {
    case .notAVault, .notFound, .ambiguous, .badInput: .usage
    case .damaged: .findings
    case .unsupported, .refused, .exists: .refused
    case .inputChanged: .environment
    }
  }

  private static func hint(_ error: SigningError) -> String? {
    guard error.code == .signerFailed, error.reason.contains("ssh-keygen") else { return nil }
    return error.reason.contains("passphrase")
      ? "the key has a passphrase: name it at a terminal, or load it with 'ssh-add' and give its .pub file"
      : "a public key file signs through the agent, whose keys 'ssh-add -l' lists; a private key file needs none"
  }

  private static func code(_ code: SigningError.Code) -> ExitCode {
    switch code {
    case .spawnFailed, .signerFailed, .timedOut, .outputTooLarge, .cryptographyFailed: .environment
    case .weakKey, .badSignature, .wrongKey, .wrongNamespace: .refused
    default: .usage
    }
  }

  private static func hint(_ error: FileError) -> String? {
    switch error.errno {
    case 28: "the disk is full; what was not finished does not count, run it again once there is room"
    case 30: "the file system is read-only; reading commands work on it"
    default: nil
    }
  }

  private static func hint(_ error: TrustError) -> String? {
    switch error.code {
    case .signerUnknown: "an owner of the root keys can add the key with 'vault trust add'"
    case .notAuthorized: "'vault trust list' shows what each key may do"
    case .thresholdNotMet: "name further root keys with --key"
    default: nil
    }
  }
}
