import VaultCore

/// Why the store cannot do what was asked.
public struct StoreError: Error, Sendable, CustomStringConvertible {
  /// A stable name for the kind of failure.
  public enum Code: String, Sendable {
    /// The folder is no vault, or there is none here.
    case notAVault = "not-a-vault"
    /// Something of that name is there already.
    case exists = "exists"
    /// No such ref, path or object.
    case notFound = "not-found"
    /// A prefix fits several objects.
    case ambiguous = "ambiguous"
    /// Bytes are not what the vault says they are; fsck tells more.
    case damaged = "damaged"
    /// The vault needs a newer program.
    case unsupported = "unsupported"
    /// Policy, trust or the write-once rule forbids it.
    case refused = "refused"
    /// An input is not usable.
    case badInput = "bad-input"
    /// An input changed while it was read.
    case inputChanged = "input-changed"
  }

  public let code: Code
  /// What happened, lower case, without a full stop.
  public let reason: String
  /// What the user might do.
  public let hint: String?

  public init(_ code: Code, _ reason: String, hint: String? = nil) {
    self.code = code
    self.reason = reason
    self.hint = hint
  }

  public var description: String { reason }

  /// Damage at a named place.
  package static func damaged(_ place: String, _ error: FormatError) -> StoreError {
    StoreError(
      error.code == .unsupported ? .unsupported : .damaged, "\(place): \(error.reason)",
      hint: error.code == .unsupported ? nil : "run 'vault fsck' to see what is hit")
  }
}
