import VaultAudit
import VaultCore
import VaultFiles
import VaultFsck
import VaultSigning
import VaultStore

/// A push or a run that was checked and may be placed; made only by ``Acceptance``.
public struct Accepted: Sendable {
  private let vault: OpenVault
  private let packs: [IncomingPack]
  /// The lines of a run with their file; nil for a single push.
  private var run: FetchedLines?
  /// What was pushed, in order.
  public let pushes: [OfferedLine]
  /// The commits, one of each push; none for a trust document.
  public let commits: [Commit]
  /// The newest trust document, by which its authors were judged; for a trust document the one before.
  public let trust: ObjectID
  /// The time at which its authors' keys counted.
  public let received: Timestamp

  init(
    vault: OpenVault, pushes: [OfferedLine], additions: [Addition], commits: [Commit], trust: ObjectID,
    received: Timestamp
  ) {
    self.vault = vault
    self.pushes = pushes
    packs = additions.flatMap(\.packs).map { IncomingPack(id: $0.id, length: $0.length, file: $0.file) }
    self.commits = commits
    self.trust = trust
    self.received = received
  }

  /// The same, to be placed from a run's one file.
  func placed(from run: OfferedRun) throws -> Accepted {
    var copy = self
    copy.run = try FetchedLines(
      pushes.map { push in
        FetchedLines.Line(Self.line(push), packs: push.packs.map { ($0.id, $0.length) })
      }, file: run.file, length: run.length)
    return copy
  }

  /// The push; of a run its last line.
  public var push: OfferedLine { pushes[pushes.count - 1] }
  /// Its commit; nil for a trust document.
  public var commit: Commit? { commits.last }

  /// Puts everything into the vault (docs/protocol.md, §6, rule 8): under the ref's lock, packs are made durable, then
  /// `accept` is called, which appends to the remote's log, then the ref lines are appended and synced.
  ///
  /// Packs are copied out of their files, which stay, or, where they are large, renamed out of their place.
  ///
  /// - Parameter check: is called under the ref's lock, before anything is written; not for a trust document.
  /// - Parameter accept: gets the lines that will be written, and must keep them where a server that starts again finds
  ///   them, before it appends the leaves that accept the push. If it throws, the push is not accepted; packs that it
  ///   brought are left as the residue of an unfinished write.
  /// - Parameter placed: is called when the ref lines are durable, for a ref under its lock.
  /// - Throws: ``Refusal``: `conflict` where the ref or the trust has changed since the check; `failed` where the
  ///   server's files fail. After `failed` whether the push stands is for the log to say.
  public func place(
    checking check: () throws -> Void = {}, _ accept: (PendingLines) throws -> Void,
    placed: () throws -> Void = {}
  ) throws {
    try Refusal.ofFailures {
      switch push.ref {
      case .ref(let name): try place(name, check, accept, placed)
      case .trust:
        try placeTrust(accept)
        try placed()
      }
    }
  }

  private static func line(_ push: OfferedLine) -> UnplacedLine {
    UnplacedLine(
      kind: push.ref.kind, document: push.document, sequence: push.sequence, signatures: push.signatures)
  }

  private func place(
    _ name: RefName, _ check: () throws -> Void, _ accept: (PendingLines) throws -> Void,
    _ placed: () throws -> Void
  ) throws {
    let before = pushes[0].sequence - 1
    let writer: RefWriter
    do {
      writer = try RefWriter(vault.folder, name, creating: before == 0)
    } catch let error as StoreError {
      throw error.code == .exists ? moved : error
    }
    guard writer.index.sequence == before, writer.index.tip == commits.first?.parent else { throw moved }
    try checkTrust()
    try check()
    // The commit relies on it, and its writer may have died before it synced.
    try vault.folder.makeDurable(vault.folder.trustLog)
    if let run {
      try writer.append(run, after: before) { try accept(PendingLines(push.ref, $0)) }
    } else {
      try writer.append(Self.line(push), packs) { try accept(PendingLines(push.ref, [$0])) }
    }
    try withExtendedLifetime(writer) { try placed() }
  }

  /// Refuses where another trust document is the newest by now: a revocation is not to be followed by what it forbids.
  func checkTrust() throws {
    guard try vault.refreshed().newestTrust().id == trust else {
      throw Refusal(
        .conflict, "a new trust document was accepted meanwhile", hint: "fetch it, and push again")
    }
  }

  /// The number of the document ``trust``.
  func trustNumber() throws -> Int {
    guard let document = vault.trust.document(trust) else {
      throw Refusal(.failed, "the vault's trust is not what it was")
    }
    return document.trust.number
  }

  /// Refuses, under the log's lock, commits that were judged by what does not hold any more: by a document that is not the
  /// newest, or at a time between which and `time`, that of their leaves, the validity of a key begins or ends.
  func checkStillHolds(at time: Timestamp) throws {
    if commits.isEmpty { return }
    try checkTrust()
    guard time > received else { return }
    let documents = Set(commits.map(\.trust) + [trust]).compactMap { vault.trust.document($0)?.trust }
    let changes = documents.flatMap { document -> [Timestamp] in
      document.signers.flatMap { [$0.validFrom, $0.validUntil].compactMap { $0 } }
        + document.revocations.map(\.at)
    }
    guard !changes.contains(where: { received < $0 && $0 <= time }) else {
      throw Refusal(.busy, "the validity of a key changes at this moment", hint: "try again")
    }
  }

  private func placeTrust(_ accept: (PendingLines) throws -> Void) throws {
    let isPlaced = try TrustStore(vault.folder).append(Self.line(push), packs, after: trust) {
      try accept(PendingLines(push.ref, [$0]))
    }
    guard isPlaced else { throw moved }
  }

  private var moved: Refusal {
    Refusal(.conflict, "\(push.ref) has changed meanwhile", hint: "fetch what was added, and commit again")
  }
}
