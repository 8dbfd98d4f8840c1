import VaultCore

/// Something that stands in the way of a period's seal (docs/format.md, §14.5).
public struct PeriodFinding: Sendable {
  /// The names of findings.
  public enum Name: String, Sendable, CaseIterable {
    case seriesMissing = "series-missing"
    case systemSilent = "system-silent"
    case populationDeclared = "population-declared"
    case reconciliationOpen = "reconciliation-open"
  }

  public let name: Name
  /// What it is about, as its key spells it.
  public let subject: String
  /// What was found, lower case, without a full stop.
  public let detail: String
  /// Who is asked about it.
  public let owner: String?
  /// The fingerprint of a key that may not waive it, for it made what it is about.
  let author: String?
  /// The approver's word that it is accepted; nil where it stands.
  public let waiver: VerifiedWaiver?

  init(
    _ name: Name, _ subject: String, _ detail: String, owner: String? = nil, author: String? = nil,
    waiver: VerifiedWaiver? = nil
  ) {
    self.name = name
    self.subject = subject
    self.detail = detail
    self.owner = owner
    self.author = author
    self.waiver = waiver
  }

  /// What a waiver calls it.
  public var key: String { "\(name.rawValue):\(subject)" }
}
