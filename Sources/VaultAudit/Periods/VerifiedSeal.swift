import VaultCore
import VaultSigning
import VaultStore

/// The seal of a period with its signatures, each by an approver; made only by verifying.
public struct VerifiedSeal: Sendable {
  /// One approver's signature.
  public struct Signature: Sendable {
    /// The approver's name in the trust document.
    public let name: String
    public let signature: SSHSignature
    /// The commit that holds it.
    public let sequence: Int
  }

  public let document: ObjectID
  /// The exact bytes that are signed.
  public let bytes: [UInt8]
  public let seal: Seal
  public let signatures: [Signature]
  /// How many must sign.
  public let approvers: Int

  /// Whether the period is sealed.
  public var isComplete: Bool { signatures.count >= approvers }

  /// Reads what approvers have signed at the period's end; nil where nobody has. Verifies each signature, its commit,
  /// and that the signer approves; what the document says of the lines is fsck's to judge.
  public init?(_ vault: OpenVault, _ reader: RefReader) throws {
    let drafting = SealDrafting(vault: vault, reader: reader)
    guard let standing = try drafting.standing() else { return nil }
    (document, bytes, seal) = (standing.id, standing.bytes, standing.seal)
    approvers = reader.index.progress.approvers
    var found: [Signature] = []
    for sequence in reader.index.governing.reversed() {
      let commit = try VerifiedCommit(vault, reader, sequence: sequence)
      let lines = try reader.forEachAddedLine(sequence) { $0 }
      guard lines.allSatisfy({ $0.seals(standing.id) }) else { break }
      for line in lines.reversed() {
        guard case .seal(let one) = line else { continue }
        try commit.permit.check(line)
        found.append(try Self.signature(one, standing.bytes, commit, vault))
      }
    }
    signatures = found.reversed()
  }

  private static func signature(
    _ line: SealSignature, _ bytes: [UInt8], _ commit: VerifiedCommit, _ vault: OpenVault
  ) throws -> Signature {
    let document = SignatureDocument(
      object: line.document, namespace: Seal.signatureNamespace, signature: line.signature)
    let key = try TrustChain.verify(
      document, over: bytes, id: line.document, namespace: Seal.signatureNamespace)
    guard key.fingerprint == line.signer, let blob = Base64.decode(Array(line.signature.utf8)) else {
      throw TrustError(.signatureInvalid, "a seal names the key \(line.signer), and another signed")
    }
    let signers = vault.trust.document(commit.commit.trust)?.trust.signers ?? []
    let name = signers.first { $0.key == key.openSSHLine }?.name ?? key.fingerprint
    return Signature(
      name: name, signature: try SSHSignature(blob: blob), sequence: commit.commit.sequence)
  }
}

extension Line {
  fileprivate func seals(_ document: ObjectID) -> Bool {
    if case .seal(let seal) = self { seal.document == document } else { false }
  }
}
