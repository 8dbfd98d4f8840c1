import ArgumentParser
import VaultAudit
import VaultCore
import VaultFiles
import VaultRemote
import VaultStore

struct Harden: Verb {
  static let configuration = CommandConfiguration(
    abstract: "Close a bare vault's files against change by the file system's own marks.",
    discussion: """
      Packfiles that take no further pack become immutable, the current ones and the logs append-only, as by chattr \
      +i and +a. Run it again now and then, as packfiles fill up. It helps against accidents and against programs \
      that are not root; against root only receipts and witnesses help. No verb takes the marks away.

      Exit codes: 0 everything is marked; 2 wrong usage; 4 something could not be marked.
      """)

  @OptionGroup var global: GlobalOptions

  @Flag(help: "Say what would be marked, and mark nothing.")
  var dryRun = false

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let vault = try global.open(context).folder
    guard !vault.root.hasSuffix("/" + VaultFolder.workingName) else {
      throw CommandError(
        .usage, "\(vault.root) is the vault of a working folder, not a bare one",
        hint: "'vault init --bare DIR --from VAULT' makes a bare vault for a remote")
    }
    let reports = try Hardening.run(vault, dryRun: dryRun)
    if global.json { printJSON(reports, vault, out) } else { printText(reports, out) }
    return reports.contains { $0.state.isFailure } ? .environment : .done
  }

  private func printJSON(_ reports: [Hardening.Report], _ vault: VaultFolder, _ out: Output) {
    out.json(
      .make([
        ("vault", .string(vault.id.description)), ("dryRun", .bool(dryRun)),
        (
          "files",
          .array(
            reports.map {
              .make([
                ("path", .string($0.path)), ("mark", .string($0.mark.rawValue)),
                ("state", .string($0.state.name)), ("reason", $0.state.reason.map { .string($0) }),
              ])
            })
        ),
      ]))
  }

  private func printText(_ reports: [Hardening.Report], _ out: Output) {
    for report in reports where !global.quiet || report.state.isFailure {
      let reason = report.state.reason.map { ": " + printable($0) } ?? ""
      out.line(
        Rendering.column(report.state.name, 10) + Rendering.column(report.mark.rawValue, 12)
          + printable(report.path) + reason)
    }
  }
}

extension Hardening.State {
  fileprivate var name: String {
    switch self {
    case .set: "set"
    case .already: "already"
    case .wouldSet: "would-set"
    case .left: "left"
    case .failed: "failed"
    }
  }

  fileprivate var reason: String? {
    switch self {
    case .left(let why), .failed(let why): why
    case .set, .already, .wouldSet: nil
    }
  }

  fileprivate var isFailure: Bool { name == "failed" }
}
