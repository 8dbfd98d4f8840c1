import ArgumentParser
import VaultAudit
import VaultCore
import VaultFsck
import VaultStore

struct PeriodSeal: Verb {
  static let configuration = CommandConfiguration(
    commandName: "seal", abstract: "Sign the seal of a closed period, or show or export it.",
    discussion: """
      Takes keys with the role approve. The period is checked whole first; what is missing or wrong in it must be waived. \
      The first approver makes the seal document, each further one signs the same once it is seen to be what the lines \
      say. Once as many have signed as the period's opening demands, nothing can be added any more.

      --export writes seal.json (the signed bytes), a signature of each approver, allowed_signers and verify.sh, which \
      calls only ssh-keygen and sha256sum.

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The period.")
  var period: String

  @Flag(help: "Print what there is to be signed, or what has been, and sign nothing.")
  var show = false

  @Option(help: ArgumentHelp("Write the seal to this new folder, and sign nothing.", valueName: "dir"))
  var export: String?

  @OptionGroup var signing: SigningOptions

  @Option(name: .shortAndLong, help: ArgumentHelp("The commit's message.", valueName: "text"))
  var message: String?

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let name = try Settings.periodName(period)
    let vault = try global.open(context)
    if let export { return try SealExport(vault, name).write(export, context, global, out) }
    if show { return try SealText.show(vault, name, global, context, out) }
    let commit = SealCommit(
      vault: vault, period: name, signers: try signing.signers(vault, context),
      message: message ?? "seal \(name)",
      time: context.now())
    try commit.checkState()
    try check(vault, name, context)
    switch try commit.run() {
    case .refused(let findings):
      if global.json {
        out.json(
          .make([
            ("findings", .array(findings.map(Rendering.finding))), ("period", .string(name)),
            ("signed", .bool(false)),
          ]))
      } else {
        for finding in findings { Rendering.print(finding, out) }
      }
      throw CommandError(
        .findings, "\(name) cannot be sealed: \(counted(findings.count, "finding")) nobody has waived",
        hint: "an approver accepts one with 'vault waive \(name) FINDING --reason TEXT'")
    case .signed(let result):
      if global.json { out.json(Self.json(result, name)) } else if !global.quiet { print(result, name, out) }
      return .done
    }
  }

  /// Whoever seals a period says that it is sound, so it is checked whole.
  private func check(_ vault: OpenVault, _ name: String, _ context: Context) throws {
    let meter = context.showsProgress && !global.quiet ? ProgressLine(context) : nil
    var options = Fsck.Options(periods: [name])
    if let meter { options.progress = { done, total in meter.show(done, of: total) } }
    let outcome = try Fsck.run(vault.folder, options)
    meter?.clear()
    guard let first = outcome.findings.first else { return }
    throw CommandError(
      .findings,
      "\(name) is not sound and cannot be sealed: \(first.name.rawValue): \(first.subject): \(first.detail)",
      hint: "run 'vault fsck'")
  }

  private static func json(_ result: SealCommit.Result, _ period: String) -> CanonicalValue {
    .make([
      ("approvers", .integer(result.approvers)), ("commit", .string(result.commit.description)),
      ("document", .string(result.document.description)), ("period", .string(period)),
      ("sealed", .bool(result.isSealed)), ("sequence", .integer(result.sequence)),
      ("signed", .integer(result.signed)),
    ])
  }

  private func print(_ result: SealCommit.Result, _ period: String, _ out: Output) {
    out.line("[\(period) \(result.sequence)] \(result.commit.hex.prefix(12))")
    out.line(
      "  \(result.signed) of \(counted(result.approvers, "approver")) signed the seal \(result.document)")
    out.line(result.isSealed ? "sealed: nothing can be added to \(period)" : "not sealed yet")
  }
}
