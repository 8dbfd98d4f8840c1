import VaultCore
import VaultSigning
import VaultStore

/// Commits approvers' signatures over the seal document of a period.
public struct SealCommit {
  /// What became of it.
  public enum Outcome: Sendable {
    /// Something stands in the way.
    case refused([PeriodFinding])
    case signed(Result)
  }

  /// What was signed.
  public struct Result: Sendable {
    public let document: ObjectID
    public let seal: Seal
    public let commit: ObjectID
    public let sequence: Int
    /// How many approvers have signed the document by now, and how many must.
    public let signed: Int
    public let approvers: Int

    /// Whether nothing can be added any more.
    public var isSealed: Bool { signed >= approvers }
  }

  public let vault: OpenVault
  public let period: String
  /// Approvers; the first is the commit's author.
  public let signers: [any Signer]
  public let message: String
  /// Now, by the caller's clock.
  public let time: Timestamp
  public init(
    vault: OpenVault, period: String, signers: [any Signer], message: String, time: Timestamp
  ) {
    self.vault = vault
    self.period = period
    self.signers = signers
    self.message = message
    self.time = time
  }

  /// Makes everything that a population's entry says again, from its records: what is sealed is believed for years.
  private func check(_ population: PopulationReference, _ reader: RefReader) throws {
    let record = reader.index.revisions(population.path).first { $0.leaf == UInt64(population.leaf) }
    guard let record else { throw StoreError(.damaged, "the index does not know \(population.path)") }
    guard let wrong = try PopulationVerification.run(vault, reader, record).first(where: { !$0.isSound })
    else { return }
    throw StoreError(
      .damaged, "the population \(population.path) is not what its entry says: \(wrong.flaw ?? wrong.name)",
      hint: "'vault population verify' says more; the commit of what is wrong is repudiated")
  }

  /// Signs the document that others have begun to sign, once it is seen to be what the lines say, or a new one. Throws
  /// `refused` for a period that is open or sealed, and `damaged` for a document that says something else.
  public func run() throws -> Outcome {
    let writer = try RefWriter(vault.folder, .period(period))
    let reader = RefReader(writer.index)
    let progress = writer.index.progress
    try Self.check(progress.state, period)
    let coverage = try Coverage(vault, reader, at: nil)
    guard coverage.open.isEmpty else { return .refused(coverage.open) }
    let drafting = SealDrafting(vault: vault, reader: reader)
    let standing = try drafting.standing()
    let seal: Seal
    if let standing {
      try drafting.check(standing.seal, standing.base)
      seal = standing.seal
    } else {
      seal = try drafting.make(at: time)
    }
    for population in seal.contents.populations { try check(population, reader) }
    let bytes = standing?.bytes ?? seal.encoded()
    guard bytes.count <= Limits.sealBytes, (try? Seal(decoding: bytes, limit: Limits.sealBytes)) == seal
    else {
      throw StoreError(.badInput, "the seal document is over its limits (docs/format.md, §7.6)")
    }
    try makeDurable(seal)
    let lines = try signers.map { try line(bytes, $0) }
    var addition = RefWriter.Addition(lines: try EntryPlan.encoded(lines, workers: 1))
    if standing == nil { addition.documents = [bytes] }
    let writing = CommitWriting(vault: vault, signers: signers, time: time, message: message)
    let (id, commit) = try writing.commit(addition, lines: lines, to: writer)
    return .signed(
      Result(
        document: ObjectID(of: bytes), seal: seal, commit: id, sequence: commit.sequence,
        signed: (standing == nil ? 0 : progress.run?.signers.count ?? 0) + lines.count,
        approvers: progress.approvers))
  }

  /// Syncs the refs that the seal names commits of: no power cut may take these afterwards.
  private func makeDurable(_ seal: Seal) throws {
    if seal.reviews != nil { try vault.folder.makeDurable(vault.folder.refFile(.reviews(period))) }
    if let before = seal.predecessor {
      try vault.folder.makeDurable(vault.folder.refFile(.period(before.period)))
    }
  }

  /// What there is to be signed: the document that others have signed, or the one that would be made now.
  public func preview() throws -> (seal: Seal, signers: [String]) {
    let reader = try vault.period(period)
    let drafting = SealDrafting(vault: vault, reader: reader)
    if let standing = try drafting.standing() {
      return (standing.seal, reader.index.progress.run?.signers ?? [])
    }
    return (try drafting.make(at: time), [])
  }

  /// Checks that the period can be sealed at all, before anything costs time. Throws `refused`.
  public func checkState() throws { try Self.check(try vault.period(period).index.progress.state, period) }

  private static func check(_ state: PeriodProgress.State, _ period: String) throws {
    switch state {
    case .closed: return
    case .sealed: throw StoreError(.refused, "the period \(period) is sealed")
    case .open:
      throw StoreError(
        .refused, "the period \(period) is open, and only a closed one can be sealed",
        hint: "close it first with 'vault period close \(period)'")
    }
  }

  private func line(_ bytes: [UInt8], _ signer: any Signer) throws -> Line {
    let signed = try signer.document(over: bytes, namespace: Seal.signatureNamespace)
    return .seal(
      SealSignature(
        document: signed.object, signer: signer.publicKey.fingerprint, signature: signed.signature))
  }
}
