/// Findings about what a commit's author may do, and about times that the period does not admit. They weigh only
/// where the commit counts, which a later one may undo, so they wait until the whole ref is read.
struct Objections: Sendable {
  private(set) var findings: [Finding] = []
  /// How many more there are of each name than are kept.
  private(set) var omitted: [Finding.Name: Int] = [:]

  /// Whether a finding of this name is one.
  static func includes(_ name: Finding.Name) -> Bool {
    switch name {
    case .signerUnknown, .signerNotAuthorized, .entryOutsidePeriod: true
    default: false
    }
  }

  mutating func add(_ finding: Finding) {
    if findings.count < FindingLog.limit {
      findings.append(finding)
    } else {
      omitted[finding.name, default: 0] += 1
    }
  }

  mutating func add(_ other: Objections) {
    for finding in other.findings { add(finding) }
    omitted.merge(other.omitted) { $0 + $1 }
  }

  /// Keeps the first, and how many more there are.
  mutating func shorten() {
    for finding in findings.dropFirst() { omitted[finding.name, default: 0] += 1 }
    findings = Array(findings.prefix(1))
  }
}

/// The objections to the commits of one ref.
struct ObjectionLedger {
  /// From so many findings in a ref on, one is kept of each commit.
  private static let limit = 4 * FindingLog.limit

  private var commits: [Int: Objections] = [:]
  private var kept = 0

  mutating func add(_ objections: Objections, to sequence: Int) {
    if objections.findings.isEmpty, objections.omitted.isEmpty { return }
    var objections = objections
    if kept >= Self.limit { objections.shorten() }
    kept += objections.findings.count
    commits[sequence, default: Objections()].add(objections)
  }

  /// Reports what stands against commits that count, and discloses what does against those that do not.
  func settle(_ repudiations: RepudiationLedger, _ log: FindingLog) {
    for (sequence, objections) in commits.sorted(by: { $0.key < $1.key }) {
      if let by = repudiations.repudiator(of: sequence) {
        for finding in objections.findings {
          log.disclose(
            .repudiated, finding.subject,
            "\(finding.name.rawValue), in a commit that commit \(by) repudiates: \(finding.detail)")
        }
      } else {
        for finding in objections.findings { log.add(finding) }
        for (name, count) in objections.omitted { log.omit(name, count) }
      }
    }
  }
}
