import ArgumentParser
import VaultAudit
import VaultCore
import VaultSigning
import VaultStore

struct TrustGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trust", abstract: "Say which keys may do what.",
    subcommands: [
      TrustAdd.self, TrustRevoke.self, TrustRotate.self, TrustSign.self, TrustList.self, TrustVerify.self,
      TrustLogGroup.self,
    ])
}

struct TrustAdd: Verb {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Let a key do something.", discussion: exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "A name for the signer.")
  var name: String

  @Option(help: ArgumentHelp("The public key file.", valueName: "file"))
  var keyFile: String

  @Option(help: ArgumentHelp("collect, manage, approve or audit; may be given again.", valueName: "role"))
  var role: [String]

  @Option(help: ArgumentHelp("A pattern of periods; may be given again (default: all).", valueName: "glob"))
  var period: [String] = []

  @Option(help: ArgumentHelp("A pattern of paths; may be given again (default: all).", valueName: "glob"))
  var path: [String] = []

  @Option(help: ArgumentHelp("When the key begins to count.", valueName: "time"))
  var validFrom: String?

  @Option(help: ArgumentHelp("When the key ceases to count.", valueName: "time"))
  var validUntil: String?

  @OptionGroup var signing: SigningOptions

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let vault = try global.open(context)
    let signer = try self.signer(context)
    let roots = try signing.signers(vault, context)
    let result = try TrustEditing.edit(vault, signers: roots, time: context.now()) { draft in
      guard !draft.signers.contains(where: { $0.name == signer.name }) else {
        throw CommandError(
          .refused, "a signer named \(signer.name) is there already", hint: "choose another name")
      }
      if let same = draft.signers.first(where: { $0.key == signer.key }) {
        throw CommandError(
          .refused, "this key is there already, as \(same.name)",
          hint: "one key has one name, so that a log names who signed")
      }
      draft.signers.append(signer)
    }
    TrustReport.print(result, "\(signer.name) may \(role.joined(separator: ", "))", global, out)
    return .done
  }

  private func signer(_ context: Context) throws -> Trust.Signer {
    guard Trust.isSignerName(name) else {
      throw CommandError(
        .usage, "\(printable(name)) is no signer name",
        hint: "letters, digits, '.', '_', '@', '-'; at most 64")
    }
    let roles = try role.map { text in
      guard let role = Role(rawValue: text) else {
        throw CommandError(.usage, "\(text) is no role", hint: "roles are collect, manage, approve and audit")
      }
      return role
    }
    func globs(_ texts: [String], _ all: String) throws -> [Glob] {
      try (texts.isEmpty ? [all] : texts).map { text in
        do throws(FormatError) { return try Glob(text) } catch { throw CommandError(.usage, error.reason) }
      }
    }
    return Trust.Signer(
      name: name, key: try Keys.publicKey(keyFile, context).openSSHLine,
      roles: roles.reduce(into: []) { if !$0.contains($1) { $0.append($1) } },
      periods: try globs(period, "*"),
      paths: try globs(path, "**"), validFrom: try validFrom.map { try Arguments.time($0, "--valid-from") },
      validUntil: try validUntil.map { try Arguments.time($0, "--valid-until") })
  }
}

struct TrustList: Verb {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show which keys may do what.", discussion: exitCodes)

  @OptionGroup var global: GlobalOptions

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let newest = try global.open(context).newestTrust()
    if global.json { printJSON(newest, out) } else { try printText(newest, out) }
    return .done
  }

  private func printJSON(_ newest: TrustChain.Verified, _ out: Output) {
    guard case .object(let members) = newest.trust.value else { return }
    var named: [(String, CanonicalValue?)] = members.filter { $0.name != "type" }.map { ($0.name, $0.value) }
    named.append(("id", .string(newest.id.description)))
    if newest.trust.signers.isEmpty { named.append(("signers", .array([]))) }
    if newest.trust.revocations.isEmpty { named.append(("revocations", .array([]))) }
    if newest.trust.logs.isEmpty { named.append(("logs", .array([]))) }
    out.json(.make(named))
  }

  private func printText(_ newest: TrustChain.Verified, _ out: Output) throws {
    let trust = newest.trust
    out.line("trust document \(trust.number) of \(trust.time)  \(newest.id)")
    out.line("root keys, \(trust.threshold) of \(trust.rootKeys.count) must sign:")
    for key in trust.rootKeys { out.line("  \(try SSHPublicKey(openSSHLine: key).fingerprint)") }
    for signer in trust.signers {
      out.line("\(signer.name)  \(try SSHPublicKey(openSSHLine: signer.key).fingerprint)")
      out.line("  may \(signer.roles.map(\.rawValue).joined(separator: ", "))")
      Self.printScope(signer, indent: "  ", out)
    }
    for log in trust.logs { out.line("log \(log.name)  \(log.key)") }
    for revocation in trust.revocations {
      out.line("revoked from \(revocation.at) on: \(revocation.key)  \(printable(revocation.reason))")
    }
  }
}

extension TrustList {
  /// Where and when a signer counts.
  static func printScope(_ signer: Trust.Signer, indent: String, _ out: Output) {
    out.line(
      "\(indent)in \(signer.periods.map(\.text).joined(separator: " "))  at \(signer.paths.map(\.text).joined(separator: " "))"
    )
    if let from = signer.validFrom { out.line("\(indent)from \(from)") }
    if let until = signer.validUntil { out.line("\(indent)until \(until)") }
  }
}

struct TrustVerify: Verb {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Walk from the vault's id to the newest trust document.",
    discussion: exitCodes)

  @OptionGroup var global: GlobalOptions

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let vault = try global.open(context)
    let documents = vault.trust.documents
    if global.json {
      out.json(
        .make([
          ("vault", .string(vault.folder.id.description)), ("verified", .bool(true)),
          (
            "documents",
            .array(
              documents.map {
                .make([("number", .integer($0.trust.number)), ("id", .string($0.id.description))])
              })
          ),
        ]))
    } else {
      for document in documents {
        out.line("\(document.trust.number)  \(document.id)  \(document.trust.time)")
      }
      out.line(
        "verified: \(counted(documents.count, "trust document")) from the vault's id on"
      )
    }
    return .done
  }
}
