import VaultCore
import VaultSigning
import VaultStore

/// Whether a population is complete, by what its entry says, who signed it and who waived it (docs/format.md, §15).
public enum PopulationStanding: Sendable {
  /// Nothing was found, or only what was not declared away.
  case complete
  /// It declares itself incomplete or has an allowance, and an approver besides the collector signed that.
  case approved
  /// The same, and an approver has waived what it declares instead.
  case waived(VerifiedWaiver)
  /// The same, and no approver signed or waived: it does not count yet.
  case declared

  /// What answers call it.
  public var name: String {
    switch self {
    case .complete: "complete"
    case .approved: "declared"
    case .waived: "waived"
    case .declared: "awaits-approval"
    }
  }
}

/// The standings of a period's populations. The period's waivers are read once, and only if one of them is declared.
public struct PopulationStandings {
  private let vault: OpenVault
  private let reader: RefReader
  private var waivers: Waivers?

  public init(_ vault: OpenVault, _ reader: RefReader) {
    self.vault = vault
    self.reader = reader
  }

  /// Commits whose waivers were read and do not count, and why.
  public var rejectedWaivers: [(sequence: Int, reason: String)] { waivers?.rejected ?? [] }

  /// The standing of a population whose entry the commit `sequence` added; verifies that commit.
  public mutating func standing(
    of population: Population, _ entry: Entry, sequence: Int
  ) throws -> PopulationStanding {
    guard population.incomplete != nil || !population.allowances.isEmpty else { return .complete }
    let adding = try VerifiedCommit(vault, reader, sequence: sequence)
    if adding.permit.hasSecondApprover { return .approved }
    let known = try waivers ?? Waivers(vault, reader)
    waivers = known
    let subject = DeclaredPopulations.subject(entry.path, revision: entry.revision)
    return known.waiver(.populationDeclared, subject, notBy: adding.commit.signer).map { .waived($0) }
      ?? .declared
  }
}
