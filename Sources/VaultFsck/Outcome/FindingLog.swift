import Synchronization

/// Collects findings from all threads; of each name it keeps so many and counts the rest, so that a vault in
/// ruins does not fill the memory.
final class FindingLog: Sendable {
  /// Findings of one name that are kept.
  static let limit = 1000

  /// Disclosures that are kept: each is somebody's signed word, so there are few.
  static let disclosureLimit = 100_000

  private struct State {
    var findings: Set<Finding> = []
    var kept: [Finding.Name: Int] = [:]
    var omitted: [Finding.Name: Int] = [:]
    var disclosures: Set<Disclosure> = []
  }

  private let state = Mutex(State())

  func add(_ finding: Finding) {
    state.withLock { state in
      guard state.kept[finding.name, default: 0] < Self.limit else {
        state.omitted[finding.name, default: 0] += 1
        return
      }
      if state.findings.insert(finding).inserted { state.kept[finding.name, default: 0] += 1 }
    }
  }

  func add(_ name: Finding.Name, _ subject: String, _ detail: String) { add(Finding(name, subject, detail)) }

  /// Counts findings of a name that nobody kept.
  func omit(_ name: Finding.Name, _ count: Int) { state.withLock { $0.omitted[name, default: 0] += count } }

  func disclose(_ disclosure: Disclosure) {
    state.withLock { state in
      if state.disclosures.count < Self.disclosureLimit { state.disclosures.insert(disclosure) }
    }
  }

  func disclose(_ name: Disclosure.Name, _ subject: String, _ detail: String) {
    disclose(Disclosure(name, subject, detail))
  }

  /// The outcome so far; findings in an order that does not depend on threads.
  func outcome(_ mode: Outcome.Mode, vault: String?, _ counts: Counts) -> Outcome {
    state.withLock { state in
      let places = Dictionary(
        uniqueKeysWithValues: Finding.Name.allCases.enumerated().map { ($0.element, $0.offset) })
      let findings = state.findings.sorted {
        ($0.severity == .warning ? 1 : 0, places[$0.name] ?? 0, $0.subject, $0.detail)
          < ($1.severity == .warning ? 1 : 0, places[$1.name] ?? 0, $1.subject, $1.detail)
      }
      return Outcome(
        mode: mode, vault: vault, counts: counts, findings: findings, omitted: state.omitted,
        disclosures: state.disclosures.sorted { ($0.subject, $0.detail) < ($1.subject, $1.detail) })
    }
  }
}
