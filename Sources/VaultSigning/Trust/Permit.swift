import VaultCore

/// What the keys that signed a commit may do by the trust document that it names.
public struct Permit: Sendable {
  /// A signer of the trust document who signed and whose key counts.
  private struct Holder: Sendable {
    let key: SSHPublicKey
    let signer: Trust.Signer
  }

  private let holders: [Holder]
  private let isRoot: Bool
  private let author: SSHPublicKey
  /// The name of the commit's author: the signer's, or `root` for a root key.
  public let authorName: String

  fileprivate init(
    holders: [(SSHPublicKey, Trust.Signer)], isRoot: Bool, author: SSHPublicKey, authorName: String
  ) {
    self.holders = holders.map { Holder(key: $0.0, signer: $0.1) }
    self.isRoot = isRoot
    self.author = author
    self.authorName = authorName
  }

  /// Whether the commit's author may add this line.
  public func check(_ line: Line) throws(TrustError) {
    switch line {
    case .open(let opening):
      if isRoot || allows(.manage) { return }
      throw TrustError(.notAuthorized, "\(authorName) may not open the period \(opening.period)")
    case .entry(let entry):
      try checkEntry(entry)
    case .repudiate(let repudiation):
      if allows(.approve) { return }
      throw TrustError(.notAuthorized, "\(authorName) may not repudiate commit \(repudiation.sequence)")
    case .expect(let expectation):
      if isRoot || allows(.manage) { return }
      throw TrustError(.notAuthorized, "\(authorName) may not say what is expected of \(expectation.series)")
    case .waive(let waiver):
      if allows(.approve) { return }
      throw TrustError(.notAuthorized, "\(authorName) may not waive \(waiver.finding)")
    case .close:
      if allows(.manage) { return }
      throw TrustError(.notAuthorized, "\(authorName) may not close the period")
    case .seal(let seal):
      try checkSeal(seal)
    case .reconcile:
      if allows(.manage) || allows(.approve) || allows(.audit) { return }
      throw TrustError(.notAuthorized, "\(authorName) may not reconcile populations")
    case .draw, .result:
      if allows(.audit) { return }
      throw TrustError(.notAuthorized, "\(authorName) may not draw samples or say what was found in them")
    }
  }

  /// Whether the key that made a seal's signature signed the commit too, and is an approver's.
  private func checkSeal(_ seal: SealSignature) throws(TrustError) {
    let approves = holders.contains {
      $0.key.fingerprint == seal.signer && $0.signer.roles.contains(.approve)
    }
    guard approves else {
      throw TrustError(.notAuthorized, "the key \(seal.signer) may not seal the period, or did not sign")
    }
  }

  /// Whether a key that is not the author's and is an approver's signed too.
  package var hasSecondApprover: Bool {
    holders.contains { $0.key != author && $0.signer.roles.contains(.approve) }
  }

  private func checkEntry(_ entry: Entry) throws(TrustError) {
    let path = entry.path.text
    guard holders.contains(where: { isAuthor($0, .collect) && $0.signer.paths.contains { $0.matches(path) } })
    else {
      throw TrustError(.notAuthorized, "\(authorName) may not write evidence at \(path)")
    }
    if entry.population != nil, entry.revision > 1 {
      guard hasSecondApprover else {
        throw TrustError(
          .notAuthorized, "superseding the population \(path) takes a second signature, of an approver")
      }
    }
  }

  private func isAuthor(_ holder: Holder, _ role: Role) -> Bool {
    holder.key == author && holder.signer.roles.contains(role)
  }

  private func allows(_ role: Role) -> Bool { holders.contains { isAuthor($0, role) } }
}

extension TrustChain {
  /// What the keys `signers`, whose signatures verified, may do on `period` at `time` by the document `trust`.
  ///
  /// Revocations count from the newest document on, whatever document the commit names: a thief must not
  /// reach back before them. Nor was a commit made before the document that it names, so that is the earliest
  /// time that it may claim. `author` is the fingerprint that the commit names. `last` names the document that was the
  /// newest then, where it is asked what somebody had to say who knew no later one.
  public func permit(
    trust id: ObjectID, period: String, signers: Set<SSHPublicKey>, author fingerprint: String,
    at claimed: Timestamp, knowing last: ObjectID? = nil
  ) throws(TrustError) -> Permit {
    guard let document = document(id) else {
      throw TrustError(.trustUnknown, "the vault has no trust document \(id.hex)")
    }
    guard let newest = if let last { self.document(last) } else { newest } else {
      throw TrustError(.trustUnknown, "the vault has no trust document \(last?.hex ?? id.hex)")
    }
    let time = max(claimed, document.trust.time)
    guard let author = signers.first(where: { $0.fingerprint == fingerprint }) else {
      throw TrustError(.signatureMissing, "no signature of the key \(fingerprint) that the commit names")
    }
    let isRoot = document.roots.contains(author)
    let named = zip(document.keys, document.trust.signers).filter { signers.contains($0.0) }
    guard isRoot || named.contains(where: { $0.0 == author }) else {
      throw TrustError(
        .signerUnknown, "the key \(fingerprint) is not in trust document \(document.trust.number)")
    }
    let known = Set(document.keys).union(document.roots)
    if let stranger = signers.first(where: { !known.contains($0) }) {
      throw TrustError(
        .signerUnknown,
        "the co-signing key \(stranger.fingerprint) is not in trust document \(document.trust.number)")
    }
    let valid = named.filter { key, signer in
      Self.counts(key, signer, at: time, newest.trust) && signer.periods.contains { $0.matches(period) }
    }
    if let revocation = newest.trust.revocations.first(where: { $0.key == fingerprint && $0.at <= time }) {
      throw TrustError(
        .keyNotValid, "the key \(fingerprint) is revoked from \(revocation.at) on: \(revocation.reason)")
    }
    let own = named.filter { $0.0 == author }
    if !isRoot, !own.contains(where: { Self.counts($0.0, $0.1, at: time, newest.trust) }) {
      throw TrustError(.keyNotValid, "the key \(fingerprint) is outside its validity at \(time)")
    }
    if !isRoot, !valid.contains(where: { $0.0 == author }) {
      throw TrustError(
        .notAuthorized, "\(own.first?.1.name ?? fingerprint) may not write to the period \(period)")
    }
    return Permit(
      holders: valid.map { ($0.0, $0.1) }, isRoot: isRoot, author: author,
      authorName: own.first?.1.name ?? "root")
  }

  private static func counts(_ key: SSHPublicKey, _ signer: Trust.Signer, at time: Timestamp, _ newest: Trust)
    -> Bool
  {
    if let from = signer.validFrom, time < from { return false }
    if let until = signer.validUntil, time >= until { return false }
    return !newest.revocations.contains { $0.key == key.fingerprint && $0.at <= time }
  }
}
