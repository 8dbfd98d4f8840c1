import ArgumentParser
import VaultAudit
import VaultCore
import VaultFiles
import VaultSigning

struct TrustLogGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log", abstract: "Say which remotes' receipts count.",
    subcommands: [TrustLogAdd.self, TrustLogRemove.self])
}

struct TrustLogAdd: Verb {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Let the receipts of a remote's log count.",
    discussion: """
      Compare the key with the one that the remote's operator tells by another way. A log may have several keys, \
      under several names: add the new one before the remote changes to it, and remove the old one afterwards.

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "A name for the log, as a rule the one by which the remote is called.")
  var name: String

  @Option(
    help: ArgumentHelp(
      "The file with the log's verifier key, log.pub of the remote's vault.", valueName: "file"))
  var logKey: String

  @OptionGroup var signing: SigningOptions

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let vault = try global.open(context)
    let log = try self.log(context)
    let roots = try signing.signers(vault, context)
    let result = try TrustEditing.edit(vault, signers: roots, time: context.now()) { draft in
      guard !draft.logs.contains(where: { $0.name == log.name }) else {
        throw CommandError(
          .refused, "a log named \(log.name) is there already",
          hint: "choose another name; a second key of the same log has a name of its own")
      }
      if let same = draft.logs.first(where: { $0.key == log.key }) {
        throw CommandError(.refused, "this log is there already, as \(same.name)")
      }
      draft.logs.append(log)
    }
    TrustReport.print(result, "receipts of the log \(log.name) count", global, out)
    return .done
  }

  private func log(_ context: Context) throws -> Trust.Log {
    guard Trust.isSignerName(name) else {
      throw CommandError(
        .usage, "\(printable(name)) is no name of a log",
        hint: "letters, digits, '.', '_', '@', '-'; at most 64")
    }
    return Trust.Log(name: name, key: try Keys.verifierKey(logKey, context).description)
  }
}

struct TrustLogRemove: Verb {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Let the receipts of a remote's log count no longer.",
    discussion: """
      Receipts count only if the newest trust document names the key of their log: those of the past cease to count \
      as well. A log that goes on under another key of its own gives them anew.

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The log's name.")
  var name: String

  @OptionGroup var signing: SigningOptions

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let vault = try global.open(context)
    let roots = try signing.signers(vault, context)
    let result = try TrustEditing.edit(vault, signers: roots, time: context.now()) { draft in
      guard let index = draft.logs.firstIndex(where: { $0.name == name }) else {
        throw CommandError(
          .usage, "no log is named \(printable(name))", hint: "'vault trust list' shows names and keys")
      }
      draft.logs.remove(at: index)
    }
    TrustReport.print(result, "receipts of the log \(name) no longer count", global, out)
    return .done
  }
}

extension Keys {
  /// The verifier key in a file of one line.
  static func verifierKey(_ path: String, _ context: Context) throws -> NoteVerifier {
    let bytes = try read(context.absolute(path), path, context)
    if bytes.starts(with: "-----BEGIN ".utf8) || isPublic(bytes) {
      throw CommandError(
        .usage, "\(path) is no verifier key of a log",
        hint: "name the remote's log.pub, one line NAME+HASH+BASE64")
    }
    let line = bytes.last == 0x0A ? bytes.dropLast() : bytes[...]
    do throws(SigningError) {
      return try NoteVerifier(log: String(decoding: line, as: UTF8.self))
    } catch {
      throw CommandError(.usage, "\(path): \(error.reason)")
    }
  }
}
