extension Finding {
  /// How much a finding weighs. A vault with any finding is not sound.
  public enum Severity: String, Hashable, Sendable, CaseIterable {
    /// The vault is not what it claims to be.
    case error
    /// Something is unexplained; what the refs name is whole.
    case warning
  }

  /// The kind of a finding: a stable name, listed one to one in docs/fsck-findings.md.
  public enum Name: String, Hashable, Sendable, CaseIterable {
    case vaultFileMismatch = "vault-file-mismatch"
    case unknownFile = "unknown-file"
    case unsupportedFormat = "unsupported-format"
    case trustChainBroken = "trust-chain-broken"
    case trustSignatureInvalid = "trust-signature-invalid"
    case trustUnknown = "trust-unknown"
    case trustRegression = "trust-regression"
    case refMissing = "ref-missing"
    case refLineMalformed = "ref-line-malformed"
    case refChainBroken = "ref-chain-broken"
    case refSequence = "ref-sequence"
    case refTornMismatch = "ref-torn-mismatch"
    case refLineMissing = "ref-line-missing"
    case unfinishedWrite = "unfinished-write"
    case residueMismatch = "residue-mismatch"
    case packMissing = "pack-missing"
    case packOverlap = "pack-overlap"
    case packUnnamed = "pack-unnamed"
    case packMismatch = "pack-mismatch"
    case packMalformed = "pack-malformed"
    case blockChecksum = "block-checksum"
    case deltaBase = "delta-base"
    case objectMissing = "object-missing"
    case objectMismatch = "object-mismatch"
    case objectUnreadable = "object-unreadable"
    case objectUnreferenced = "object-unreferenced"
    case commitMalformed = "commit-malformed"
    case commitMisplaced = "commit-misplaced"
    case commitCount = "commit-count"
    case rootMismatch = "root-mismatch"
    case signatureMissing = "signature-missing"
    case signatureInvalid = "signature-invalid"
    case signerUnknown = "signer-unknown"
    case signerNotAuthorized = "signer-not-authorized"
    case lineMalformed = "line-malformed"
    case openingMisplaced = "opening-misplaced"
    case predecessorMismatch = "predecessor-mismatch"
    case entrySize = "entry-size"
    case entryOutsidePeriod = "entry-outside-period"
    case pathCollision = "path-collision"
    case revisionBroken = "revision-broken"
    case populationMismatch = "population-mismatch"
    case repudiationMisplaced = "repudiation-misplaced"
    case repudiationBroken = "repudiation-broken"
    case lineMisplaced = "line-misplaced"
    case reviewMismatch = "review-mismatch"
    case periodClosed = "period-closed"
    case expectationUnexplained = "expectation-unexplained"
    case sealInvalid = "seal-invalid"
    case sealMismatch = "seal-mismatch"
    case logMismatch = "log-mismatch"

    /// The one severity that findings of this name have.
    public var severity: Severity {
      switch self {
      case .unknownFile, .unfinishedWrite, .objectUnreferenced: .warning
      default: .error
      }
    }
  }
}
