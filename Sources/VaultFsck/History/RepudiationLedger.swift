import VaultCore

/// What a repudiate line says, before it is held against the commits of its ref.
struct RepudiationClaim: Sendable {
  /// How findings name the line.
  let subject: String
  let repudiation: Repudiation
  /// Whether the author of its commit may repudiate.
  let isPermitted: Bool
}

/// The commits of one ref as far as repudiations need them; fed in order.
struct RepudiationLedger {
  /// A commit with all of its lines.
  struct Step {
    let commit: Commit
    let id: ObjectID
    /// The author's name in the trust document.
    let author: String
    /// How findings name the commit.
    let subject: String
    let lines: Int
    let entries: Int
    let claims: [RepudiationClaim]
  }

  /// What is kept of a commit.
  struct Known {
    let id: ObjectID
    let entries: Int
    let repudiates: Bool
    let subject: String
    var repudiatedBy: Int?
  }

  private var commits: [Int: Known] = [:]

  /// Takes in what is known of a commit that is not fed, unless it was already.
  mutating func remember(_ known: Known?, _ sequence: Int) {
    if commits[sequence] == nil { commits[sequence] = known }
  }

  /// The sequence of the commit that repudiates another; nil where that counts.
  func repudiator(of sequence: Int) -> Int? { commits[sequence]?.repudiatedBy }

  /// The sequences of the commits that do not count.
  var repudiatedCommits: Set<Int> { Set(commits.lazy.filter { $0.value.repudiatedBy != nil }.map(\.key)) }

  /// Takes a commit in, discloses what it repudiates, and returns how many entries do not count from now on.
  mutating func append(_ step: Step, hasGaps: Bool, _ log: FindingLog) -> Int {
    let sequence = step.commit.sequence
    defer {
      commits[sequence] = Known(
        id: step.id, entries: step.entries, repudiates: !step.claims.isEmpty, subject: step.subject)
    }
    guard !step.claims.isEmpty else { return 0 }
    let isAlone = step.claims.count == step.lines
    if !isAlone {
      log.add(.repudiationMisplaced, step.subject, "a commit that repudiates adds other lines too")
    }
    if case .reviews = step.commit.ref {
      log.add(.repudiationMisplaced, step.subject, "only a period's commits can be repudiated")
      return 0
    }
    var entries = 0
    for claim in step.claims {
      if let flaw = flaw(claim.repudiation, in: sequence, hasGaps) {
        log.add(.repudiationBroken, claim.subject, flaw)
      } else if isAlone, claim.isPermitted {
        entries += settle(claim.repudiation, step, log)
      }
    }
    return entries
  }

  /// What is wrong with a repudiation; nil where nothing is, or where that cannot be known.
  private func flaw(_ repudiation: Repudiation, in sequence: Int, _ hasGaps: Bool) -> String? {
    let named = repudiation.sequence
    guard named < sequence else { return "it names commit \(named), which is not earlier" }
    guard let target = commits[named] else { return hasGaps ? nil : "there is no commit \(named)" }
    if target.id != repudiation.commit {
      return "commit \(named) is \(target.id.hex), not \(repudiation.commit.hex)"
    }
    if target.repudiates { return "commit \(named) is a repudiation itself" }
    if target.entries == 0, !hasGaps { return "commit \(named) adds no entries" }
    return target.repudiatedBy.map { "commit \(named) is repudiated by commit \($0) already" }
  }

  private mutating func settle(_ repudiation: Repudiation, _ step: Step, _ log: FindingLog) -> Int {
    guard let target = commits[repudiation.sequence] else { return 0 }
    commits[repudiation.sequence]?.repudiatedBy = step.commit.sequence
    log.disclose(
      .repudiated, target.subject,
      "\(counted(target.entries, "entry", "entries")) of commit \(target.id.hex), which is repudiated by \(step.author) "
        + "\(step.commit.signer) at \(step.commit.time) in commit \(step.commit.sequence): \(repudiation.reason)"
    )
    return target.entries
  }
}
