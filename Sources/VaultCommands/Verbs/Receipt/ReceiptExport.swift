import ArgumentParser
import VaultAudit
import VaultCore
import VaultRemote
import VaultSigning
import VaultStore

struct ReceiptExport: Verb {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write receipts as files that other tools of transparency logs read.",
    discussion: """
      The new folder gets, for each remote, a folder of its name with log.pub, the log's verifier key, and a C2SP \
      tlog-proof for each receipt, whose extra data is the leaf; and verify.py, which proves them with Python's \
      standard library and openssl.

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("The folder to make.", valueName: "dir"))
  var directory: String

  @Argument(help: ReceiptSubject.help)
  var what: [String] = []

  @OptionGroup var options: ReceiptOptions

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let vault = try global.open(context)
    let keys = try vault.newestTrust().logKeys
    let subjects = try what.map { try ReceiptSubject($0, vault) }
    let folder = ExportFolder(context.absolute(directory), context.files, option: "DIR")
    var count = 0
    for log in try options.logs(vault, context) {
      let indices = try Self.indices(log, subjects)
      guard !indices.isEmpty, let key = log.signer(among: keys) else {
        if !indices.isEmpty {
          throw LogError(.notSigned, "the trust does not name the key of \(log.remote)'s log")
        }
        continue
      }
      try folder.write("\(log.remote)/log.pub", Array("\(key)\n".utf8))
      try log.receipts(of: indices) { receipt in
        let verified = try receipt.verify(by: [key], vault: vault.folder.id)
        try folder.write("\(log.remote)/\(Self.name(verified.leaf))", receipt.tlogProof)
        count += 1
      }
    }
    guard count > 0 else {
      throw subjects.first?.missing
        ?? CommandError(
          .usage, "there is no receipt yet", hint: "'vault push' and 'vault fetch' bring them")
    }
    try folder.write("verify.py", Array(ReceiptScript.text.utf8))
    if global.json {
      out.json(.make([("folder", .string(folder.path)), ("receipts", .integer(count))]))
    } else if !global.quiet {
      out.line(
        "\(counted(count, "receipt")) in \(printable(directory)); run 'python3 \(printable(directory))/verify.py'"
      )
    }
    return .done
  }

  /// The leaves to export: of what was named, or all.
  private static func indices(_ log: FollowedLog, _ subjects: [ReceiptSubject]) throws -> Set<Int> {
    guard !subjects.isEmpty else { return Set(0..<log.size) }
    return Set(try subjects.compactMap { try $0.leaf(log)?.index })
  }

  private static func name(_ leaf: LogLeaf) -> String {
    "\(leaf.subject.description.split(separator: "/").joined(separator: ".")).\(leaf.number).tlog-proof"
  }
}
