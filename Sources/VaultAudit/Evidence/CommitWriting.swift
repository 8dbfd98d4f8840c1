import VaultCore
import VaultSigning
import VaultStore

/// Makes signed commits: what every verb that adds lines shares.
struct CommitWriting {
  let vault: OpenVault
  /// The author first, then co-signers.
  let signers: [any Signer]
  let time: Timestamp
  let message: String

  /// Checks that the signers may add `lines`, and commits them.
  func commit(_ addition: RefWriter.Addition, lines: [Line], to writer: RefWriter) throws -> (
    ObjectID, Commit
  ) {
    guard Set(signers.map(\.publicKey)).count == signers.count else {
      throw StoreError(.badInput, "a key is named twice")
    }
    // Under the ref's lock: a key may have been revoked while the evidence was taken in.
    let vault = try vault.refreshed()
    let tip = try RefReader(writer.index).tip()?.1
    // Of several clocks one is ahead, and a commit is not older than its parent.
    let time = tip.map { max(self.time, $0.time) } ?? self.time
    let permit = try permit(writer.index.ref, vault, at: time)
    for line in lines { try permit.check(line) }
    try PeriodAdmission.check(lines, writer.index)
    let trust = try vault.newestTrust().id
    try checkTrust(trust, after: tip, writer, vault)
    return try writer.commit(addition) { plan in
      Commit(
        vault: plan.vault, ref: plan.ref, sequence: plan.sequence, parent: plan.parent, lines: plan.lines,
        added: plan.added, count: plan.count, root: plan.root, trust: trust, signer: author.fingerprint,
        time: time,
        message: message)
    } sign: { bytes in
      try signers.map { try $0.document(over: bytes, namespace: Commit.signatureNamespace) }
    }
  }

  private var author: SSHPublicKey { signers[0].publicKey }

  /// What the signers may do in the period of `ref`; throws where the author may do nothing there.
  func permit(_ ref: RefName) throws -> Permit { try permit(ref, vault, at: time) }

  private func permit(_ ref: RefName, _ vault: OpenVault, at time: Timestamp) throws -> Permit {
    guard message.utf8.count <= Limits.messageBytes else {
      throw StoreError(.badInput, "the message is over \(Limits.messageBytes) bytes")
    }
    return try vault.trust.permit(
      trust: try vault.newestTrust().id, period: ref.period, signers: Set(signers.map(\.publicKey)),
      author: author.fingerprint, at: time)
  }

  /// Checks that trust does not go back, and that the document to be named survives a power cut: its writer may
  /// have died before it synced. A tip that names the same document was written by somebody who saw to that.
  private func checkTrust(
    _ newest: ObjectID, after tip: Commit?, _ writer: RefWriter, _ vault: OpenVault
  ) throws {
    if let tip, vault.trust.document(tip.trust) == nil {
      throw StoreError(
        .refused,
        "the newest commit of \(writer.index.ref) names a trust document that this vault does not have")
    }
    if tip?.trust != newest { try vault.folder.makeDurable(vault.folder.trustLog) }
  }
}
