import VaultCore
import VaultSigning
import VaultStore

/// Commits waivers, and closes periods.
public struct PeriodCommits {
  private let writing: CommitWriting
  private let period: String

  /// `signers` are the author first, then co-signers.
  public init(vault: OpenVault, period: String, signers: [any Signer], message: String, time: Timestamp) {
    self.period = period
    writing = CommitWriting(vault: vault, signers: signers, time: time, message: message)
  }

  /// Waives findings, all for one reason. Throws `refused`, with those that there are, for one that there is not, or
  /// that is waived, or that its author may not waive.
  public func waive(_ keys: [String], reason: String) throws -> (ObjectID, Commit) {
    guard Set(keys).count == keys.count else { throw StoreError(.badInput, "a finding is named twice") }
    let writer = try RefWriter(writing.vault.folder, .period(period))
    let reader = RefReader(writer.index)
    let author = writing.signers[0].publicKey.fingerprint
    let present = try Coverage(
      writing.vault, reader, at: Coverage.due(writer.index.progress.state, now: writing.time))
    for key in keys { try check(key, present, author) }
    let lines = keys.map { Line.waive(Waiver(finding: $0, reason: reason)) }
    return try commit(lines, to: writer)
  }

  private func check(_ key: String, _ present: Coverage, _ author: String) throws {
    let hint = Self.listing(present.open, period)
    guard Waiver.isKey(key) else {
      throw StoreError(.badInput, "\(key) is no finding's key", hint: hint)
    }
    let same = present.findings.filter { $0.key == key || $0.isInside(key) }
    guard !same.isEmpty else {
      throw StoreError(.refused, "there is no finding \(key) in \(period)", hint: hint)
    }
    guard !same.contains(where: { $0.author == author }) else {
      throw StoreError(
        .refused, "\(key) is about what this very key has committed", hint: "another approver may waive it")
    }
    guard same.contains(where: { $0.waiver == nil }) else {
      let waiver = same[0].waiver
      throw StoreError(
        .refused, "\(key) is waived by \(waiver?.signer ?? "") already: \(waiver?.reason ?? "")")
    }
  }

  private static func listing(_ open: [PeriodFinding], _ period: String) -> String {
    guard !open.isEmpty else { return "nothing stands in the way of a seal of \(period) at present" }
    let shown = open.prefix(8).map(\.key).joined(separator: ", ")
    return "there are: \(shown)\(open.count > 8 ? ", and \(open.count - 8) more" : "")"
  }

  /// Closes the period.
  public func close(reason: String?) throws -> (ObjectID, Commit) {
    let writer = try RefWriter(writing.vault.folder, .period(period))
    return try commit([.close(PeriodClosing(reason: reason))], to: writer)
  }

  private func commit(_ lines: [Line], to writer: RefWriter) throws -> (ObjectID, Commit) {
    try writing.commit(
      RefWriter.Addition(lines: try EntryPlan.encoded(lines, workers: 1)), lines: lines, to: writer)
  }
}

extension PeriodFinding {
  /// Whether a waiver of `key` covers this run of missing days.
  fileprivate func isInside(_ key: String) -> Bool {
    guard let wide = DayRun.parse(key), let mine = DayRun.parse(self.key) else { return false }
    return wide.series.utf8.elementsEqual(mine.series.utf8)
      && wide.days.lowerBound <= mine.days.lowerBound && mine.days.upperBound <= wide.days.upperBound
  }
}
