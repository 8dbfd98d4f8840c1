import VaultCore
import VaultFiles
import VaultSigning

/// Reads the values that options take.
enum Arguments {
  /// A time with its zone, as RFC 3339 writes it.
  static func time(_ text: String, _ option: String) throws -> Timestamp {
    if let time = Timestamp(rfc3339: text) { return time }
    throw CommandError(.usage, "\(option) \(text) \(flaw(text) ?? "is no time")", hint: timeForms)
  }

  /// A bound of a period: a date, which is its first instant in UTC, or a time with its zone.
  static func bound(_ text: String, _ option: String) throws -> Timestamp {
    if let day = Timestamp(date: text) { return day }
    if let time = Timestamp(rfc3339: text) { return time }
    throw CommandError(
      .usage, "\(option) \(text) \(flaw(text) ?? "is no date")",
      hint: "write it like 2026-01-01, or with a time: " + timeForms)
  }

  private static let timeForms =
    "2026-06-30T23:00:00Z, 2026-06-30T23:00:00.123Z and 2026-07-01T01:00:00+02:00 are taken"

  /// What keeps a text that is nearly a time from being one.
  private static func flaw(_ text: String) -> String? {
    if Timestamp(date: text) != nil || Timestamp(rfc3339: text + "Z") != nil { return "has no zone" }
    if Timestamp(rfc3339: Self.cutToMilliseconds(text)) != nil {
      return "is finer than a millisecond, and nothing is rounded"
    }
    if text.utf8.count > 19, Timestamp(rfc3339: text.prefix(19) + "Z") != nil {
      return "has a zone or a fraction that is not understood"
    }
    return nil
  }

  private static func cutToMilliseconds(_ text: String) -> String {
    guard let dot = text.firstIndex(of: ".") else { return text }
    let digits = text[text.index(after: dot)...].prefix { $0.isASCII && $0.isNumber }
    return String(text[...dot] + digits.prefix(3) + text[digits.endIndex...])
  }

  /// A text that a document takes.
  static func text(_ text: String, _ option: String, limit: Int = Limits.textBytes) throws -> String {
    guard !text.isEmpty, text.utf8.count <= limit else {
      throw CommandError(.usage, "\(option) must have 1 to \(limit) bytes")
    }
    return text
  }
}

/// Finds the key that signs.
enum Keys {
  /// The signer for a key file: a private key signs here, one with a passphrase and a public one through
  /// `ssh-keygen`, which asks the agent.
  static func signer(_ path: String, _ context: Context) throws -> any Signer {
    let place = context.absolute(path)
    let bytes = try read(place, path, context)
    if isPublic(bytes) {
      try checkHasPrivateHalf(place, path, context)
      return external(try publicKey(bytes, path), place, context)
    }
    return try privateKey(bytes, path)
      ?? external(try publicKey(path + ".pub", context), place, context)
  }

  /// The key in a private key file; nil where it needs a passphrase.
  private static func privateKey(_ bytes: [UInt8], _ path: String) throws -> SSHPrivateKey? {
    do throws(SigningError) {
      return try SSHPrivateKey(file: bytes)
    } catch {
      guard error.code == .needsPassphrase else { throw CommandError(.usage, "\(path): \(error.reason)") }
      return nil
    }
  }

  /// Refuses a file that holds no key; one with a passphrase needs its public half beside it.
  static func check(_ path: String, _ context: Context) throws {
    let bytes = try read(context.absolute(path), path, context)
    if isPublic(bytes) {
      _ = try publicKey(bytes, path)
    } else if try privateKey(bytes, path) == nil {
      _ = try publicKey(path + ".pub", context)
    }
  }

  /// Without an agent, a public key signs only where its private half lies beside it, as `ssh-keygen` finds it.
  private static func checkHasPrivateHalf(_ place: String, _ shown: String, _ context: Context) throws {
    guard !Agent.isNamed(context) else { return }
    guard try !place.hasSuffix(".pub") || !context.files.exists(String(place.dropLast(4))) else { return }
    throw CommandError(
      .usage, "\(shown) is a public key, and there is no agent that holds its private half",
      hint: "name the private key file with --key, or start an agent and set SSH_AUTH_SOCK")
  }

  /// The public key in a file, as ssh-keygen writes it.
  static func publicKey(_ path: String, _ context: Context) throws -> SSHPublicKey {
    try publicKey(try read(context.absolute(path), path, context), path)
  }

  static func publicKey(_ bytes: [UInt8], _ path: String) throws -> SSHPublicKey {
    if bytes.starts(with: "-----BEGIN ".utf8) {
      throw CommandError(
        .usage, "\(path) is a private key", hint: "name the public one, as a rule \(path).pub")
    }
    let line = String(decoding: bytes.prefix { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self)
    do throws(SigningError) {
      return try SSHPublicKey(openSSHLine: line)
    } catch {
      throw CommandError(.usage, "\(path): \(error.reason)")
    }
  }

  private static func external(_ key: SSHPublicKey, _ place: String, _ context: Context) -> any Signer {
    prompting(
      SSHKeygenSigner(
        publicKey: key, keyPath: place, runner: SpawningRunner(environment: context.environment)), context)
  }

  /// The signer for a key that the agent holds.
  static func signer(inAgent key: SSHPublicKey, _ context: Context) -> any Signer {
    prompting(
      SSHKeygenSigner(inAgent: key, runner: SpawningRunner(environment: context.environment)), context)
  }

  private static func prompting(_ signer: SSHKeygenSigner, _ context: Context) -> any Signer {
    var signer = signer
    signer.allowsPrompts = allowsPrompts(context)
    return signer
  }

  /// Whether there is a terminal to ask on, or a program that the user has told ssh to ask with in its stead.
  static func allowsPrompts(_ context: Context) -> Bool {
    context.showsProgress || context.environment["SSH_ASKPASS_REQUIRE"] == "force"
  }

  static func isPublic(_ bytes: [UInt8]) -> Bool {
    ["ssh-", "ecdsa-", "sk-"].contains { bytes.starts(with: $0.utf8) }
  }

  static func read(_ place: String, _ shown: String, _ context: Context) throws -> [UInt8] {
    do throws(FileError) {
      return try context.files.readWholeFile(place, limit: 64 << 10, mode: [.read, .noWait])
    } catch {
      guard error.errno == 2 else { throw error }
      throw CommandError(.usage, "\(shown): no such key file")
    }
  }
}
