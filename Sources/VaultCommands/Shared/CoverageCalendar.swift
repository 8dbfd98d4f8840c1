import VaultAudit
import VaultCore

/// Draws what there is of a series: a row for each month, a character for each day.
enum CoverageCalendar {
  /// What the characters mean.
  static let legend = "# there   - missing   w waived   . not due yet"

  /// The rows, each with its month.
  static func rows(_ series: SeriesCoverage) -> [String] {
    var rows: [String] = []
    var month = ""
    let day: Int64 = 86_400_000
    let window = series.slots.window
    var at = window.lowerBound / day * day
    while at < window.upperBound, let time = Timestamp(milliseconds: at) {
      let date = time.date
      if date.prefix(7) != month {
        month = String(date.prefix(7))
        rows.append("  \(month)  " + String(repeating: " ", count: time.civilDate.day - 1))
      }
      let slot = series.slots.slot(at: max(at, window.lowerBound)) ?? 0
      rows[rows.count - 1] += mark(series.states[slot])
      at += day
    }
    return rows
  }

  private static func mark(_ state: SeriesCoverage.Slot) -> String {
    switch state {
    case .met: "#"
    case .missing: "-"
    case .waived: "w"
    case .due: "."
    }
  }
}
