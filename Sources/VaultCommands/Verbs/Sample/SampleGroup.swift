import ArgumentParser
import VaultAudit
import VaultCore
import VaultFiles
import VaultStore

struct SampleGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample", abstract: "Draw records of populations, prove them, and record what testers find.",
    subcommands: [
      SampleDrawVerb.self, SampleExtend.self, SampleVerify.self, SampleProve.self, SampleResultVerb.self,
      SampleList.self,
    ])
}

/// What the verbs of samples share.
enum Samples {
  /// The population at `PERIOD:PATH`: the newest revision that counts.
  static func population(
    _ text: String, _ vault: OpenVault, _ global: GlobalOptions, _ context: Context
  ) throws -> ReviewedPopulation {
    let found = try Lookup.entry(text, RevisionOptions.newest, vault, global, context)
    return try ReviewedPopulation(found.reader, found.record, found.entry)
  }

  /// The population that a reference names.
  static func population(
    _ reference: PopulationReference, _ vault: OpenVault, _ period: String
  ) throws -> ReviewedPopulation {
    let reader = try vault.period(period)
    for record in reader.index.revisions(reference.path) where Int(record.leaf) == reference.leaf {
      let found = try ReviewedPopulation(reader, record, try reader.entry(record))
      if found.reference == reference { return found }
    }
    throw CommandError(
      .findings, "\(reference.path) is not what the draw names as its population", hint: "run 'vault fsck'")
  }

  /// Warns of commits that do not verify, whose lines do not count.
  static func warn(_ log: ReviewLog, _ period: String) {
    for one in log.rejected {
      Notes.warn(
        "commit \(one.sequence) of reviews/\(period) does not count: \(printable(one.reason)); run 'vault fsck'"
      )
    }
  }

  /// What proves a folder, as a user names it.
  static func provers(_ folder: String) -> String {
    let shown = printable(folder)
    return "'vault sample verify \(shown)' proves it, and so does \(Paths.join(shown, "verify.py"))"
  }

  /// How a draw is told of in one line.
  static func text(_ draw: SampleDraw, _ placed: ReviewLog.Placed) -> String {
    let extends = draw.extends.map { ", extends leaf \($0)" } ?? ""
    let purpose = draw.purpose.map { ", \(printable($0))" } ?? ""
    return "leaf \(placed.leaf): \(draw.size) of \(draw.population.count), seed \(Hex.encode(draw.seed)), "
      + "\(placed.time) by \(placed.author), commit \(placed.commit.hex.prefix(12))\(extends)\(purpose)"
  }
}
