import ArgumentParser
import VaultAudit
import VaultCore

/// What is said of evidence when it is added or committed.
struct EvidenceOptions: ParsableArguments {
  private static let document = "document"
  static let population = "population"

  @Option(help: ArgumentHelp("A control that the evidence supports; may be given again.", valueName: "id"))
  var control: [String] = []

  @Option(help: ArgumentHelp("The system that the evidence comes from (VAULT_SOURCE).", valueName: "system"))
  var source: String?

  @Option(help: ArgumentHelp("What the system was asked.", valueName: "text"))
  var query: String?

  @Option(help: ArgumentHelp("The program that collected it.", valueName: "name"))
  var collector: String?

  @Option(help: ArgumentHelp("That program's version.", valueName: "version"))
  var collectorVersion: String?

  @Option(help: ArgumentHelp("What is collected again and again under this name.", valueName: "name"))
  var series: String?

  @Option(
    help: ArgumentHelp(
      "When it was collected, with zone: no later than now, give or take a clock (default: now).",
      valueName: "time"))
  var collected: String?

  @Option(help: ArgumentHelp("Start of the time that the evidence speaks about.", valueName: "time"))
  var effectiveFrom: String?

  @Option(help: ArgumentHelp("End of that time.", valueName: "time"))
  var effectiveTo: String?

  @Option(
    help: ArgumentHelp("Ticket, approval, change, actor …; may be given again.", valueName: "key=value"))
  var context: [String] = []

  @Option(
    name: .customLong("as"),
    help: ArgumentHelp(
      "The folder for the evidence; with a single file or standard input the entry's own path, unless it ends in '/'.",
      valueName: "path"))
  var place: String?

  @Option(help: ArgumentHelp("The media type (default: by file ending).", valueName: "type"))
  var mediaType: String?

  @Option(help: ArgumentHelp("Why evidence from outside the period is filed in it.", valueName: "reason"))
  var late: String?

  @Option(
    help: ArgumentHelp(
      "The earlier period that this late evidence is about, which takes no more itself.", valueName: "period")
  )
  var concerns: String?

  @Flag(help: "Take what symbolic links point to.")
  var followLinks = false

  @Option(help: ArgumentHelp("'document', or 'population' for records each ended by LF.", valueName: "kind"))
  var kind: String = EvidenceOptions.document

  @Option(help: ArgumentHelp("JSON Pointer to a record's id.", valueName: "pointer"))
  var idField: String?

  @Option(help: ArgumentHelp("JSON Pointer to a record's sequence number.", valueName: "pointer"))
  var sequenceField: String?

  @Option(help: ArgumentHelp("JSON Pointer to a record's time.", valueName: "pointer"))
  var timeField: String?

  @Option(help: ArgumentHelp("How many records the source itself says there are.", valueName: "count"))
  var sourceCount: Int?

  @Argument(
    help: ArgumentHelp("Files, folders (taken recursively), or - for standard input.", valueName: "file"))
  var paths: [String] = []

  static let plainNames = PlainArguments.Names(
    options: [
      "--source", "--query", "--collector", "--collector-version", "--series", "--collected",
      "--effective-from", "--effective-to", "--as", "--media-type", "--late", "--concerns", "--kind",
      "--id-field",
      "--sequence-field", "--time-field",
    ],
    repeated: ["--control", "--context"], flags: ["--follow-links"])

  init() {}

  init(_ plain: PlainArguments) {
    control = plain.all("--control")
    source = plain["--source"]
    query = plain["--query"]
    collector = plain["--collector"]
    collectorVersion = plain["--collector-version"]
    series = plain["--series"]
    collected = plain["--collected"]
    effectiveFrom = plain["--effective-from"]
    effectiveTo = plain["--effective-to"]
    context = plain.all("--context")
    place = plain["--as"]
    mediaType = plain["--media-type"]
    late = plain["--late"]
    concerns = plain["--concerns"]
    followLinks = plain.has("--follow-links")
    kind = plain["--kind"] ?? Self.document
    idField = plain["--id-field"]
    sequenceField = plain["--sequence-field"]
    timeField = plain["--time-field"]
    sourceCount = nil
    paths = plain.operands
  }

  /// The draft that the options and the environment describe.
  func draft(_ context: Context) throws -> EvidenceDraft {
    guard let system = source ?? context.variable("VAULT_SOURCE") else {
      throw CommandError(
        .usage, "--source is missing",
        hint: "name the system that the evidence comes from, here or in VAULT_SOURCE")
    }
    return EvidenceDraft(
      controls: try control.map { try Arguments.text($0, "--control", limit: 255) },
      series: try series.map { try Arguments.text($0, "--series", limit: 255) },
      source: Entry.Source(
        system: try Arguments.text(system, "--source", limit: 255), query: query, collector: collector,
        version: collectorVersion),
      collected: try collected.map { try Arguments.time($0, "--collected") }, effective: try window(),
      context: try contextItems(),
      mediaType: try mediaType.map { try Arguments.text($0, "--media-type", limit: 255) },
      late: try late.map { try Arguments.text($0, "--late") },
      concerns: try concerns.map { try Settings.periodName($0) }, population: try population())
  }

  private func window() throws -> Entry.Window? {
    switch (effectiveFrom, effectiveTo) {
    case (nil, nil): return nil
    case (let from?, let to?):
      let window = Entry.Window(
        from: try Arguments.time(from, "--effective-from"), to: try Arguments.time(to, "--effective-to"))
      guard window.from <= window.to else {
        throw CommandError(.usage, "--effective-to is before --effective-from")
      }
      return window
    default: throw CommandError(.usage, "--effective-from and --effective-to go together")
    }
  }

  private func contextItems() throws -> [Entry.ContextItem] {
    var items: [Entry.ContextItem] = []
    for text in context {
      guard let equals = text.firstIndex(of: "="), case let key = String(text[..<equals]),
        Entry.isContextKey(key)
      else {
        throw CommandError(
          .usage, "--context \(text) is not key=value", hint: "a key is letters, digits, '.', '_', '-'")
      }
      guard !items.contains(where: { $0.key == key }) else {
        throw CommandError(.usage, "--context \(key) is given twice")
      }
      items.append(Entry.ContextItem(key: key, value: String(text[text.index(after: equals)...])))
    }
    return items
  }

  private func population() throws -> PopulationDraft? {
    switch kind {
    case Self.document:
      guard idField == nil, sequenceField == nil, timeField == nil, sourceCount == nil else {
        throw CommandError(.usage, "record fields and --source-count go with --kind population")
      }
      return nil
    case Self.population:
      for (field, option) in [
        (idField, "--id-field"), (sequenceField, "--sequence-field"), (timeField, "--time-field"),
      ] {
        if let field, !Population.isPointer(field) {
          throw CommandError(.usage, "\(option) \(field) is no JSON Pointer", hint: "write it like /number")
        }
      }
      if let sourceCount, sourceCount < 0 { throw CommandError(.usage, "--source-count is negative") }
      return PopulationDraft(
        idField: idField, sequenceField: sequenceField, timeField: timeField, sourceCount: sourceCount)
    default: throw CommandError(.usage, "--kind \(kind) is unknown", hint: "it is 'document' or 'population'")
    }
  }

  /// The named files with their paths in the period. Relative names count from the current folder.
  func found(_ context: Context) throws -> [EvidenceWalk.Found] {
    try EvidenceWalk.walk(paths, base: place, followsLinks: followLinks, files: context.files)
  }
}
