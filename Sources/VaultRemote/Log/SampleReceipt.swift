import VaultAudit
import VaultCore
import VaultSigning

/// The receipt in the folder of a sample (docs/sampling.md), which stands there without the log that it is of.
public enum SampleReceipt {
  static let name = "population/receipt.json"

  /// Checks a receipt of the commit that brought the sample's population, and gives when that was received.
  ///
  /// Throws ``SampleFinding`` where it is no receipt, is one of something else, or no log that the newest trust document
  /// names has signed it.
  public static func check(
    _ bytes: [UInt8], _ trust: TrustChain, _ commit: Commit, _ signatures: [ObjectID]
  ) throws -> Timestamp {
    do {
      let receipt = try Receipt(decoding: bytes)
      let accepted = LogLeaf.Accepted.commit(
        ObjectID(of: commit.encoded()), ref: commit.ref, sequence: commit.sequence, count: commit.count,
        root: commit.root)
      return try receipt.verify(
        by: trust.newest?.logKeys ?? [], vault: commit.vault, accepting: accepted, signatures: signatures
      ).leaf.received
    } catch let error as FormatError {
      throw SampleFinding(.malformed, name, error.reason)
    } catch let error as LogError {
      throw SampleFinding(.receiptInvalid, name, error.reason)
    }
  }
}
