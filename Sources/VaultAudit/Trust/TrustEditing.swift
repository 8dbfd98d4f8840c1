import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

/// Makes new trust documents.
public enum TrustEditing {
  /// Makes a vault in `root` whose root keys are those of `signers`, all of whom sign the first document.
  public static func createVault(
    _ files: any FileLayer, root: String, signers: [any Signer], threshold: Int, nonce: [UInt8], time: Timestamp
  ) throws -> OpenVault {
    let keys = signers.map { $0.publicKey.openSSHLine }
    guard Set(keys).count == keys.count else { throw StoreError(.badInput, "a root key is named twice") }
    guard (1...keys.count).contains(threshold) else {
      throw StoreError(.badInput, "a threshold of \(threshold) does not fit \(keys.count) root keys")
    }
    let trust = Trust(
      number: 1, vault: nil, previous: nil, nonce: Hex.encode(nonce), rootKeys: keys, threshold: threshold,
      signers: [], revocations: [], time: time)
    let signatures = try sign(trust, signers)
    var check = TrustChain()
    try check.append(id: ObjectID(of: trust.encoded()), bytes: trust.encoded(), signatures: signatures)
    return try OpenVault(VaultFolder.create(files, root: root, first: trust, signatures: signatures))
  }

  /// Appends a document in which `change` has edited signers and revocations; `signers` are root keys.
  @discardableResult
  public static func edit(
    _ vault: OpenVault, signers: [any Signer], time: Timestamp,
    _ change: (inout [Trust.Signer], inout [Trust.Revocation]) throws -> Void
  ) throws -> (ObjectID, Trust) {
    var made: Trust?
    let id = try TrustStore(vault.folder).append { stored in
      // Under the lock the chain is walked again: another writer may have appended to it.
      var chain = try OpenVault.chain(stored)
      guard let newest = chain.newest else { throw StoreError(.damaged, "the vault has no trust document") }
      var named = newest.trust.signers
      var revocations = newest.trust.revocations
      try change(&named, &revocations)
      let next = Trust(
        number: newest.trust.number + 1, vault: vault.folder.id, previous: newest.id, nonce: nil,
        features: newest.trust.features, rootKeys: newest.trust.rootKeys, threshold: newest.trust.threshold,
        signers: named, revocations: revocations, time: time)
      let signatures = try sign(next, signers)
      let bytes = next.encoded()
      guard (try? Trust(decoding: bytes)) != nil else { throw StoreError(.badInput, "that is no valid trust document") }
      try chain.append(id: ObjectID(of: bytes), bytes: bytes, signatures: signatures)
      made = next
      return (next, signatures)
    }
    guard let made else { preconditionFailure("append runs its closure once") }
    return (id, made)
  }

  private static func sign(_ trust: Trust, _ signers: [any Signer]) throws -> [SignatureDocument] {
    let bytes = trust.encoded()
    return try signers.map { try $0.document(over: bytes, namespace: Trust.signatureNamespace) }
  }
}
