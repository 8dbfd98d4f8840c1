import ArgumentParser
import VaultAudit
import VaultCore
import VaultFiles
import VaultFsck
import VaultRemote
import VaultStore

struct FsckVerb: Verb {
  static let configuration = CommandConfiguration(
    commandName: "fsck", abstract: "Prove that every byte of the vault is what was committed.",
    discussion: """
      Reads, decodes and hashes everything, and verifies every commit, signature and root; it trusts no index and \
      writes nothing. With --quick it checks lengths, checksums and links only, and never says "sound".

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Option(help: ArgumentHelp("Only this period and the vault's trust.", valueName: "period"))
  var period: String?

  @Flag(help: "Do not decompress: says at most that no damage was seen.")
  var quick = false

  static let plainNames =
    GlobalOptions.plainNames + PlainArguments.Names(options: ["--period"], flags: ["--quick"])

  init() {}

  /// The verb of a command line after its name, or nothing if the parser has to look at it.
  init?(plain arguments: some Sequence<String>) {
    guard let plain = PlainArguments(arguments, Self.plainNames), plain.operands.isEmpty else { return nil }
    global = GlobalOptions(plain)
    period = plain["--period"]
    quick = plain.has("--quick")
  }

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let root = try global.locate(context)
    let pinned = try GlobalOptions.pinnedID(context)
    var periods: Set<String>?
    if let period { periods = [try Settings.periodName(period)] }
    let meter = context.showsProgress && !global.quiet ? ProgressLine(context) : nil
    var options = Fsck.Options(periods: periods, quick: quick)
    if let meter { options.progress = { done, total in meter.show(done, of: total) } }
    let outcome = try LoggedCheck.run(
      Fsck.run(context.files, root: root, options), context.files, root: root,
      periods: periods.map { $0.sorted() })
    meter?.clear()
    if let pinned, outcome.vault != pinned.description {
      throw CommandError(.refused, "this is the vault \(outcome.vault ?? "of an unknown id"), not \(pinned)")
    }
    let logs = SeenCheckpoint.all(context.files, root: root)
    for log in logs { CheckpointAge(log.checkpoint, context).warn(log.remote) }
    if global.json {
      out.json(Self.json(outcome, logs))
    } else {
      let ages = logs.map { "log      \($0.remote): \(CheckpointAge($0.checkpoint, context).text)" }
      Self.print(outcome, ages, quiet: global.quiet, out)
    }
    return outcome.isClean ? .done : .findings
  }

  private static func json(_ outcome: Outcome, _ logs: [SeenCheckpoint]) -> CanonicalValue {
    func pairs(_ list: [(String, Int)]) -> CanonicalValue { .make(list.map { ($0.0, .integer($0.1)) }) }
    let counts = outcome.counts
    return .make([
      ("sound", .bool(outcome.sound)), ("level", .string(outcome.level)),
      ("mode", .string(outcome.mode.rawValue)),
      ("vault", outcome.vault.map { .string($0) }),
      ("checkpoints", .array(logs.map(\.json))),
      (
        "counts",
        pairs([
          ("periods", counts.periods), ("trustDocuments", counts.trustDocuments), ("commits", counts.commits),
          ("entries", counts.entries), ("repudiatedEntries", counts.repudiatedEntries),
          ("objects", counts.objects), ("packs", counts.packs),
          ("packfiles", counts.packfiles), ("bytesStored", Int(clamping: counts.bytesStored)),
          ("bytesDecoded", Int(clamping: counts.bytesDecoded)), ("records", Int(clamping: counts.records)),
          ("signatures", counts.signatures),
        ])
      ),
      (
        "findings",
        .array(
          outcome.findings.map(\.json))
      ),
      ("omitted", outcome.omitted.isEmpty ? nil : pairs(outcome.omitted.map { ($0.key.rawValue, $0.value) })),
      (
        "disclosures",
        .array(
          outcome.disclosures.map {
            .make([
              ("name", .string($0.name.rawValue)), ("subject", .string($0.subject)),
              ("detail", .string($0.detail)),
            ])
          })
      ),
    ])
  }

  private static func print(_ outcome: Outcome, _ ages: [String], quiet: Bool, _ out: Output) {
    for finding in outcome.findings { finding.print(out) }
    for (name, count) in outcome.omitted.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      out.line("… and \(count) more of \(name.rawValue)")
    }
    if quiet { return }
    for disclosure in outcome.disclosures {
      out.line("disclosed: \(disclosure.name.rawValue): \(printable(disclosure.subject))")
      out.line("  \(printable(disclosure.detail))")
    }
    let counts = outcome.counts
    if let vault = outcome.vault { out.line("vault    \(vault)") }
    let repudiated = counts.repudiatedEntries == 0 ? "" : " and \(counts.repudiatedEntries) repudiated"
    out.line(
      "checked  \(counted(counts.periods, "period")), \(counted(counts.commits, "commit")), "
        + "\(counted(counts.entries, "entry", "entries"))\(repudiated), \(counted(counts.objects, "object")), "
        + counted(counts.signatures, "signature"))
    out.line(
      "         \(counted(counts.packs, "pack")), \(Rendering.bytes(counts.bytesStored)) stored"
        + (outcome.mode == .full ? ", \(Rendering.bytes(counts.bytesDecoded)) decoded" : ""))
    for age in ages { out.line(age) }
    out.line(verdict(outcome))
  }

  private static func verdict(_ outcome: Outcome) -> String {
    if !outcome.isClean {
      let count = outcome.findings.count + outcome.omitted.values.reduce(0, +)
      return "NOT SOUND: \(counted(count, "finding")); docs/fsck-findings.md says what each means"
    }
    guard outcome.sound else { return "no damage seen; only a full fsck can say more" }
    let suffix = outcome.disclosures.isEmpty ? "" : ", with disclosures"
    let why =
      outcome.level == "logged"
      ? "every commit stands in the log of a remote that the trust names"
      : "the vault's own signatures; no second party has vouched for it"
    return "sound\(suffix) (level \(outcome.level): \(why))"
  }
}

extension Finding {
  var json: CanonicalValue {
    .make([
      ("name", .string(name.rawValue)), ("severity", .string(severity.rawValue)),
      ("subject", .string(subject)), ("detail", .string(detail)),
    ])
  }

  func print(_ out: Output) {
    out.line("\(severity.rawValue): \(name.rawValue): \(printable(subject))")
    out.line("  \(printable(detail))")
  }
}

/// One line on a terminal that shows how far a long job is.
final class ProgressLine: Sendable {
  private let context: Context
  private let state = ProgressState()

  init(_ context: Context) { self.context = context }

  func show(_ done: UInt64, of total: UInt64) {
    let now = context.now()
    guard state.shouldShow(now) else { return }
    let percent = total == 0 ? 100 : Int(done * 100 / total)
    write("\rchecking \(percent) %  \(Rendering.bytes(done)) of \(Rendering.bytes(total))\u{1B}[K")
  }

  func clear() { write("\r\u{1B}[K") }

  private func write(_ text: String) {
    let errors = Output(2)
    errors.write(text)
    errors.flush()
  }
}
