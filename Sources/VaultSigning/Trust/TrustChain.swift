import VaultCore

/// A verified walk from the vault's id to its newest trust document (docs/format.md, "Trust").
public struct TrustChain: Sendable {
  /// A document that was verified.
  public struct Verified: Sendable {
    public let id: ObjectID
    public let trust: Trust
    /// The root keys, parsed.
    let roots: Set<SSHPublicKey>
    /// The signers' keys in the order of the document.
    let keys: [SSHPublicKey]
    /// The keys of the logs whose receipts count, in the order of the document.
    public let logKeys: [NoteVerifier]
  }

  /// The documents in order; each was signed as the one before demands.
  public private(set) var documents: [Verified] = []
  private var byID: [ObjectID: Int] = [:]

  /// The chain before its first document.
  public init() {}

  /// The vault's id: the id of the first document.
  public var vault: ObjectID? { documents.first?.id }

  /// The newest document.
  public var newest: Verified? { documents.last }

  /// The document with an id.
  public func document(_ id: ObjectID) -> Verified? { byID[id].map { documents[$0] } }

  /// Verifies the next document and takes it in.
  @discardableResult
  public mutating func append(
    id: ObjectID, bytes: [UInt8], signatures: [SignatureDocument]
  ) throws(TrustError) -> Trust {
    guard ObjectID(of: bytes) == id else {
      throw TrustError(.malformed, "trust document \(id.hex) has other bytes")
    }
    let next = try Self.parse(id, bytes)
    try checkFollows(next)
    let signers = try Self.signers(signatures, over: bytes, id: id, namespace: Trust.signatureNamespace)
    try checkThreshold(signers, next)
    if let before = newest { try Self.checkRevocations(before.trust, next.trust) }
    byID[id] = documents.count
    documents.append(next)
    return next.trust
  }

  private static func parse(_ id: ObjectID, _ bytes: [UInt8]) throws(TrustError) -> Verified {
    let trust: Trust
    do throws(FormatError) {
      trust = try Trust(decoding: bytes)
    } catch {
      throw TrustError(error.code == .unsupported ? .unsupported : .malformed, error.reason)
    }
    var roots: Set<SSHPublicKey> = []
    for line in trust.rootKeys { roots.insert(try key(line)) }
    var keys: [SSHPublicKey] = []
    for signer in trust.signers { keys.append(try key(signer.key)) }
    var logKeys: [NoteVerifier] = []
    for log in trust.logs { logKeys.append(try logKey(log)) }
    return Verified(id: id, trust: trust, roots: roots, keys: keys, logKeys: logKeys)
  }

  private static func logKey(_ log: Trust.Log) throws(TrustError) -> NoteVerifier {
    do throws(SigningError) {
      return try NoteVerifier(log: log.key)
    } catch {
      throw TrustError(.malformed, "the key of the log \(log.name): \(error.reason)")
    }
  }

  /// A key in the document's one spelling: type and base64, no comment.
  private static func key(_ line: String) throws(TrustError) -> SSHPublicKey {
    do throws(SigningError) {
      let key = try SSHPublicKey(openSSHLine: line)
      guard key.openSSHLine == line else {
        throw SigningError(.malformed, "a key of a trust document has a comment")
      }
      return key
    } catch {
      throw TrustError(.malformed, error.reason)
    }
  }

  private func checkFollows(_ next: Verified) throws(TrustError) {
    guard next.trust.number == documents.count + 1, next.trust.previous == newest?.id,
      next.trust.vault == vault
    else {
      throw TrustError(
        .brokenChain, "trust document \(next.trust.number) does not follow document \(documents.count)")
    }
  }

  /// Old and new root keys both consent, each counted once however often it signs.
  private func checkThreshold(_ signers: Set<SSHPublicKey>, _ next: Verified) throws(TrustError) {
    for (roots, threshold, which) in [
      (newest?.roots ?? next.roots, newest?.trust.threshold ?? next.trust.threshold, "old"),
      (next.roots, next.trust.threshold, "new"),
    ] {
      let revoked = Set(newest?.trust.revocations.map(\.key) ?? [])
      let count = signers.intersection(roots).filter { !revoked.contains($0.fingerprint) }.count
      guard count >= threshold else {
        throw TrustError(
          .thresholdNotMet,
          "trust document \(next.trust.number) is signed by \(count) of the \(which) root keys; \(threshold) must sign"
        )
      }
    }
  }

  /// What a document has said it cannot take back: revocations and required features.
  private static func checkRevocations(_ before: Trust, _ after: Trust) throws(TrustError) {
    // Compared as bytes: Swift takes strings of another normal form for equal.
    let kept = Set(after.revocations.map { $0.value.encoded() })
    for revocation in before.revocations where !kept.contains(revocation.value.encoded()) {
      throw TrustError(
        .revocationGone, "trust document \(after.number) drops the revocation of \(revocation.key)")
    }
    for feature in before.features where !after.features.contains(feature) {
      throw TrustError(
        .brokenChain, "trust document \(after.number) drops the required feature \"\(feature)\"")
    }
  }

  /// The distinct keys of signatures that all verify over `bytes`.
  public static func signers(
    _ signatures: [SignatureDocument], over bytes: [UInt8], id: ObjectID, namespace: String
  ) throws(TrustError) -> Set<SSHPublicKey> {
    var keys: Set<SSHPublicKey> = []
    for signature in signatures {
      keys.insert(try verify(signature, over: bytes, id: id, namespace: namespace))
    }
    return keys
  }

  /// The key of a signature that verifies over `bytes`, whose object id is `id`.
  public static func verify(
    _ document: SignatureDocument, over bytes: [UInt8], id: ObjectID, namespace: String
  ) throws(TrustError) -> SSHPublicKey {
    guard document.object == id else {
      throw TrustError(.signatureInvalid, "a signature is over \(document.object.hex), not \(id.hex)")
    }
    guard document.namespace == namespace else {
      throw TrustError(
        .signatureInvalid, "a signature has namespace \"\(document.namespace)\", not \"\(namespace)\"")
    }
    guard let blob = Base64.decode(Array(document.signature.utf8)) else {
      throw TrustError(.signatureInvalid, "a signature is not canonical base64")
    }
    do throws(SigningError) {
      let signature = try SSHSignature(blob: blob)
      try signature.verify(message: bytes, namespace: namespace)
      return signature.publicKey
    } catch {
      throw TrustError(.signatureInvalid, error.reason)
    }
  }
}
