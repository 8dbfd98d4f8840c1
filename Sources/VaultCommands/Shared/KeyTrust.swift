import VaultAudit
import VaultCore
import VaultSigning
import VaultStore

/// What the newest trust document of a vault says of keys.
struct KeyTrust {
  private let vault: OpenVault
  private let newest: TrustChain.Verified
  private let now: Timestamp
  /// The period that is meant, if one is.
  private let period: String?

  init(_ vault: OpenVault, period: String? = nil, _ context: Context) throws {
    self.vault = vault
    newest = try vault.newestTrust()
    now = context.now()
    self.period = period
  }

  /// Nil outside a vault.
  static func find(_ global: GlobalOptions, _ period: String?, _ context: Context) throws -> KeyTrust? {
    do {
      return try KeyTrust(try global.open(context), period: period, context)
    } catch let error as StoreError {
      guard error.code == .notAVault else { throw error }
      return nil
    }
  }

  /// The number of the newest trust document.
  var number: Int { newest.trust.number }

  func isRoot(_ key: SSHPublicKey) -> Bool { newest.trust.rootKeys.contains(key.openSSHLine) }

  func signers(_ key: SSHPublicKey) -> [Trust.Signer] {
    newest.trust.signers.filter { $0.key == key.openSSHLine }
  }

  func revocations(_ key: SSHPublicKey) -> [Trust.Revocation] {
    newest.trust.revocations.filter { $0.key == key.fingerprint }
  }

  /// Whether the key is a root key or a signer's, and not revoked by now.
  func counts(_ key: SSHPublicKey) -> Bool {
    (isRoot(key) || !signers(key).isEmpty) && !revocations(key).contains { $0.at <= now }
  }

  /// Why a commit by the key to the period would be refused now; nil where it would not, or no period is meant.
  func refusal(_ key: SSHPublicKey) -> String? {
    guard let period else { return nil }
    do throws(TrustError) {
      _ = try vault.trust.permit(
        trust: newest.id, period: period, signers: [key], author: key.fingerprint, at: now)
      return nil
    } catch {
      return error.reason
    }
  }
}
