import VaultCore
import VaultStore

/// A file on its way in, with what is said of it.
public struct EvidencePiece: Sendable {
  public let found: EvidenceWalk.Found
  public let draft: EvidenceDraft
  /// For records that were cut from another piece: that piece's place, how, and the bytes that were cut.
  let cut: Cut?
  /// What was found about a population before its records are looked at.
  let findings: [PopulationFinding]

  struct Cut: Sendable {
    let piece: Int
    let format: Population.Cut.Format
    /// What the other piece's bytes were when it was cut.
    let object: ObjectID
    /// Where the records lie meanwhile.
    let records: ScratchFile
  }

  public init(_ found: EvidenceWalk.Found, draft: EvidenceDraft) {
    self.init(found, draft: draft, cut: nil, findings: [])
  }

  init(_ found: EvidenceWalk.Found, draft: EvidenceDraft, cut: Cut?, findings: [PopulationFinding]) {
    self.found = found
    self.draft = draft
    self.cut = cut
    self.findings = findings
  }
}
