import VaultCore
import VaultSigning
import VaultStore

/// A commit whose signatures verify and whose author the vault's trust names; made only by verifying.
public struct VerifiedCommit: Sendable {
  public let id: ObjectID
  /// The exact bytes that are signed.
  public let bytes: [UInt8]
  public let commit: Commit
  /// The signatures, all of which verify over `bytes`.
  public let signatures: [SignatureDocument]
  /// The author's name in the trust document.
  public let authorName: String
  /// The author's key.
  public let author: SSHPublicKey
  /// What its signers may do.
  let permit: Permit

  /// Reads and verifies the commit with a sequence: bytes, place, signatures, that its author may write to the
  /// period, and that its trust is not older than its parent's. What its lines may say is fsck's to judge.
  public init(_ vault: OpenVault, _ reader: RefReader, sequence: Int) throws {
    let (id, commit) = try reader.commit(sequence)
    guard commit.vault == vault.folder.id, commit.ref == reader.index.ref, commit.sequence == sequence else {
      throw StoreError(.damaged, "commit \(id.hex) belongs elsewhere", hint: "run 'vault fsck'")
    }
    let line = try reader.refLine(sequence)
    guard line.document == id else {
      throw StoreError(.damaged, "the ref file names another commit \(sequence)", hint: "run 'vault fsck'")
    }
    bytes = commit.encoded()
    signatures = try line.signatures.map { try reader.document(SignatureDocument.self, $0) }
    let keys = try TrustChain.signers(signatures, over: bytes, id: id, namespace: Commit.signatureNamespace)
    let permit = try vault.trust.permit(
      trust: commit.trust, period: commit.ref.period, signers: keys, author: commit.signer, at: commit.time)
    try Self.checkParent(vault, reader, commit)
    guard let author = keys.first(where: { $0.fingerprint == commit.signer }) else {
      preconditionFailure("a permit is only given to a key that signed")
    }
    self.id = id
    self.commit = commit
    self.author = author
    self.permit = permit
    authorName = permit.authorName
  }

  /// Along a ref trust never goes back (docs/format.md, "Trust").
  private static func checkParent(_ vault: OpenVault, _ reader: RefReader, _ commit: Commit) throws {
    guard commit.sequence > 1 else { return }
    let (id, parent) = try reader.commit(commit.sequence - 1)
    guard commit.parent == id else {
      throw StoreError(.damaged, "its parent is not the commit before it", hint: "run 'vault fsck'")
    }
    guard let before = vault.trust.document(parent.trust)?.trust.number else {
      throw TrustError(.trustUnknown, "the commit before it names a trust document that the vault lacks")
    }
    guard let number = vault.trust.document(commit.trust)?.trust.number, number >= before else {
      throw TrustError(.brokenChain, "it names an older trust document than the commit before it, \(before)")
    }
  }

  /// The author's signature.
  public var authorSignature: SSHSignature? {
    signatures.lazy.compactMap { document -> SSHSignature? in
      guard let blob = Base64.decode(Array(document.signature.utf8)) else { return nil }
      return try? SSHSignature(blob: blob)
    }.first { $0.publicKey == author }
  }
}
