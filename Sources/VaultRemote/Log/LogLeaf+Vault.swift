import VaultAudit
import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

extension LogLeaf {
  /// Whether the vault has what the leaf accepts; false where it does not go so far.
  ///
  /// Throws `wrongReceipt` where it has another commit or document there, or other signatures.
  public func isIn(_ vault: OpenVault) throws -> Bool {
    switch accepted {
    case .trust:
      guard number <= vault.trust.documents.count else { return false }
      guard vault.trust.documents[number - 1].id == document else { throw another }
    case .commit(_, let ref, _, _, _):
      guard try vault.folder.files.exists(vault.folder.refFile(ref)) else { return false }
      let reader = RefReader(try RefIndex.open(vault.folder, ref))
      guard number <= reader.index.sequence else { return false }
      guard reader.index.commit(number)?.id == document,
        Self.hash(ofSignatures: try reader.refLine(number).signatures) == signatures
      else { throw another }
    }
    return true
  }

  private var another: LogError {
    LogError(.wrongReceipt, "the vault's \(subject) \(number) is another, or has other signatures")
  }
}
