import ArgumentParser
import Glibc
import VaultCore
import VaultFiles
import VaultRemote

struct Serve: Verb {
  static let configuration = CommandConfiguration(
    abstract: "Serve vaults to a client on standard input and output.",
    discussion: """
      sshd starts it, by a forced command in authorized_keys, which alone gives a key its rights:

        restrict,command="vault serve --root /srv/vaults --as collector --allow push" ssh-ed25519 AAAA…

      It takes only what continues what it has, and has no request that deletes or overwrites.

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Option(help: ArgumentHelp("The folder below which vaults are served.", valueName: "dir"))
  var root: String

  @Option(name: .customLong("as"), help: ArgumentHelp("Who this is in the access log.", valueName: "name"))
  var identity = "unnamed"

  @Option(help: ArgumentHelp("What may be done, 'push' or 'fetch'; may be given again.", valueName: "right"))
  var allow: [String]

  @Option(
    help: ArgumentHelp("Only periods that match; may be given again. All without it.", valueName: "glob"))
  var period: [String] = []

  @Option(help: ArgumentHelp("The most bytes that one push may bring.", valueName: "bytes"))
  var limitBytes: Int?

  @Option(help: ArgumentHelp("The log's private key, where it does not lie in the vault.", valueName: "file"))
  var logKey: String?

  @Option(
    help: ArgumentHelp(
      "After so long without a sign of life a client is given up, 1 to 60 (default: 60).",
      valueName: "seconds"))
  var timeout: Int?

  static let plainNames =
    GlobalOptions.plainNames
    + PlainArguments.Names(options: ["--root", "--as", "--log-key"], repeated: ["--allow", "--period"])

  init() {}

  /// The verb of a command line after its name, or nothing if the parser has to look at it.
  init?(plain arguments: some Sequence<String>) {
    guard let plain = PlainArguments(arguments, Self.plainNames), plain.operands.isEmpty,
      let root = plain["--root"], !plain.all("--allow").isEmpty
    else { return nil }
    global = GlobalOptions(plain)
    self.root = root
    identity = plain["--as"] ?? "unnamed"
    allow = plain.all("--allow")
    period = plain.all("--period")
    limitBytes = nil
    logKey = plain["--log-key"]
    timeout = nil
  }

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    guard let timing = timeout.map({ Timing(seconds: $0) }) ?? Timing() else {
      throw CommandError(.usage, "--timeout is a number of seconds from 1 to 60")
    }
    let session = ServerSession(
      try Channel(reading: 0, writing: 1, side: .server, timing: timing), try settings(context),
      files: context.files)
    do {
      try session.run()
    } catch let error as ChannelError {
      // A client that went away needs no message, and gets none.
      if error.code == .cut || error.code == .gone { return .environment }
      throw error
    }
    return .done
  }

  private func settings(_ context: Context) throws -> ServerSettings {
    let rights = try allow.map { name in
      guard let right = Right(rawValue: name) else {
        throw CommandError(.usage, "--allow is push or fetch, not \"\(name)\"")
      }
      return right
    }
    guard ServerSettings.isIdentity(identity) else {
      throw CommandError(.usage, "--as takes letters, digits and ._@-, at most 64")
    }
    if let limitBytes, limitBytes < 1 { throw CommandError(.usage, "--limit-bytes is at least 1") }
    let globs = try period.map { text in
      do throws(FormatError) { return try Glob(text) } catch { throw CommandError(.usage, error.reason) }
    }
    guard let resolved = realpath(context.absolute(root), nil) else {
      throw CommandError(.usage, "there is no folder \(root)")
    }
    defer { free(resolved) }
    return ServerSettings(
      root: String(cString: resolved), identity: identity, rights: Set(rights), periods: globs,
      bytesPerPush: limitBytes, logKey: logKey.map { context.absolute($0) },
      peer: context.variable("SSH_CONNECTION").map { String($0.prefix { $0 != " " }) },
      now: { context.now() })
  }
}
