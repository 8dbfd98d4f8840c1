import Testing
import VaultAudit
import VaultCore
import VaultFiles
import VaultFsck
import VaultRemote
import VaultSigning

@testable import VaultStore

// Swift Testing has a type of this name too.
private typealias Expectation = VaultCore.Expectation

/// The end of a period, as people push it who may not, or who seal what is not so. What a remote refuses fsck finds too,
/// where somebody has written it past every check.
@Suite struct `The end of a period` {
  private static let ref = RefName.period("iso")
  private let remote = PushScene.remote()

  init() throws {
    try remote.changeTrust { draft in
      draft.signers.append(PushScene.signer("second", PushKeys.secondApprover, [.approve]))
    }
    try remote.open("iso")
    try take([.expect(Expectation(series: "s", system: "siem", cadence: .once))], by: PushKeys.manager)
  }

  // MARK: - Pushes

  private func forgery(
    _ lines: [Line], by key: SSHPrivateKey, documents: [[UInt8]] = [], signers: [SSHPrivateKey]? = nil
  ) -> Forgery {
    var forgery = Forgery(ref: Self.ref, lines: lines.map { $0.encoded() }, key: key, signers: signers)
    forgery.objects = { $0 + documents }
    return forgery
  }

  private func take(
    _ lines: [Line], by key: SSHPrivateKey, documents: [[UInt8]] = [], signers: [SSHPrivateKey]? = nil
  ) throws {
    try remote.take(
      try forgery(lines, by: key, documents: documents, signers: signers).push(to: remote))
  }

  private func close() throws { try take([.close(PeriodClosing())], by: PushKeys.manager) }

  /// Expects a refusal, and that fsck finds the same where the line was written all the same.
  private func refuse(
    _ forgery: Forgery, _ code: Refusal.Code, _ finding: Finding.Name,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let push = try forgery.push(to: remote)
    let before = remote.contents
    let answer = try remote.pushOverTheWire(push)
    let told = #expect(throws: Refusal.self, sourceLocation: sourceLocation) { try answer.get() }
    #expect(told?.code == code, "\(told?.reason ?? "")", sourceLocation: sourceLocation)
    #expect(remote.contents == before, "a refused session changed the vault", sourceLocation: sourceLocation)
    let next = PushScene(disk: remote.disk.copy())
    let honest = try Forgery.add("CC6/honest.txt", PushScene.text("honest\n")).push(to: next)
    #expect(throws: Never.self, sourceLocation: sourceLocation) { try next.pushOverTheWire(honest).get() }
    let refusal = #expect(throws: Refusal.self, sourceLocation: sourceLocation) {
      _ = try remote.acceptance().check(push, received: PushScene.now)
    }
    #expect(refusal?.code == code, "\(refusal?.reason ?? "")", sourceLocation: sourceLocation)
    #expect(
      refusal?.reason.contains(finding.rawValue) == true, "\(refusal?.reason ?? "")",
      sourceLocation: sourceLocation)
    let copy = PushScene(disk: remote.disk.copy())
    let again = try forgery.push(to: copy)
    let packs = again.packs.map { pack -> IncomingPack in
      guard case .file(let file) = pack.place else { preconditionFailure("a pack of its own") }
      return IncomingPack(id: pack.id, length: pack.length, file: file)
    }
    let line = UnplacedLine(
      kind: .commit, document: again.document, sequence: again.sequence, signatures: again.signatures)
    guard case .ref(let ref) = again.ref else { preconditionFailure("a ref") }
    try RefWriter(copy.vault.folder, ref, creating: again.sequence == 1).append(line, packs) { _ in }
    let outcome = try Fsck.run(copy.disk, root: PushScene.root, Fsck.Options(workers: 2))
    #expect(
      outcome.findings.contains { $0.name == finding }, "\(outcome.findings)", sourceLocation: sourceLocation)
  }

  private func refuse(
    _ lines: [Line], by key: SSHPrivateKey, documents: [[UInt8]] = [], signers: [SSHPrivateKey]? = nil,
    _ code: Refusal.Code, _ finding: Finding.Name, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try refuse(
      forgery(lines, by: key, documents: documents, signers: signers), code, finding,
      sourceLocation: sourceLocation)
  }

  // MARK: - Seals

  /// The document that an honest approver would sign.
  private func seal() throws -> Seal {
    try SealCommit(
      vault: try remote.vault, period: "iso", signers: [], message: "", time: PushScene.now
    ).preview().seal
  }

  private func line(
    _ bytes: [UInt8], _ key: SSHPrivateKey, named: SSHPrivateKey? = nil,
    namespace: String = Seal.signatureNamespace
  ) throws -> Line {
    .seal(
      SealSignature(
        document: ObjectID(of: bytes), signer: (named ?? key).publicKey.fingerprint,
        signature: Base64.encode(try key.sign(bytes, namespace: namespace).blob)))
  }

  private func refuseSeal(
    _ seal: Seal, _ code: Refusal.Code = .scope, _ finding: Finding.Name = .sealMismatch,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let bytes = seal.encoded()
    try refuse(
      [try line(bytes, PushKeys.approver)], by: PushKeys.approver, documents: [bytes], code, finding,
      sourceLocation: sourceLocation)
  }

  private let waiver = Line.waive(Waiver(finding: "system-silent:okta", reason: "known"))
  private func evidence() throws -> Forgery {
    var forgery = try Forgery.add("CC7/late.txt", PushScene.text("late\n"))
    forgery.ref = Self.ref
    return forgery
  }

  // MARK: - Tests

  @Test func `is not for a collector to bring, nor to waive for`() throws {
    try refuse([.close(PeriodClosing())], by: PushKeys.collector, .trust, .signerNotAuthorized)
    try refuse([.close(PeriodClosing())], by: PushKeys.approver, .trust, .signerNotAuthorized)
    try refuse([.close(PeriodClosing())], by: PushKeys.root, .trust, .signerNotAuthorized)
    try refuse([waiver], by: PushKeys.collector, .trust, .signerNotAuthorized)
    try refuse([waiver], by: PushKeys.manager, .trust, .signerNotAuthorized)
    try close()
    let bytes = try seal().encoded()
    try refuse(
      [try line(bytes, PushKeys.manager)], by: PushKeys.manager, documents: [bytes], .trust,
      .signerNotAuthorized)
  }

  @Test func `lets no evidence in, and cannot be taken back`() throws {
    try close()
    try refuse(try evidence(), .closed, .periodClosed)
    try refuse([.close(PeriodClosing())], by: PushKeys.manager, .closed, .periodClosed)
    let expectation = Expectation(series: "s", system: "siem", cadence: .daily, reason: "later")
    try refuse([.expect(expectation)], by: PushKeys.manager, .closed, .periodClosed)
    try take([waiver], by: PushKeys.approver)
    try remote.expectSound(waived: 1)
  }

  @Test func `comes before its evidence where both are in one commit`() throws {
    var both = try evidence()
    both.key = PushKeys.collector
    try remote.changeTrust { draft in
      draft.signers.append(PushScene.signer("both", PushKeys.narrow, [.collect, .manage]))
    }
    both.key = PushKeys.narrow
    both.lines.insert(Line.close(PeriodClosing()).encoded(), at: 0)
    try refuse(both, .closed, .periodClosed)
    both.lines.reverse()
    try remote.take(try both.push(to: remote))
    try remote.expectSound()
    #expect(try remote.vault.period("iso").index.progress.state == .closed)
  }

  @Test func `is not sealed while it is open`() throws {
    let bytes = try seal().encoded()
    try refuse(
      [try line(bytes, PushKeys.approver)], by: PushKeys.approver, documents: [bytes], .trust, .sealInvalid)
  }

  @Test func `is not sealed by another's key, nor by one key twice`() throws {
    try close()
    let bytes = try seal().encoded()
    // The manager's signature under an approver's name.
    try refuse(
      [try line(bytes, PushKeys.manager, named: PushKeys.approver)], by: PushKeys.approver,
      documents: [bytes], .trust, .sealInvalid)
    // An approver who did not sign the commit.
    try refuse(
      [try line(bytes, PushKeys.secondApprover)], by: PushKeys.approver, documents: [bytes], .trust,
      .signerNotAuthorized)
    let honest = try line(bytes, PushKeys.approver)
    try refuse([honest, honest], by: PushKeys.approver, documents: [bytes], .trust, .sealInvalid)
    try take([honest], by: PushKeys.approver, documents: [bytes])
    try refuse([honest], by: PushKeys.approver, .trust, .sealInvalid)
    #expect(try remote.vault.period("iso").index.progress.state == .closed)
  }

  @Test func `is not sealed by a signature over something else`() throws {
    try close()
    let bytes = try seal().encoded()
    let other = try line(bytes + [0x20], PushKeys.approver)
    guard case .seal(let stray) = other else { preconditionFailure("a seal") }
    let moved = Line.seal(
      SealSignature(document: ObjectID(of: bytes), signer: stray.signer, signature: stray.signature))
    try refuse([moved], by: PushKeys.approver, documents: [bytes], .trust, .sealInvalid)
    let commit = try line(bytes, PushKeys.approver, namespace: Commit.signatureNamespace)
    try refuse([commit], by: PushKeys.approver, documents: [bytes], .trust, .sealInvalid)
    // A document that is not there, and one that is none.
    try refuse([try line(bytes, PushKeys.approver)], by: PushKeys.approver, .malformed, .objectMissing)
    let rubbish = PushScene.text("{}")
    try refuse(
      [try line(rubbish, PushKeys.approver)], by: PushKeys.approver, documents: [rubbish], .trust,
      .sealInvalid)
  }

  @Test func `is not sealed as what it is not`() throws {
    try close()
    let honest = try seal()
    try refuseSeal(honest.with(count: honest.count - 1))
    try refuseSeal(honest.with(root: MerkleHash(.zero)))
    try refuseSeal(honest.with(commit: ObjectID(of: [])))
    try refuseSeal(honest.with(period: PushScene.period))
    try refuseSeal(honest.with(vault: ObjectID(of: [])))
    try refuseSeal(honest.with(trust: ObjectID(of: [])))
    try refuseSeal(honest.with { $0.documents += 1 })
    try refuseSeal(honest.with { $0.expectations = 0 })
    try refuseSeal(honest.with { $0.waivers = [1] })
    try refuseSeal(honest.with { $0.superseded = [1] })
    try refuseSeal(honest.with { $0.repudiated = [2] })
    try refuseSeal(honest.with { $0.to = PushScene.now })
    let seen = Seal.Reviews(commit: ObjectID(of: []), count: 1, root: MerkleHash(.zero))
    try refuseSeal(honest.with(reviews: seen))
    try refuseSeal(honest.with(reconciliations: [.init(leaf: 0, hash: MerkleHash(.zero), open: 0)]))
    try refuseSeal(honest.with(predecessor: .init(period: PushScene.period, seal: ObjectID(of: []))))
    try refuseSeal(honest.with(predecessor: .init(period: "other", seal: ObjectID(of: []))))
  }

  @Test func `is not sealed behind other lines of the same commit`() throws {
    try close()
    let bytes = try seal().encoded()
    try refuse(
      [waiver, try line(bytes, PushKeys.approver)], by: PushKeys.approver, documents: [bytes], .trust,
      .sealInvalid)
  }

  @Test func `begins anew once another line stands behind a seal`() throws {
    try close()
    let first = try seal().encoded()
    try take([try line(first, PushKeys.approver)], by: PushKeys.approver, documents: [first])
    try take([waiver], by: PushKeys.approver)
    // The old document is not the period any more.
    try refuse(
      [try line(first, PushKeys.secondApprover)], by: PushKeys.secondApprover, .scope, .sealMismatch)
    let second = try seal().encoded()
    try take(
      [try line(second, PushKeys.secondApprover), try line(second, PushKeys.approver)],
      by: PushKeys.secondApprover, documents: [second], signers: [PushKeys.secondApprover, PushKeys.approver])
    #expect(try remote.vault.period("iso").index.sealed == ObjectID(of: second))
    try remote.expectSound(waived: 1)
  }

  @Test func `lets nothing in once it is sealed`() throws {
    var early = try Forgery.add("CC7/early.txt", PushScene.text("early\n"))
    early.ref = Self.ref
    try remote.take(try early.push(to: remote))
    try close()
    let bytes = try seal().encoded()
    try take([try line(bytes, PushKeys.approver)], by: PushKeys.approver, documents: [bytes])
    try take([try line(bytes, PushKeys.secondApprover)], by: PushKeys.secondApprover)
    try remote.expectSound()
    try refuse(try evidence(), .closed, .periodClosed)
    try refuse([waiver], by: PushKeys.approver, .closed, .periodClosed)
    let commit = try #require(try remote.vault.period("iso").index.commit(3)).id
    try refuse(
      [.repudiate(Repudiation(commit: commit, sequence: 3, reason: "r"))], by: PushKeys.approver, .closed,
      .periodClosed)
    try refuse([try line(bytes, PushKeys.approver)], by: PushKeys.approver, .closed, .periodClosed)
    try refuse([.close(PeriodClosing())], by: PushKeys.manager, .closed, .periodClosed)
    try remote.take(
      try Forgery.add("CC6/another-period.txt", PushScene.text("honest\n")).push(to: remote))
  }

  @Test func `does not come by lines that stand in another ref`() throws {
    var stray = forgery([.close(PeriodClosing())], by: PushKeys.manager)
    stray.ref = .reviews(PushScene.period)
    try refuse(stray, .scope, .lineMisplaced)
  }

  @Test func `is expected to be explained where it changes what is expected`() throws {
    let again = Expectation(series: "s", system: "siem", cadence: .daily)
    try refuse([.expect(again)], by: PushKeys.manager, .scope, .expectationUnexplained)
    let first = Expectation(series: "t", system: "siem", cadence: .daily)
    try refuse([.expect(first), .expect(first)], by: PushKeys.manager, .scope, .expectationUnexplained)
    try take([.expect(first)], by: PushKeys.manager)
    try remote.expectSound()
  }

  @Test func `does not keep a later period from naming itself`() throws {
    var own = try Forgery.add("CC7/new.txt", PushScene.text("new\n"))
    let entry = try Forgery.entry("CC7/new.txt", PushScene.text("new\n"))
    own.lines = [entry.concerning(PushScene.period).encoded()]
    try refuse(own, .scope, .entryOutsidePeriod)
  }
}

extension Entry {
  fileprivate func concerning(_ period: String) -> Entry {
    Entry(
      path: path, revision: revision, object: object, size: size, mediaType: mediaType, controls: controls,
      series: series, source: source, effective: effective, collected: collected, context: context,
      late: late,
      concerns: period, supersedes: supersedes, population: population)
  }
}

extension Seal {
  /// The document with other members.
  fileprivate func with(
    vault: ObjectID? = nil, period: String? = nil, commit: ObjectID? = nil, count: Int? = nil,
    root: MerkleHash? = nil, reconciliations: [Reconciled] = [], reviews: Reviews? = nil,
    predecessor: Predecessor? = nil, trust: ObjectID? = nil, _ change: (inout Contents) -> Void = { _ in }
  ) -> Seal {
    var contents = contents
    change(&contents)
    return Seal(
      vault: vault ?? self.vault, period: period ?? self.period, commit: commit ?? self.commit,
      count: count ?? self.count, root: root ?? self.root, contents: contents,
      reconciliations: reconciliations,
      reviews: reviews, predecessor: predecessor ?? self.predecessor, trust: trust ?? self.trust, time: time)
  }
}
