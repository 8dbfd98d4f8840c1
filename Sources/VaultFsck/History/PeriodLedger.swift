import VaultCore
import VaultSigning
import VaultStore

/// Holds the lines of a period against its state, and its seals against its lines (docs/format.md, §14.2 and §14.3);
/// fed in order.
struct PeriodLedger {
  /// A seal line that holds.
  struct HeldSeal: Sendable {
    let document: ObjectID
    let seal: Seal
    /// How findings name the line.
    let subject: String
  }

  /// What a run of lines is held against.
  struct Place {
    let commit: Commit
    /// The ref before the commit; nil for its first, and where that cannot be known.
    let base: PeriodProgress.Point?
    /// Whether the run begins with the commit's first line.
    let isFirst: Bool
    /// Whether something of the ref could not be read.
    let hasGaps: Bool
    let trust: TrustChain
    let log: FindingLog
  }

  private let ref: RefName
  private let opening: PeriodOpening?
  private let earlier: EarlierLines?
  private var progress: PeriodProgress
  private var tally = PeriodTally()
  /// The sums of the lines before an addition, once they are asked for.
  private var earlierTally: PeriodTally?
  /// The first seal of each document that holds.
  private(set) var seals: [HeldSeal] = []

  init(_ ref: RefName, opening: PeriodOpening?, after earlier: EarlierLines?) {
    self.ref = ref
    self.opening = opening
    self.earlier = earlier
    progress =
      earlier?.index.progress
      ?? PeriodProgress(approvers: opening?.approvers ?? PeriodOpening.defaultApprovers)
  }

  /// The document under which the period is sealed.
  var sealedDocument: ObjectID? { progress.state == .sealed ? progress.run?.document : nil }

  /// Takes in what a run of lines says; `repudiated` gives the commits that do not count.
  mutating func take(_ facts: PeriodFacts, at place: Place, repudiated: () -> Set<Int>) throws {
    guard case .period = ref else { return }
    try checkReasons(facts.tally, place)
    for (number, step) in facts.steps.enumerated() {
      let base = place.isFirst && number == 0 ? place.base : nil
      let subject = "\(ref)#\(step.leaf)"
      let isKnown = progress.run?.document == step.document
      if let breach = progress.breach(step.line, after: base) {
        if !place.hasGaps || breach.isCertain { report(breach, step, subject, place.log) }
      }
      progress.take(step.line, after: base)
      guard let seal = step.seal, let run = progress.run, let at = run.base else { continue }
      check(seal, at, subject, place)
      // What others have signed before was held against the lines then.
      guard !isKnown else { continue }
      seals.append(HeldSeal(document: run.document, seal: seal, subject: subject))
      guard !place.hasGaps, let opening else { continue }
      let contents = try sums().contents(opening, repudiated: repudiated())
      if let differing = seal.contents.difference(from: contents) {
        place.log.add(.sealMismatch, subject, "\(differing) is not what the lines before it say")
      }
    }
  }

  /// The sums of all lines so far.
  private mutating func sums() throws -> PeriodTally {
    guard let earlier else { return tally }
    if let earlierTally { return earlierTally }
    let made = try earlier.tally()
    earlierTally = made
    return made
  }

  private mutating func checkReasons(_ part: PeriodTally.Part, _ place: Place) throws {
    let sequence = place.commit.sequence
    var unexplained = tally.append(
      part, sequence: sequence, firstLeaf: place.commit.count - place.commit.added)
    if let earlier, part.hasExpectations {
      let before = try earlier.expectedSeries()
      unexplained += part.unexplainedSeries.filter { before.contains(Array($0.utf8)) }
    }
    for series in Set(unexplained) {
      place.log.add(
        .expectationUnexplained, "\(ref)@\(sequence)",
        "it amends what is expected of \(series), and does not say why")
    }
  }

  private func report(
    _ breach: PeriodProgress.Breach, _ step: PeriodFacts.Step, _ subject: String, _ log: FindingLog
  ) {
    let more = step.count > 1 ? ", and \(step.count - 1) more" : ""
    switch breach {
    case .ended(let state):
      log.add(.periodClosed, subject, "the period is \(state.rawValue) and takes no such line\(more)")
    case .notClosed: log.add(.sealInvalid, subject, "the period is not closed")
    case .signedAlready: log.add(.sealInvalid, subject, "the key has sealed the same document before")
    case .sealNotFirst: log.add(.sealInvalid, subject, "it is not the first line of its commit")
    }
  }

  /// Holds what a seal document says of its place against the ref.
  private func check(_ seal: Seal, _ at: PeriodProgress.Point, _ subject: String, _ place: Place) {
    func mismatch(_ what: String) { place.log.add(.sealMismatch, subject, what) }
    if seal.vault != place.commit.vault { mismatch("it seals a period of the vault \(seal.vault.hex)") }
    if seal.period != ref.period { mismatch("it seals the period \(seal.period)") }
    if seal.commit != at.commit || seal.count != at.count || seal.root != at.root {
      mismatch(
        "it seals \(counted(seal.count, "line")) up to commit \(seal.commit.hex); before it stand \(at.count) up to \(at.commit.hex)"
      )
    }
    if place.trust.document(seal.trust) == nil {
      mismatch("it names a trust document that the vault does not have")
    }
  }
}

extension PeriodFacts.Step {
  /// The document that a seal line names.
  fileprivate var document: ObjectID? { if case .seal(let seal) = line { seal.document } else { nil } }
}

extension PeriodProgress.Breach {
  /// Whether the breach is one whatever stood in lines that cannot be read.
  fileprivate var isCertain: Bool {
    switch self {
    case .ended, .signedAlready: true
    case .notClosed, .sealNotFirst: false
    }
  }
}

extension Seal.Contents {
  /// The first member in which two differ; nil where they are the same.
  func difference(from other: Self) -> String? {
    if documents != other.documents { return "documents" }
    if expectations != other.expectations { return "expectations" }
    if populations != other.populations { return "populations" }
    if repudiated != other.repudiated { return "repudiated" }
    if superseded != other.superseded { return "superseded" }
    if waivers != other.waivers { return "waivers" }
    return from == other.from && to == other.to ? nil : "the window"
  }
}
