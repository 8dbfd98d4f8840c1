import VaultCore
import VaultFiles
import VaultFsck
import VaultSigning
import VaultStore

extension Refusal {
  /// Why a push in which something was found is refused; nil where nothing was.
  init?(_ outcome: Outcome) {
    guard let first = outcome.findings.first else { return nil }
    let others = outcome.findings.count - 1 + outcome.omitted.values.reduce(0, +)
    let more = others == 0 ? "" : "; and \(counted(others, "more finding"))"
    self.init(Code(first.name), "\(first.name.rawValue): \(first.subject): \(first.detail)\(more)")
  }

  /// Runs `body`; what is no refusal is told as one.
  static func ofFailures<R>(_ body: () throws -> R) throws -> R {
    do {
      return try body()
    } catch let refusal as Refusal {
      throw refusal
    } catch let error as DecodeLimitExceeded {
      throw Refusal(.limit, error.reason)
    } catch let error as TrustError {
      throw Refusal(.failed, "the vault's trust does not verify: \(error.reason)")
    } catch let error as StoreError {
      throw Refusal(.failed, error.reason)
    } catch let error as LogError {
      throw Refusal(
        .failed, error.reason, hint: "the remote's operator must look at it: 'vault fsck' there says more")
    } catch let error as FileError {
      throw Refusal(.failed, "\(error)")
    }
  }
}

extension Refusal.Code {
  /// The code for something that a check finds in a push.
  init(_ name: Finding.Name) {
    self =
      switch name {
      case .trustChainBroken, .trustSignatureInvalid, .trustUnknown, .trustRegression, .signatureMissing,
        .signatureInvalid, .signerUnknown, .signerNotAuthorized, .sealInvalid:
        .trust
      case .openingMisplaced, .predecessorMismatch, .entryOutsidePeriod, .pathCollision, .revisionBroken,
        .populationMismatch, .repudiationMisplaced, .repudiationBroken, .lineMisplaced,
        .expectationUnexplained, .sealMismatch, .reviewMismatch:
        .scope
      case .periodClosed: .closed
      case .vaultFileMismatch, .unknownFile, .unsupportedFormat, .refMissing, .refLineMalformed,
        .refChainBroken, .refSequence, .refTornMismatch, .refLineMissing, .unfinishedWrite, .residueMismatch,
        .packMissing, .packOverlap, .packUnnamed, .packMismatch, .packMalformed, .blockChecksum, .deltaBase,
        .objectMissing, .objectMismatch, .objectUnreadable, .objectUnreferenced, .commitMalformed,
        .commitMisplaced, .commitCount, .rootMismatch, .lineMalformed, .entrySize, .logMismatch:
        .malformed
      }
  }
}
