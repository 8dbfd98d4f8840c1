import VaultAudit
import VaultCore
import VaultRemote
import VaultSigning
import VaultStore

/// Receipts of populations: what a remote's log says of the commit that brought one.
enum SampleReceipts {
  /// The receipt of a period's commit from the first log that has one, with what a draw says of it; nil where none does.
  static func find(
    _ vault: OpenVault, _ population: ReviewedPopulation
  ) throws -> (bytes: [UInt8], receipt: SampleDraw.Receipt)? {
    let keys = try vault.newestTrust().logKeys
    let ref = ChainName.ref(population.reader.index.ref)
    for remote in try FollowedLog.remotes(vault.folder) {
      let log = try FollowedLog(vault.folder, remote: remote)
      guard let placed = try log.find(ref, population.record.sequence) else { continue }
      let receipt = try log.receipt(of: placed.index)
      // A log that the vault's trust does not name any more says nothing.
      guard let verified = try? receipt.verify(by: keys, vault: vault.folder.id) else { continue }
      let stated = SampleDraw.Receipt(
        log: verified.checkpoint.checkpoint.origin, index: placed.index, received: placed.leaf.received)
      return (receipt.encoded(), stated)
    }
    return nil
  }
}
