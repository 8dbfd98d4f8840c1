import VaultCore
import VaultSigning
import VaultStore

/// Populations that say of themselves that they are not whole, and have no approver's signature for it
/// (docs/format.md, §14.5).
enum DeclaredPopulations {
  static func findings(
    _ declared: [CoverageSums.Declared], _ vault: OpenVault, _ reader: RefReader, _ standing: Standing,
    _ waivers: Waivers
  ) throws -> [PeriodFinding] {
    var out: [PeriodFinding] = []
    for one in declared where try stands(one, reader, standing) {
      let adding = try VerifiedCommit(vault, reader, sequence: one.sequence)
      if adding.permit.hasSecondApprover { continue }
      let subject = subject(one.path, revision: one.revision)
      out.append(
        PeriodFinding(
          .populationDeclared, subject, one.reason, owner: adding.authorName, author: adding.commit.signer,
          waiver: waivers.waiver(.populationDeclared, subject, notBy: adding.commit.signer)))
    }
    return out
  }

  /// What the key of a finding about a revision of a population names.
  static func subject(_ path: EvidencePath, revision: Int) -> String { "\(path)@\(revision)" }

  /// Whether no later revision that counts has taken its place.
  private static func stands(
    _ one: CoverageSums.Declared, _ reader: RefReader, _ standing: Standing
  ) throws -> Bool {
    for later in reader.index.revisions(one.path).reversed() where later.revision > one.revision {
      if try standing.repudiation(ofLeaf: later.leaf) == nil { return false }
    }
    return true
  }
}

/// Reconciliations whose newest run left records unmatched.
enum OpenReconciliations {
  static func findings(_ vault: OpenVault, _ period: String, _ waivers: Waivers) throws -> [PeriodFinding] {
    let index = try RefIndex.openOrNew(vault.folder, .reviews(period))
    return try RefReader(index).reconciliations(through: index.sequence).items
      .filter { $0.reconciliation.open > 0 }
      .map { item in
        let both = item.reconciliation
        let subject = "\(both.left.path)=\(both.right.path)"
        return PeriodFinding(
          .reconciliationOpen, subject,
          "\(both.onlyLeft) only left, \(both.onlyRight) only right, \(both.differing) differing, by leaf \(item.leaf) of the reviews",
          waiver: waivers.waiver(.reconciliationOpen, subject))
      }
  }
}
