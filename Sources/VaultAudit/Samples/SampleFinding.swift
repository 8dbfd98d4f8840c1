/// Something in the folder of a sample that does not hold (docs/sampling.md lists the names).
public struct SampleFinding: Hashable, Sendable, Error {
  public enum Name: String, Hashable, Sendable, CaseIterable {
    /// A file is missing, or is not what the folder says.
    case fileMismatch = "file-mismatch"
    /// A file cannot be read as what it must be.
    case malformed
    /// The folder is of another vault than the one that was named.
    case vaultMismatch = "vault-mismatch"
    /// The trust documents are no chain from the vault's id on.
    case trustBroken = "trust-broken"
    /// A commit is another ref's, is not signed, or its author might not make it.
    case commitInvalid = "commit-invalid"
    /// An entry or a draw is not under its commit's root, or is no entry or draw.
    case lineUnproved = "line-unproved"
    /// A record is not in the population.
    case recordUnproved = "record-unproved"
    /// The records are not those that the draw's seed gives.
    case drawMismatch = "draw-mismatch"
    /// The workpaper speaks of other records.
    case workpaperMismatch = "workpaper-mismatch"
    /// The receipt is not one of the commit.
    case receiptInvalid = "receipt-invalid"
  }

  public let name: Name
  /// The file.
  public let subject: String
  /// What was found, lower case, without a full stop.
  public let detail: String

  public init(_ name: Name, _ subject: String, _ detail: String) {
    self.name = name
    self.subject = subject
    self.detail = detail
  }
}
