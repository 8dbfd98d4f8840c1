import VaultCore
import VaultSigning
import VaultStore

/// Opens periods.
public enum PeriodOpenings {
  /// Days after a period's end in which snapshots may be collected, where the opener says nothing else: audits
  /// collect much of their evidence after the period is over.
  public static let defaultGraceDays = 180

  /// Opens a period with its first commit, which also says what is expected; `predecessor` names the period before,
  /// where there is one.
  public static func open(
    _ vault: OpenVault, _ opening: PeriodOpening, predecessor: String?, expectations: [Expectation] = [],
    signers: [any Signer],
    time: Timestamp,
    message: String
  ) throws -> (ObjectID, Commit) {
    guard RefName.isPeriodName(opening.period) else {
      throw StoreError(
        .badInput, "\"\(opening.period)\" is no period name",
        hint: "lower-case letters, digits, '.' and '-', at most 64, beginning with a letter or digit")
    }
    var whole = opening
    if let predecessor {
      let before = try vault.period(predecessor)
      // The opening will name a commit there: no power cut may take it afterwards.
      try vault.folder.makeDurable(vault.folder.refFile(before.index.ref))
      whole = PeriodOpening(
        period: opening.period, framework: opening.framework, from: opening.from, to: opening.to,
        graceDays: opening.graceDays, approvers: opening.approvers, systems: opening.systems,
        predecessor: PeriodOpening.Predecessor(period: predecessor, commit: try before.commit(1).0))
    }
    let line = Line.open(whole)
    guard (try? Line(decoding: line.encoded())) != nil else {
      throw StoreError(.badInput, "the period's window, framework or systems are not valid")
    }
    let lines = [line] + expectations.map { Line.expect($0) }
    let encoded = try EntryPlan.encoded(lines, workers: 1)
    let writing = CommitWriting(vault: vault, signers: signers, time: time, message: message)
    // Before the writer makes the period's folders: who may not open it leaves nothing behind.
    let permit = try writing.permit(.period(opening.period))
    for line in lines { try permit.check(line) }
    let writer = try RefWriter(vault.folder, .period(opening.period), creating: true)
    return try writing.commit(RefWriter.Addition(lines: encoded), lines: lines, to: writer)
  }
}
