import ArgumentParser
import VaultAudit
import VaultCore
import VaultFsck
import VaultRemote
import VaultSigning
import VaultStore

struct ReceiptVerify: Verb {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Verify all receipts of this copy, or files with receipts.",
    discussion: """
      Without a file: each copy of a remote's log leads to the root that was signed, its leaves are those of this \
      vault's commits and trust documents, and the authors' keys counted when they were received.

      With files, C2SP tlog-proofs as 'receipt export' writes them: the proof leads to the signed root. The key is a \
      log's that the vault's newest trust names, or that of --log-key, which needs no vault.

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("Files with a tlog-proof.", valueName: "file"))
  var files: [String] = []

  @Option(help: ArgumentHelp("The log's verifier key for files, as in log.pub.", valueName: "file"))
  var logKey: String?

  @OptionGroup var options: ReceiptOptions

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    guard files.isEmpty else {
      guard options.remote == nil else {
        throw CommandError(.usage, "--remote goes with the receipts of this copy, not with files")
      }
      return try ReceiptFiles(global, logKey: logKey, context).verify(files, out)
    }
    guard logKey == nil else { throw CommandError(.usage, "--log-key goes with files") }
    let vault = try global.open(context)
    let logs = try options.logs(vault, context)
    let keys = try vault.newestTrust().logKeys
    var rows: [CanonicalValue] = []
    var isSound = true
    for log in logs {
      let reason = try Self.flaw(log, keys)
      isSound = isSound && reason == nil
      rows.append(
        .make([
          ("holds", .bool(reason == nil)), ("reason", reason.map { .string($0) }),
          ("receipts", .integer(log.size)), ("remote", .string(log.remote)),
        ]))
      if !global.json, let reason { out.line("\(log.remote)  DO NOT HOLD: \(printable(reason))") }
      if !global.json, !global.quiet, reason == nil {
        out.line("\(log.remote)  \(counted(log.size, "receipt")) hold\(log.size == 1 ? "s" : "")")
      }
    }
    let findings = try LoggedCheck.findings(vault, remotes: logs.map(\.remote))
    report(findings, rows, out)
    return isSound && findings.isEmpty ? .done : .findings
  }

  /// Why the receipts of a copy do not count; nil where they do.
  private static func flaw(_ log: FollowedLog, _ keys: [NoteVerifier]) throws -> String? {
    do {
      _ = try log.verify(by: keys)
      return nil
    } catch let error as LogError {
      return error.reason
    }
  }

  private func report(_ findings: [Finding], _ rows: [CanonicalValue], _ out: Output) {
    if global.json {
      return out.json(.make([("findings", .array(findings.map(\.json))), ("remotes", .array(rows))]))
    }
    for finding in findings { finding.print(out) }
  }
}
