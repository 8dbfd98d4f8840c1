import ArgumentParser
import VaultAudit
import VaultCore
import VaultFiles
import VaultStore

struct PopulationAdd: Verb {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Check a population and commit it.",
    discussion: """
      Every record is checked on the way in, and what is found is listed; a population that is not complete is refused, \
      unless --declare-incomplete says why it is taken all the same. Such a declaration, and an allowance, count once \
      an approver has signed too: name the approver's key as a second --key. A JSON array, {"Records":[…]} or a CSV \
      file with a header is kept beside the records that are cut from it.

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions
  @OptionGroup var evidence: EvidenceOptions

  @Option(
    help: ArgumentHelp(
      "'ndjson', 'json-array', 'json-records' or 'csv' (default: by file ending and first bytes).",
      valueName: "form"))
  var format: String?

  @Option(
    help: ArgumentHelp(
      "A file with the source's own answer, which has the --source-count in it; kept beside the population.",
      valueName: "file"))
  var sourceResponse: String?

  @Option(help: ArgumentHelp("Why numbers may be missing in the sequence.", valueName: "reason"))
  var allowSequenceGaps: String?

  @Option(help: ArgumentHelp("Why the population is taken although it is not complete.", valueName: "reason"))
  var declareIncomplete: String?

  @OptionGroup var target: CommitTarget

  @OptionGroup var signing: SigningOptions

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    try target.check()
    return try PopulationRendering.tellingRefusals(global, out) { try add(context, out) }
  }

  private func add(_ context: Context, _ out: Output) throws -> ExitCode {
    guard evidence.paths.count == 1, let file = try evidence.found(context).first,
      try evidence.paths == [EvidenceWalk.standardInput] || Self.isFile(evidence.paths[0], context)
    else { throw CommandError(.usage, "name one file") }
    let addition = PopulationAddition(
      file, draft: try draft(context), input: try format.map(Self.input),
      response: try sourceResponse.map { try answer($0, context) })
    let message = "add \(file.path)"
    if let remote = target.remote {
      let (result, name) = try target.commit(
        to: remote, signing, message: message, workers: Parallel.coreCount, context
      ) { try addition.pieces(context.files, staging: $0) }
      CommitReport(global: global, period: name, out: out).tell(result)
      return .done
    }
    let name = try Settings.period(target.period, global, context)
    let vault = try global.open(context)
    let commit = try target.commit(
      vault, name, signing, message: message, workers: CommitVerb.workers([file], context), context)
    let result = try commit.run(
      addition.pieces(context.files, staging: vault.folder.staging))
    CommitReport(global: global, period: name, out: out).tell(result)
    return .done
  }

  private static func isFile(_ path: String, _ context: Context) throws -> Bool {
    try context.files.status(path: context.absolute(path), followLinks: true).kind == .regular
  }

  private func draft(_ context: Context) throws -> EvidenceDraft {
    var options = evidence
    options.kind = EvidenceOptions.population
    var draft = try options.draft(context)
    draft.coversPeriod = true
    if sourceResponse != nil {
      guard evidence.sourceCount != nil else {
        throw CommandError(.usage, "--source-response goes with --source-count")
      }
      draft.population?.grade = .captured
    }
    draft.population?.incomplete = try declareIncomplete.map {
      try Arguments.text($0, "--declare-incomplete")
    }
    if let reason = allowSequenceGaps {
      guard evidence.sequenceField != nil else {
        throw CommandError(.usage, "--allow-sequence-gaps goes with --sequence-field")
      }
      draft.population?.allowances = [
        Population.Allowance(
          finding: PopulationFinding.sequenceGap.rawValue,
          reason: try Arguments.text(reason, "--allow-sequence-gaps"))
      ]
    }
    return draft
  }

  private static func input(_ format: String) throws -> PopulationInput {
    if format == "ndjson" { return .lines }
    guard let found = Population.Cut.Format(rawValue: format) else {
      throw CommandError(
        .usage, "--format \(printable(format)) is unknown",
        hint: "it is 'ndjson', 'json-array', 'json-records' or 'csv'")
    }
    return .cut(found)
  }

  private func answer(_ file: String, _ context: Context) throws -> String {
    let place = context.absolute(file)
    guard try context.files.exists(place) else { throw CommandError(.usage, "\(file): no such file") }
    return place
  }
}
