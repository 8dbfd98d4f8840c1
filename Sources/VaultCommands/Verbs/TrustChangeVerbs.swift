import ArgumentParser
import VaultAudit
import VaultCore
import VaultSigning

/// Says what became of a new trust document.
enum TrustReport {
  /// `waiting` is said where more must sign; else, what was proposed.
  static func print(
    _ result: TrustEditing.Result, _ what: String, waiting: String? = nil, _ global: GlobalOptions,
    _ out: Output
  ) {
    switch result {
    case .appended(let id, let trust):
      if global.json {
        out.json(
          .make([
            ("trust", .string(id.description)), ("number", .integer(trust.number)), ("pending", .bool(false)),
          ]))
      } else if !global.quiet {
        out.line("\(what) (trust document \(trust.number), \(id.hex.prefix(12)))")
      }
    case .proposed(let id, let trust, let signatures):
      if global.json {
        out.json(
          .make([
            ("trust", .string(id.description)), ("number", .integer(trust.number)), ("pending", .bool(true)),
            ("signatures", .integer(signatures)),
            ("threshold", .integer(trust.threshold)),
          ]))
      } else {
        out.line(waiting ?? "proposed, NOT in force: \(what)")
        out.line(
          "  trust document \(trust.number) has \(counted(signatures, "root signature")); more must sign"
        )
        out.line("  with 'vault trust sign \(id.hex) --key OTHER_ROOT'")
      }
    }
  }
}

struct TrustRevoke: Verb {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Say from when on a key no longer counts.", discussion: exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The signer's name, or a key's fingerprint.")
  var name: String

  @Option(help: ArgumentHelp("The first instant at which the key no longer counts.", valueName: "time"))
  var at: String

  @Option(help: ArgumentHelp("Why.", valueName: "text"))
  var reason: String

  @OptionGroup var signing: SigningOptions

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let vault = try global.open(context)
    let trust = try vault.newestTrust().trust
    let fingerprint = try self.fingerprint(trust, vault.trust)
    let revocation = Trust.Revocation(
      key: fingerprint, at: try Arguments.time(at, "--at"), reason: try Arguments.text(reason, "--reason"))
    let result = try TrustEditing.edit(
      vault, signers: try signing.signers(vault, context), time: context.now()
    ) {
      draft in
      guard !draft.revocations.contains(where: { $0.key == fingerprint && $0.at <= revocation.at }) else {
        throw CommandError(.refused, "\(name) is revoked from that time on already")
      }
      draft.revocations.append(revocation)
    }
    TrustReport.print(result, "\(name) no longer counts from \(revocation.at) on", global, out)
    return .done
  }

  /// A name of the newest document, or the fingerprint of a key of any: a retired root key can be stolen too.
  private func fingerprint(_ trust: Trust, _ chain: TrustChain) throws -> String {
    if let signer = trust.signers.first(where: { $0.name == name }) {
      return try SSHPublicKey(openSSHLine: signer.key).fingerprint
    }
    let known = try chain.documents.flatMap { $0.trust.signers.map(\.key) + $0.trust.rootKeys }
      .map { try SSHPublicKey(openSSHLine: $0).fingerprint }
    guard known.contains(name) else {
      throw CommandError(
        .usage, "no signer is named \(printable(name))", hint: "'vault trust list' shows names and keys")
    }
    return name
  }
}

struct TrustRotate: Verb {
  static let configuration = CommandConfiguration(
    commandName: "rotate", abstract: "Change the root keys.",
    discussion: "The thresholds of the old and of the new root keys must both be met.\n\n" + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Option(help: ArgumentHelp("The public key file of a new root key; may be given again.", valueName: "file"))
  var addKey: [String] = []

  @Option(
    help: ArgumentHelp(
      "The fingerprint of a root key that leaves; may be given again.", valueName: "fingerprint"))
  var remove: [String] = []

  @Option(help: ArgumentHelp("How many root keys must sign from now on.", valueName: "n"))
  var threshold: Int?

  @OptionGroup var signing: SigningOptions

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    guard !addKey.isEmpty || !remove.isEmpty || threshold != nil else {
      throw CommandError(.usage, "nothing to change", hint: "give --add-key, --remove or --threshold")
    }
    let vault = try global.open(context)
    let added = try addKey.map { try Keys.publicKey($0, context).openSSHLine }
    let result = try TrustEditing.edit(
      vault, signers: try signing.signers(vault, context), time: context.now()
    ) {
      draft in
      for fingerprint in remove {
        let before = draft.rootKeys.count
        try draft.rootKeys.removeAll { try SSHPublicKey(openSSHLine: $0).fingerprint == fingerprint }
        guard draft.rootKeys.count < before else {
          throw CommandError(
            .usage, "\(printable(fingerprint)) is no root key", hint: "'vault trust list' shows them")
        }
      }
      draft.rootKeys += added
      draft.threshold = threshold ?? min(draft.threshold, max(1, draft.rootKeys.count))
    }
    TrustReport.print(result, "the root keys are changed", global, out)
    return .done
  }
}

struct TrustSign: Verb {
  static let configuration = CommandConfiguration(
    commandName: "sign", abstract: "Sign the trust document that waits for root signatures.",
    discussion: """
      Name the id that the first signer saw: whoever can write to the vault's folder can replace a document that \
      waits.

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The document's id; without one, whatever waits is signed.")
  var id: String?

  @OptionGroup var signing: SigningOptions

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let vault = try global.open(context)
    let expected = try id.map { text in
      guard let id = ObjectID(text) ?? ObjectID("sha256:" + text) else {
        throw CommandError(.usage, "\(printable(text)) is no id", hint: "64 hex digits")
      }
      return id
    }
    let result = try TrustEditing.sign(
      vault, signers: try signing.signers(vault, context), expected: expected)
    TrustReport.print(
      result, "the trust document is in force", waiting: "signed, still NOT in force", global, out)
    return .done
  }
}
