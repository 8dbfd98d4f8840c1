import Glibc
import VaultAudit
import VaultCore
import VaultFiles
import VaultRemote
import VaultSigning

extension CommitVerb {
  /// Commits to a remote from a machine that has no vault.
  func commit(to remote: String, _ context: Context, _ out: Output) throws -> ExitCode {
    guard !evidence.paths.isEmpty else {
      throw CommandError(.usage, "--remote commits files that are named; nothing is staged there")
    }
    guard let id = try vaultId.map(Self.id) ?? GlobalOptions.pinnedID(context) else {
      throw CommandError(
        .usage, "--remote needs --vault-id, so that no other vault can take the evidence",
        hint: "'vault trust verify' prints it where the vault is")
    }
    guard let name = period ?? context.variable(Setting.period.variable) else {
      throw CommandError(.usage, "no period is named", hint: "name it with --period or VAULT_PERIOD")
    }
    let draft = try evidence.draft()
    let found = try evidence.found(context)
    let signers = try signing.signersWithoutVault(context)
    let access = try RemoteAccess(remote, identity: ssh.identity, vault: id, context)
    let result = try Scratch.with(context) { scratch in
      try RemoteCommit(
        period: try Settings.periodName(name), signers: signers, message: message ?? Self.message(found),
        time: context.now(), supersedeReason: try reason.map { try Arguments.text($0, "--reason") },
        workers: found.count > 8 || Self.isLarge(found, context) ? Parallel.coreCount : 1,
        files: context.files, scratch: scratch
      ).run(found, draft: draft, access.channel, access.welcome)
    }
    try access.end()
    report(result, name, out)
    return .done
  }

  static func id(_ text: String) throws -> ObjectID {
    guard let id = ObjectID(text) else {
      throw CommandError(.usage, "--vault-id is no vault id", hint: "it is sha256: and 64 hexadecimal digits")
    }
    return id
  }

  private func report(_ result: RemoteCommit.Result, _ period: String, _ out: Output) {
    let local = EvidenceCommit.Result(
      commit: result.commit, sequence: result.sequence, added: result.added, unchanged: result.unchanged)
    let receipt = result.receipt
    if global.json {
      out.json(
        .make(
          json(local, period) + [
            ("receipt", receipt.receipt.value), ("received", .string(receipt.leaf.received.description)),
          ]))
    } else if !global.quiet {
      printText(local, period, out)
      out.line(
        "  received \(receipt.leaf.received), leaf \(receipt.receipt.index) of \(receipt.checkpoint.checkpoint.origin)"
      )
    }
  }
}

/// A folder of this process for what is on its way, removed when it is done.
enum Scratch {
  static func with<R>(_ context: Context, _ body: (String) throws -> R) throws -> R {
    let base = context.variable("TMPDIR").map { context.absolute($0) } ?? "/tmp"
    var template = Array((base + "/vault-XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else {
      throw FileError(operation: "mkdtemp", path: base, errno: Glibc.errno)
    }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { remove(path, context.files) }
    return try body(path)
  }

  private static func remove(_ folder: String, _ files: any FileLayer) {
    for name in (try? files.list(folder)) ?? [] {
      let path = Paths.join(folder, name)
      if (try? files.status(path: path, followLinks: false).kind) == .directory {
        remove(path, files)
      } else {
        try? files.unlink(path)
      }
    }
    try? files.removeDirectory(folder)
  }
}
