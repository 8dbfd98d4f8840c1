import VaultAudit
import VaultCore

/// What was found in populations, for people and programs.
enum PopulationRendering {
  /// Ranges that are printed for people.
  private static let shown = 8

  /// Runs `body`; where a population is refused, lists why.
  static func tellingRefusals(
    _ global: GlobalOptions, _ out: Output, _ body: () throws -> ExitCode
  ) throws -> ExitCode {
    do {
      return try body()
    } catch let refusal as PopulationRefusal {
      if global.json {
        out.json(.make([("path", .string(refusal.path.text)), ("population", json(refusal.report))]))
      } else {
        text(refusal.report, out)
      }
      throw CommandError(
        .findings, "\(refusal.path) is not complete, and nothing was committed", hint: hint(refusal))
    }
  }

  private static func hint(_ refusal: PopulationRefusal) -> String {
    if refusal.report.records == nil {
      return "export again: what cannot be cut into records is not taken, whatever is declared"
    }
    let names = Set(refusal.refused.map(\.name))
    if names == [.sequenceGap] {
      return "say why numbers are missing with 'vault population add … --allow-sequence-gaps REASON'"
    }
    return "export again, or say why with 'vault population add … --declare-incomplete REASON'"
  }

  static func json(_ report: PopulationReport) -> CanonicalValue {
    .make([
      ("findings", .array(report.findings.map { json($0, report.place) })),
      ("records", report.records.map { .integer(Int($0)) }),
      ("backwards", .integer(Int(report.backwards))),
    ])
  }

  private static func json(
    _ finding: PopulationReport.Finding, _ place: PopulationReport.Place
  ) -> CanonicalValue {
    let unit = finding.name.unit == .lines && place == .cut ? "records" : finding.name.unit?.rawValue
    return .make([
      ("name", .string(finding.name.rawValue)), ("count", .integer(finding.count)),
      (unit ?? "lines", unit.map { _ in .array(ranges(finding, place).map { .string(text($0)) }) }),
      ("more", finding.isCut ? .bool(true) : nil), ("detail", finding.detail.map { .string($0) }),
    ])
  }

  /// Where a finding is. Of what was cut a record is named by its number, from 0, as it is asked for.
  private static func ranges(
    _ finding: PopulationReport.Finding, _ place: PopulationReport.Place
  ) -> [ClosedRange<Int64>] {
    guard finding.name.unit == .lines, place == .cut else { return finding.ranges }
    return finding.ranges.map { $0.lowerBound - 1...$0.upperBound - 1 }
  }

  /// The findings and notes, one a line.
  static func text(_ report: PopulationReport, _ out: Output) {
    for finding in report.findings {
      out.line("  \(Rendering.column(finding.name.rawValue, 22)) \(text(finding, report.place))")
    }
    if report.backwards > 0 {
      out.line("  note: \(counted(Int(report.backwards), "record")) of an earlier time than the one before")
    }
  }

  private static func text(_ finding: PopulationReport.Finding, _ place: PopulationReport.Place) -> String {
    switch finding.name {
    case .countDiffers: return "by \(finding.count)"
    case .responseDiffers: return "the source's response does not give the count"
    default: break
    }
    let isNumber = finding.name.unit == .sequence
    let what = isNumber ? "number" : "record"
    let unit = isNumber ? "" : place == .cut ? "record " : "line "
    let ranges = ranges(finding, place).prefix(shown).map(text).joined(separator: ", ")
    let more = finding.isCut || finding.ranges.count > shown ? ", …" : ""
    return "\(counted(finding.count, what)): \(unit)\(ranges)\(more)\(note(finding, place))"
  }

  /// What stands behind the places of a finding.
  private static func note(_ finding: PopulationReport.Finding, _ place: PopulationReport.Place) -> String {
    if finding.name.unit == .lines, place == .cut { return " (from 0)" }
    guard let detail = finding.detail else { return "" }
    return finding.count == 1 ? " (\(detail))" : " (the first: \(detail))"
  }

  private static func text(_ range: ClosedRange<Int64>) -> String {
    range.lowerBound == range.upperBound ? "\(range.lowerBound)" : "\(range.lowerBound)..\(range.upperBound)"
  }

  /// What an entry says of its population, and whether that counts.
  static func json(
    _ entry: Entry, _ population: Population, _ standing: PopulationStanding
  ) -> [(String, CanonicalValue?)] {
    var waiver: CanonicalValue?
    if case .waived(let word) = standing { waiver = Rendering.waiver(word) }
    return [
      ("path", .string(entry.path.text)), ("revision", .integer(entry.revision)),
      ("object", .string(entry.object.description)), ("population", population.value),
      ("standing", .string(standing.name)), ("waiver", waiver),
    ]
  }

  /// The same behind a line of a list: nothing of a population that is complete.
  static func note(_ standing: PopulationStanding) -> String {
    if case .complete = standing { "" } else { "  \(text(standing))" }
  }

  /// What is to be known of a declaration.
  static func text(_ standing: PopulationStanding) -> String {
    switch standing {
    case .complete: "complete"
    case .approved: "declared, and an approver signed"
    case .waived(let waiver): "declared, and waived by \(waiver.signer): \(printable(waiver.reason))"
    case .declared: "DECLARED, and no approver has signed: it does not count yet"
    }
  }
}
