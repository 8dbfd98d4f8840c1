import VaultAudit
import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

/// Commits evidence to a remote without a local vault (docs/protocol.md, §3.7 to §3.9): what pipelines do from a fresh
/// container. The vault's id is pinned; everything else is verified from it.
///
/// Where another commit comes first, the lines are planned and signed again and only the small log pack is sent again,
/// in the same session.
public struct RemoteCommit {
  /// What became of a commit.
  public struct Result: Sendable {
    /// The commit; where nothing was new, the one that added the last of it.
    public let commit: ObjectID
    public let sequence: Int
    public let added: [Entry]
    /// Entries that stood there already with the same bytes and metadata.
    public let unchanged: [Entry]
    /// The remote's receipt for the commit: it counts all lines of the period, these among them.
    public let receipt: VerifiedReceipt
    /// Commits that were signed until one came in time.
    public let attempts: Int
    /// What was found in the populations.
    public let reports: [PopulationReport]
  }

  public let period: String
  /// The author first, then co-signers.
  public let signers: [any Signer]
  public let message: String
  /// Now, by the caller's clock.
  public let time: Timestamp
  /// Set where a path that exists may get a new revision: why.
  public let supersedeReason: String?
  public let workers: Int
  private let files: any FileLayer
  /// An empty folder of the caller's for what is on its way.
  private let scratch: String

  public init(
    period: String, signers: [any Signer], message: String, time: Timestamp, supersedeReason: String?,
    workers: Int, files: any FileLayer, scratch: String
  ) {
    self.period = period
    self.signers = signers
    self.message = message
    self.time = time
    self.supersedeReason = supersedeReason
    self.workers = workers
    self.files = files
    self.scratch = scratch
  }

  /// Takes files in and commits them over a channel on which the remote has said `welcome`.
  ///
  /// Throws ``Refusal``, the remote's or one for what it shows, and ``StoreError`` for evidence that is refused.
  public func run(
    _ found: [EvidenceWalk.Found], draft: EvidenceDraft, _ channel: Channel, _ welcome: Welcome
  ) throws -> Result {
    try run(found.map { EvidencePiece($0, draft: draft) }, channel, welcome)
  }

  /// The same for pieces that have metadata of their own; throws ``PopulationRefusal`` where a population is not
  /// complete and is not declared so.
  public func run(
    _ pieces: [EvidencePiece], _ channel: Channel, _ welcome: Welcome, progress: Pushing.Progress? = nil
  ) throws -> Result {
    for piece in pieces { try piece.draft.check(now: time) }
    guard welcome.allow.contains(.push) else {
      throw Refusal(.notAllowed, "\(welcome.identity) may not push there")
    }
    var there = try End(self, channel, welcome)
    let taken = try EvidenceIntake(
      pieces, opening: there.frontier.opening, files, staging: scratch
    ).run(.empty, bases: nil, time: time, workers: workers)
    let (items, evidence) = (taken.items, taken.pack)
    var attempts = 0
    while true {
      attempts += 1
      let holdings = try there.frontier.holdings(channel, items.map(\.path))
      let plan = try EntryPlan(
        items, holdings, opening: there.frontier.opening, supersedeReason: supersedeReason)
      guard !plan.added.isEmpty else {
        let (id, receipt) = try there.standing(plan, channel)
        return Result(
          commit: id, sequence: receipt.leaf.number, added: [], unchanged: plan.unchanged.map(\.entry),
          receipt: receipt, attempts: attempts, reports: taken.reports)
      }
      let signed = try SignedCommit(plan.added, self, there)
      do {
        let receipt = try signed.push(evidence, channel, files, scratch, progress)
        return Result(
          commit: signed.id, sequence: signed.commit.sequence, added: plan.added,
          unchanged: plan.unchanged.map(\.entry),
          receipt: try signed.verify(receipt, by: there.key), attempts: attempts, reports: taken.reports)
      } catch let refusal as Refusal {
        guard refusal.code == .conflict || refusal.code == .busy, attempts < Self.mostAttempts else {
          throw refusal
        }
      }
      there = try End(self, channel, welcome)
    }
  }

  /// Somebody always wins a race, so many who race all come through.
  private static let mostAttempts = 1000

  /// What a commit builds on: the remote's trust and the period's end, as they are now.
  struct End {
    let trust: RemoteTrust
    let frontier: RemoteFrontier
    let permit: Permit
    /// The key of the remote's log, which trust names.
    let key: NoteVerifier

    init(_ commit: RemoteCommit, _ channel: Channel, _ welcome: Welcome) throws {
      let folder = Paths.join(commit.scratch, "trust-\(String(UInt64.random(in: .min ... .max), radix: 16))")
      try commit.files.makeDirectories(folder, durable: false)
      trust = try RemoteTrust(channel, vault: welcome.vault, commit.files, folder: folder)
      guard let key = trust.newest.logKeys.first(where: { $0.description == welcome.logKey }) else {
        throw Pushing.unnamedLog(welcome)
      }
      self.key = key
      frontier = try RemoteFrontier(
        channel, .period(commit.period), vault: welcome.vault, trust.chain, log: key)
      permit = try trust.chain.permit(
        trust: trust.newest.id, period: commit.period, signers: Set(commit.signers.map(\.publicKey)),
        author: commit.signers[0].publicKey.fingerprint, at: max(commit.time, frontier.commit.time))
    }
  }
}

extension RemoteCommit.End {
  /// The newest commit of those that brought what a plan found unchanged, with the receipt that it had: the one whose answer
  /// was lost, where this is a retry.
  ///
  /// Its line is offered again as it stands, which changes nothing.
  fileprivate func standing(_ plan: EntryPlan, _ channel: Channel) throws -> (ObjectID, VerifiedReceipt) {
    let tip = frontier.commit
    guard let newest = plan.unchanged.max(by: { $0.sequence < $1.sequence }), newest.sequence < tip.sequence
    else { return (frontier.id, frontier.receipt) }
    let question = LinesQuestion(ref: .ref(tip.ref), after: newest.sequence - 1)
    guard let line = try channel.ask(question, for: LinesAnswer.self).lines.first,
      line.sequence == newest.sequence
    else { throw Refusal(.protocol, "the remote shows no commit \(newest.sequence) of \(tip.ref)") }
    let receipt = try OfferedPacks(channel, Push(ref: .ref(tip.ref), line: line)).send { _ in nil }
      .verify(by: [key], vault: tip.vault)
    guard case .commit(line.document, tip.ref, newest.sequence, let count, _) = receipt.leaf.accepted,
      receipt.leaf.signatures == LogLeaf.hash(ofSignatures: line.signatures), newest.leaf < count
    else {
      throw Refusal(
        .malformed, "the remote's answer does not hold: its receipt is not for commit \(newest.sequence)")
    }
    return (line.document, receipt)
  }
}

/// A commit with its signatures, as a log pack.
private struct SignedCommit {
  let commit: Commit
  let id: ObjectID
  private let bytes: [UInt8]
  private let signatures: [[UInt8]]
  private let lines: [UInt8]

  init(_ added: [Entry], _ make: RemoteCommit, _ end: RemoteCommit.End) throws {
    let lines = added.map { Line.entry($0) }
    for line in lines { try end.permit.check(line) }
    let encoded = try EntryPlan.encoded(lines, workers: make.workers)
    self.lines = try RefWriter.joined(encoded)
    let hasher = MerkleHasher()
    var range = end.frontier.range
    for line in encoded { range.append(hasher.leaf(line), hasher) }
    let parent = end.frontier.commit
    commit = Commit(
      vault: parent.vault, ref: parent.ref, sequence: parent.sequence + 1, parent: end.frontier.id,
      lines: ObjectID(of: self.lines), added: lines.count, count: Int(range.end), root: range.root(hasher),
      trust: end.trust.newest.id, signer: make.signers[0].publicKey.fingerprint,
      // Of several clocks one is ahead, and a commit is not older than its parent.
      time: max(make.time, parent.time), message: make.message)
    let document = commit.encoded()
    bytes = document
    id = ObjectID(of: document)
    signatures = try make.signers.map {
      try $0.document(over: document, namespace: Commit.signatureNamespace).encoded()
    }
  }

  /// Offers the commit and gives the remote's receipt, unverified.
  func push(
    _ evidence: FinishedPack?, _ channel: Channel, _ files: any FileLayer, _ scratch: String,
    _ progress: Pushing.Progress?
  ) throws -> Receipt {
    let log = try PackAssembler(.log, files, staging: scratch)
    try log.append(objects: [bytes] + signatures + [lines], BlockCoder())
    let packs = [evidence, try log.finish()].compactMap { $0 }
    let push = Push(
      ref: .ref(commit.ref),
      line: CarriedLine(
        sequence: commit.sequence, document: id, signatures: signatures.map { ObjectID(of: $0) },
        packs: packs.map { CarriedLine.Pack($0.id, length: Int($0.length)) }))
    let meter = PushMeter(packs.reduce(0) { $0 + $1.length }, progress)
    return try OfferedPacks(channel, push).send(meter) { wanted in
      guard let pack = packs.first(where: { $0.id == wanted }) else { return nil }
      return try OfferedPacks.Source(file: pack.file(in: scratch), offset: 0, length: pack.length)
    }
  }

  func verify(_ receipt: Receipt, by key: NoteVerifier) throws -> VerifiedReceipt {
    try receipt.verify(
      by: [key], vault: commit.vault,
      accepting: .commit(
        id, ref: commit.ref, sequence: commit.sequence, count: commit.count, root: commit.root),
      signatures: signatures.map { ObjectID(of: $0) })
  }
}
