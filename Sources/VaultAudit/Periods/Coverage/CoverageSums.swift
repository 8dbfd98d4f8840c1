import VaultCore
import VaultStore

/// What the entries of a period say of its series, summed up over runs of lines.
struct CoverageSums: Sendable {
  /// The evidence of one series that is expected.
  struct Evidence: Sendable {
    var entries = 0
    /// Instants, in milliseconds.
    var instants: [Int64] = []
    var windows: [Range<Int64>] = []
    /// Snapshots from the days of grace.
    var snapshots = 0
    /// The newest end of what counts, in milliseconds.
    var newest: Int64?
    /// Entries that are not of the expected source, by what is wrong.
    var strange: [String: Int] = [:]
  }

  /// A population that declares itself incomplete, or allows a finding.
  struct Declared: Sendable {
    let path: EvidencePath
    let revision: Int
    let leaf: Int
    let sequence: Int
    let reason: String
  }

  /// What every run of lines is held against.
  struct Rules: Sendable {
    let opening: PeriodOpening
    /// What is expected, by the bytes of the series.
    let expected: [[UInt8]: Expectation]
    /// Commits that do not count.
    let repudiated: Set<Int>
  }

  var series: [[UInt8]: Evidence] = [:]
  /// Entries of series that nobody expects.
  var unexpected: [[UInt8]: Int] = [:]
  var systems: Set<[UInt8]> = []
  var declared: [Declared] = []
  var entries = 0
  var repudiatedEntries = 0

  init() {}

  /// The sums of a run of lines.
  init(_ run: LineRun, _ rules: Rules) throws {
    let counts = !rules.repudiated.contains(run.sequence)
    try run.forEachLine { line, leaf, _ in
      guard case .entry(let entry) = line else { return }
      guard counts else {
        repudiatedEntries += 1
        return
      }
      entries += 1
      take(entry, rules)
      if let reason = entry.population?.declaration {
        declared.append(
          Declared(
            path: entry.path, revision: entry.revision, leaf: leaf, sequence: run.sequence, reason: reason))
      }
    }
  }

  private mutating func take(_ entry: Entry, _ rules: Rules) {
    systems.insert(Array(entry.source.system.utf8))
    guard let name = entry.series.map({ Array($0.utf8) }) else { return }
    guard let expected = rules.expected[name] else {
      unexpected[name, default: 0] += 1
      return
    }
    series[name, default: Evidence()].take(entry, expected, rules.opening)
  }

  mutating func add(_ other: CoverageSums) {
    series.merge(other.series) { $0.adding($1) }
    unexpected.merge(other.unexpected) { $0 + $1 }
    systems.formUnion(other.systems)
    declared += other.declared
    entries += other.entries
    repudiatedEntries += other.repudiatedEntries
  }
}

extension CoverageSums.Evidence {
  fileprivate mutating func take(_ entry: Entry, _ expected: Expectation, _ opening: PeriodOpening) {
    if let strange = expected.objection(to: entry.source) {
      self.strange[strange, default: 0] += 1
      return
    }
    entries += 1
    let from = entry.effective.from.milliseconds
    let to = entry.effective.to.milliseconds
    newest = max(newest ?? to, to)
    if from < to {
      windows.append(from..<to)
    } else if entry.effective.from == entry.collected, entry.collected >= opening.to,
      opening.admits(effective: entry.effective, collected: entry.collected, late: nil)
    {
      snapshots += 1
    } else {
      instants.append(from)
    }
  }

  fileprivate func adding(_ other: Self) -> Self {
    var out = self
    out.entries += other.entries
    out.instants += other.instants
    out.windows += other.windows
    out.snapshots += other.snapshots
    out.newest = [newest, other.newest].compactMap { $0 }.max()
    out.strange.merge(other.strange) { $0 + $1 }
    return out
  }
}

extension Expectation {
  /// Why evidence of this source is not what is expected; nil where it is.
  fileprivate func objection(to source: Entry.Source) -> String? {
    func differs(_ wanted: String?, _ found: String?) -> Bool {
      guard let wanted else { return false }
      return found.map { !$0.utf8.elementsEqual(wanted.utf8) } ?? true
    }
    if differs(system, source.system) { return "of the system \(source.system), not \(system)" }
    if differs(query, source.query) { return "by the query \(source.query ?? "none"), not \(query ?? "")" }
    if differs(collector, source.collector) {
      return "by the collector \(source.collector ?? "none"), not \(collector ?? "")"
    }
    return nil
  }
}

extension Population {
  /// Why it says that it is not as a whole population is; nil where it says nothing of the kind.
  fileprivate var declaration: String? {
    if let incomplete { return "it is declared incomplete: \(incomplete)" }
    guard let first = allowances.first else { return nil }
    return "it allows \(first.finding): \(first.reason)"
  }
}
