import VaultCore
import VaultSigning
import VaultStore

extension RefReader {
  /// What is expected of each series, by its newest line, in the order of their names; withdrawn ones too.
  public func expectations() throws -> [Expectation] {
    var tally = PeriodTally()
    guard index.sequence > 0 else { return [] }
    // The opening's commit stands among them where it says what is expected.
    try walk(index.governing, workers: 1, Self.part) {
      tally.append($1, sequence: $0.sequence, firstLeaf: $0.firstLeaf)
    }
    return tally.expectations.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
  }
}

/// Changes what a period expects.
public struct ExpectationChange {
  /// What a change does to a series.
  public enum Kind: String, Sendable {
    case added, changed, withdrawn
  }

  public struct Result: Sendable {
    public let commit: ObjectID
    public let sequence: Int
    public let changes: [(kind: Kind, expectation: Expectation)]
  }

  private let writing: CommitWriting
  private let period: String

  /// `signers` are the manager first, then co-signers.
  public init(vault: OpenVault, period: String, signers: [any Signer], message: String, time: Timestamp) {
    self.period = period
    writing = CommitWriting(vault: vault, signers: signers, time: time, message: message)
  }

  /// Commits what is new or different of `wanted`, each of which says why. Throws `refused` where nothing is.
  public func run(_ wanted: [Expectation]) throws -> Result {
    let writer = try RefWriter(writing.vault.folder, .period(period))
    let before = Dictionary(
      try RefReader(writer.index).expectations().map { (Array($0.series.utf8), $0) },
      uniquingKeysWith: { _, last in last })
    var changes: [(kind: Kind, expectation: Expectation)] = []
    for expectation in wanted {
      let old = before[Array(expectation.series.utf8)]
      guard old != nil || !expectation.isWithdrawn else {
        throw StoreError(.refused, "the series \(expectation.series) is not expected and cannot be withdrawn")
      }
      if let old, old.withoutReason == expectation.withoutReason { continue }
      changes.append(
        (old == nil ? .added : expectation.isWithdrawn ? .withdrawn : .changed, expectation))
    }
    guard !changes.isEmpty else {
      throw StoreError(.refused, "the period \(period) expects all of that already")
    }
    let lines = changes.map { Line.expect($0.expectation) }
    let (id, commit) = try writing.commit(
      RefWriter.Addition(lines: try EntryPlan.encoded(lines, workers: 1)), lines: lines, to: writer)
    return Result(commit: id, sequence: commit.sequence, changes: changes)
  }
}

extension Expectation {
  /// What is expected, whatever the reason: bytes, since Swift takes strings of another normal form for equal.
  fileprivate var withoutReason: [UInt8] {
    CanonicalValue.make(documentMembers.filter { $0.0 != "reason" }).encoded()
  }
}
