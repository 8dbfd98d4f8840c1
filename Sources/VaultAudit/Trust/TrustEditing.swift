import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

/// Makes new trust documents.
public enum TrustEditing {
  /// What a new document may change of the one before.
  public struct Draft: Sendable {
    /// The root keys, as in authorized_keys.
    public var rootKeys: [String]
    public var threshold: Int
    public var signers: [Trust.Signer]
    public var revocations: [Trust.Revocation]
    public var logs: [Trust.Log]
  }

  /// What became of a new document.
  public enum Result: Sendable {
    /// It is in force.
    case appended(ObjectID, Trust)
    /// It waits for further root signatures; so many root keys have signed.
    case proposed(ObjectID, Trust, signatures: Int)
  }

  /// Makes a vault in `root` whose root keys are those of `signers`, all of whom sign the first document.
  public static func createVault(
    _ files: any FileLayer, root: String, signers: [any Signer], threshold: Int, nonce: [UInt8],
    time: Timestamp
  ) throws -> OpenVault {
    let keys = signers.map { $0.publicKey.openSSHLine }
    guard Set(keys).count == keys.count else { throw StoreError(.badInput, "a root key is named twice") }
    guard (1...keys.count).contains(threshold) else {
      throw StoreError(
        .badInput, "a threshold of \(threshold) does not fit \(counted(keys.count, "root key"))")
    }
    let trust = Trust(
      number: 1, vault: nil, previous: nil, nonce: Hex.encode(nonce), rootKeys: keys, threshold: threshold,
      signers: [], revocations: [], time: time)
    let signatures = try sign(trust, signers)
    var check = TrustChain()
    try check.append(id: ObjectID(of: trust.encoded()), bytes: trust.encoded(), signatures: signatures)
    let folder = try VaultFolder.create(files, root: root, first: trust, signatures: signatures) { stored in
      try isSameStart(stored, as: trust)
    }
    return try OpenVault(folder)
  }

  /// Whether a stored first document is sound and differs from `trust` only as two attempts to make the same
  /// vault do: by its nonce and time.
  private static func isSameStart(_ stored: StoredTrust, as trust: Trust) throws -> Bool {
    let standing = try OpenVault.chain([stored]).newest?.trust
    return standing.map {
      Trust(
        number: $0.number, vault: $0.vault, previous: $0.previous, nonce: trust.nonce, features: $0.features,
        rootKeys: $0.rootKeys, threshold: $0.threshold, signers: $0.signers, revocations: $0.revocations,
        logs: $0.logs, time: trust.time
      ).encoded() == trust.encoded()
    } ?? false
  }

  /// Makes the next document, in which `change` has edited the newest one, and signs it with `signers`. Where
  /// they are too few for the threshold it is kept as a proposal for `sign`.
  public static func edit(
    _ vault: OpenVault, signers: [any Signer], time: Timestamp, _ change: (inout Draft) throws -> Void
  ) throws -> Result {
    let newest = try vault.newestTrust()
    var draft = Draft(
      rootKeys: newest.trust.rootKeys, threshold: newest.trust.threshold, signers: newest.trust.signers,
      revocations: newest.trust.revocations, logs: newest.trust.logs)
    try change(&draft)
    let next = Trust(
      number: newest.trust.number + 1, vault: vault.folder.id, previous: newest.id, nonce: nil,
      features: newest.trust.features, rootKeys: draft.rootKeys, threshold: draft.threshold,
      signers: draft.signers, revocations: draft.revocations, logs: draft.logs, time: time)
    let bytes = next.encoded()
    do throws(FormatError) {
      _ = try Trust(decoding: bytes)
    } catch {
      throw StoreError(.badInput, error.reason)
    }
    try checkCanBeFollowed(next)
    return try append(vault, TrustProposal(bytes: bytes, signatures: try sign(next, signers)))
  }

  /// A document whose root keys are revoked could never be followed by another.
  private static func checkCanBeFollowed(_ next: Trust) throws {
    let revoked = Set(next.revocations.map(\.key))
    let left = try next.rootKeys.filter { !revoked.contains(try SSHPublicKey(openSSHLine: $0).fingerprint) }
    guard left.count >= next.threshold else {
      throw StoreError(
        .refused,
        "\(counted(left.count, "root key")) would be left not revoked; \(next.threshold) must sign any later change",
        hint: "replace the key with 'vault trust rotate' first, then revoke it")
    }
  }

  /// Adds signatures to the document that waits for them, and puts it in force once they suffice. `expected`,
  /// where it is given, is the document that the signers mean: whoever can write to the folder can put another
  /// in its place.
  public static func sign(_ vault: OpenVault, signers: [any Signer], expected: ObjectID? = nil) throws
    -> Result
  {
    guard let proposal = try TrustProposal.load(vault.folder) else {
      throw StoreError(.badInput, "no trust document waits for signatures")
    }
    let id = ObjectID(of: proposal.bytes)
    if let expected, expected != id {
      throw StoreError(.refused, "the trust document that waits is \(id), not \(expected)")
    }
    if let standing = vault.trust.document(id) {
      // Whoever put it in force did not get to say so.
      try? TrustProposal.remove(vault.folder)
      return .appended(id, standing.trust)
    }
    let deciding = try deciding(vault, proposal)
    for signer in signers where !deciding.contains(signer.publicKey.openSSHLine) {
      throw StoreError(
        .refused, "\(signer.publicKey.fingerprint) is no root key, neither of the old document nor of the new"
      )
    }
    var signed = try signedKeys(proposal, id)
    var signatures = proposal.signatures
    for signer in signers where signed.insert(signer.publicKey).inserted {
      signatures.append(try signer.document(over: proposal.bytes, namespace: Trust.signatureNamespace))
    }
    return try append(vault, TrustProposal(bytes: proposal.bytes, signatures: signatures))
  }

  /// The old and the new root keys.
  private static func deciding(_ vault: OpenVault, _ proposal: TrustProposal) throws -> Set<String> {
    Set(try vault.newestTrust().trust.rootKeys).union(try Trust(decoding: proposal.bytes).rootKeys)
  }

  private static func signedKeys(_ proposal: TrustProposal, _ id: ObjectID) throws -> Set<SSHPublicKey> {
    try TrustChain.signers(
      proposal.signatures, over: proposal.bytes, id: id, namespace: Trust.signatureNamespace)
  }

  private static func append(_ vault: OpenVault, _ proposal: TrustProposal) throws -> Result {
    let id = ObjectID(of: proposal.bytes)
    let trust = try Trust(decoding: proposal.bytes)
    do {
      try TrustStore(vault.folder).append { stored in
        // Under the lock the chain is walked again: another writer may have appended to it.
        var chain = try OpenVault.chain(stored)
        try chain.append(id: id, bytes: proposal.bytes, signatures: proposal.signatures)
        return (trust, proposal.signatures)
      }
    } catch let error as TrustError {
      let signed = try signedKeys(proposal, id).map(\.openSSHLine)
      // At least one key that decides today has signed: strangers leave no proposals behind.
      let roots = try vault.newestTrust().trust.rootKeys
      guard error.code == .thresholdNotMet, signed.contains(where: roots.contains) else { throw error }
      try proposal.save(vault.folder)
      return .proposed(
        id, trust, signatures: try deciding(vault, proposal).intersection(signed).count)
    }
    // The document is in force whether or not this succeeds.
    try? TrustProposal.remove(vault.folder)
    return .appended(id, trust)
  }

  private static func sign(_ trust: Trust, _ signers: [any Signer]) throws -> [SignatureDocument] {
    let bytes = trust.encoded()
    return try signers.map { try $0.document(over: bytes, namespace: Trust.signatureNamespace) }
  }
}
