import VaultCore
import VaultSigning
import VaultStore

/// Whether a population is complete, by what its entry says and who signed it (docs/format.md, §15).
public enum PopulationStanding: String, Sendable {
  /// Nothing was found, or only what was not declared away.
  case complete
  /// It declares itself incomplete or has an allowance, and an approver besides the collector signed that.
  case approved = "declared"
  /// The same, and no approver signed: it does not count yet.
  case declared = "awaits-approval"

  /// The standing of a population whose entry the commit `sequence` added; verifies that commit.
  public init(_ population: Population, _ vault: OpenVault, _ reader: RefReader, sequence: Int) throws {
    guard population.incomplete != nil || !population.allowances.isEmpty else {
      self = .complete
      return
    }
    self =
      try VerifiedCommit(vault, reader, sequence: sequence).permit.hasSecondApprover ? .approved : .declared
  }
}
