/// Why a trust document, a signature or a commit's author is not accepted.
public struct TrustError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A stable name for the kind of failure.
  public enum Code: String, Hashable, Sendable, CaseIterable {
    /// A trust document is not canonical, or a key in it is not usable.
    case malformed = "malformed"
    /// A newer program made the document.
    case unsupported = "unsupported"
    /// A document does not follow the one before: number, id or vault.
    case brokenChain = "broken-chain"
    /// Too few distinct root keys signed.
    case thresholdNotMet = "threshold-not-met"
    /// A revocation of the document before is gone.
    case revocationGone = "revocation-gone"
    /// A signature does not verify over its document.
    case signatureInvalid = "signature-invalid"
    /// No signature of the key that the commit names.
    case signatureMissing = "signature-missing"
    /// The commit names a trust document that the vault does not have.
    case trustUnknown = "trust-unknown"
    /// The key stands in no role of the trust document.
    case signerUnknown = "signer-unknown"
    /// The key is known but may not do this.
    case notAuthorized = "not-authorized"
    /// The key was revoked or is outside its validity.
    case keyNotValid = "key-not-valid"
  }

  /// Whether it is about what the author may do: that weighs only where the commit counts, which a later one may undo.
  public var isObjection: Bool {
    switch code {
    case .signerUnknown, .notAuthorized, .keyNotValid: true
    default: false
    }
  }

  public let code: Code
  /// What was wrong, lower case, without a full stop.
  public let reason: String

  public init(_ code: Code, _ reason: String) {
    self.code = code
    self.reason = reason
  }

  public var description: String { reason }
}
