import ArgumentParser
import VaultAudit
import VaultCore
import VaultFiles
import VaultStore

struct Add: Verb {
  static let configuration = CommandConfiguration(
    abstract: "Stage evidence for a later commit.",
    discussion: "Staged evidence is not evidence yet: it may be dropped, and nothing signs it.\n\n"
      + exitCodes)

  @OptionGroup var global: GlobalOptions
  @OptionGroup var evidence: EvidenceOptions

  @Flag(help: "Drop everything that is staged.")
  var clear = false

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let staged = StagedEvidence(try global.open(context))
    if clear { try staged.clear() }
    if clear, evidence.paths.isEmpty { return .done }
    let entries = try staged.add(
      try evidence.found(context), draft: try evidence.draft(context), time: context.now(),
      workers: Parallel.coreCount)
    if global.json {
      out.json(.make([("staged", .array(entries.map { Rendering.entry($0) }))]))
    } else if !global.quiet {
      out.line("staged \(counted(entries.count, "entry", "entries"))")
    }
    return .done
  }
}

struct Status: Verb {
  static let configuration = CommandConfiguration(abstract: "Show what is staged.", discussion: exitCodes)

  @OptionGroup var global: GlobalOptions

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let vault = try global.open(context)
    let entries = try StagedEvidence(vault).entries()
    if global.json {
      out.json(
        .make([
          ("vault", .string(vault.folder.id.description)),
          ("staged", .array(entries.map { Rendering.entry($0) })),
          ("periods", .array(try vault.folder.periods().map { .string($0) })),
        ]))
      return .done
    }
    if entries.isEmpty {
      out.line("nothing is staged")
    } else {
      out.line("staged, not committed:")
      for entry in entries {
        out.line(
          "  \(entry.object.hex.prefix(12))  \(Rendering.column(Rendering.bytes(entry.size), 9)) \(printable(entry.path.text))"
        )
      }
    }
    return .done
  }
}
