import ArgumentParser
import VaultFiles

/// The command `vault`.
struct VaultCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vault",
    abstract: "A store for audit evidence that can only grow, and proves what it holds.",
    discussion: """
      -C DIR, before the verb, names the vault's folder; VAULT_DIR, VAULT_PERIOD, VAULT_KEY, VAULT_SOURCE and VAULT_ID give \
      values that no option gives, and 'vault config' a period and a key where those do not. Where nothing names a \
      key, the agent's signs that the vault's trust knows; 'vault key list' shows which. VAULT_REMOTE names a remote, \
      VAULT_SSH a program in place of ssh, and VAULT_TIMEOUT the seconds (60) after which a silent remote is given up.

      """ + exitCodes,
    version: version,
    subcommands: [
      Init.self, TrustGroup.self, KeyGroup.self, ConfigVerb.self, PeriodGroup.self, Add.self, Status.self,
      CommitVerb.self,
      Repudiate.self, CoverageVerb.self, Waive.self,
      Log.self, List.self,
      Cat.self, Show.self, Diff.self, Checkout.self, VerifyCommit.self, FsckVerb.self,
      PopulationGroup.self, Reconcile.self, SampleGroup.self,
      Harden.self, Serve.self, RemoteGroup.self, PushVerb.self, FetchVerb.self, CloneVerb.self,
      ReceiptGroup.self, CheckpointGroup.self,
    ])

  /// This program's version.
  static let version = "0.1.0"

  /// The names of all verbs.
  static let verbs = Set(
    configuration.subcommands.flatMap { [$0._commandName] + $0.configuration.aliases } + ["help"])

  /// Verbs that have verbs of their own.
  static let groups: Set<String> = [
    "trust", "key", "period", "population", "remote", "receipt", "checkpoint", "sample",
  ]

  /// Verbs of a group that have verbs of their own again.
  private static let innerGroups: [String: Set<String>] = ["trust": ["log"]]

  /// How many of the words from `first` on are a verb.
  private static func verbCount(_ first: String, _ second: String?) -> Int {
    guard groups.contains(first) else { return 1 }
    return second.map { innerGroups[first]?.contains($0) ?? false } ?? false ? 3 : 2
  }

  /// Puts the options that stand before the verb behind it, where its own parser takes them.
  static func movingGlobalOptions(_ arguments: [String]) -> [String] {
    var moved: [String] = []
    var index = 0
    while index < arguments.count, arguments[index].hasPrefix("-") {
      switch arguments[index] {
      case "-C":
        moved += arguments[index..<min(index + 2, arguments.count)]
        index += 2
      case "--json", "--quiet", "-q":
        moved.append(arguments[index])
        index += 1
      default:
        return arguments
      }
    }
    guard index < arguments.count else { return arguments }
    let next = index + 1 < arguments.count ? arguments[index + 1] : nil
    let end = min(index + verbCount(arguments[index], next), arguments.count)
    return Array(arguments[index..<end]) + moved + Array(arguments[end...])
  }
}

/// The verbs that pipelines and servers call, parsed without the tree of all others: building that tree costs as much as a
/// commit. Whatever does not parse here is parsed again by the tree, whose messages name the whole command.
private enum DirectVerbs {
  static func parse(_ arguments: [String]) -> (any Verb)? {
    guard let name = arguments.first, !arguments.contains("--help"), !arguments.contains("-h") else {
      return nil
    }
    let rest = Array(arguments.dropFirst())
    switch name {
    case "commit": return try? CommitVerb(plain: rest) ?? CommitVerb.parse(rest)
    case "push": return try? PushVerb(plain: rest) ?? PushVerb.parse(rest)
    case "serve": return try? Serve(plain: rest) ?? Serve.parse(rest)
    case "fsck": return try? FsckVerb(plain: rest) ?? FsckVerb.parse(rest)
    case "clone": return try? CloneVerb.parse(rest)
    case "fetch", "pull": return try? FetchVerb.parse(rest)
    case "add": return try? Add.parse(rest)
    case "ls": return try? List.parse(rest)
    case "cat": return try? Cat.parse(rest)
    case "log": return try? Log.parse(rest)
    case "population" where rest.first == "add": return try? PopulationAdd.parse(Array(rest.dropFirst()))
    case "population" where rest.first == "record":
      return try? PopulationRecord.parse(Array(rest.dropFirst()))
    default: return nil
    }
  }
}

/// Runs one command line and returns its exit code.
public func runVault(_ arguments: [String], _ context: Context) -> Int32 {
  let out = Output(1)
  let errors = Output(2)
  defer {
    out.flush()
    errors.flush()
  }
  let verb: any Verb
  let moved = VaultCommand.movingGlobalOptions(arguments)
  do {
    if let direct = DirectVerbs.parse(moved) {
      verb = direct
    } else {
      if let name = moved.first, !name.hasPrefix("-"), !VaultCommand.verbs.contains(name) {
        errors.line("vault: error: there is no verb \"\(printable(name))\"")
        errors.line("vault: hint: 'vault --help' lists the verbs")
        return ExitCode.usage.rawValue
      }
      let command = try VaultCommand.parseAsRoot(moved)
      guard let parsed = command as? any Verb else { return showHelp(command, out, errors) }
      verb = parsed
    }
  } catch {
    let isHelp = VaultCommand.exitCode(for: error).isSuccess
    (isHelp ? out : errors).line(isHelp ? VaultCommand.fullMessage(for: error) : usage(error, moved))
    return (isHelp ? ExitCode.done : .usage).rawValue
  }
  do {
    let code = try verb.run(context, out)
    out.flush()
    if out.failure != 0 { throw FileError(operation: "write", path: "standard output", errno: out.failure) }
    return code.rawValue
  } catch {
    let failure = CommandError(error)
    out.flush()
    errors.line("vault: error: \(printable(failure.message))")
    if let hint = failure.hint { errors.line("vault: hint: \(printable(hint))") }
    return failure.code.rawValue
  }
}

/// What is no verb of ours is a request for help, or a group without its verb.
private func showHelp(_ command: any ParsableCommand, _ out: Output, _ errors: Output) -> Int32 {
  if !type(of: command).configuration.subcommands.isEmpty {
    errors.line(VaultCommand.helpMessage(for: type(of: command)))
    return ExitCode.usage.rawValue
  }
  do {
    var help = command
    try help.run()
  } catch {
    out.line(VaultCommand.fullMessage(for: error))
  }
  return ExitCode.done.rawValue
}

/// The parser's message in the form of every other error.
private func usage(_ error: any Error, _ arguments: [String]) -> String {
  let message = VaultCommand.message(for: error)
  if let refusal = PopulationRecord.refusal(arguments, message) {
    return "vault: error: \(refusal)\nvault: hint: a record's number begins at 0"
  }
  let first = message.isEmpty ? "that is no command line of vault" : message
  return
    "vault: error: \(first)\nvault: hint: 'vault --help' lists the verbs, 'vault VERB --help' their options"
}

/// Says that an argument's bytes are no text, and how to exit.
public func refuseArgument() -> Int32 {
  let errors = Output(2)
  errors.line("vault: error: an argument is not UTF-8")
  errors.flush()
  return ExitCode.usage.rawValue
}
