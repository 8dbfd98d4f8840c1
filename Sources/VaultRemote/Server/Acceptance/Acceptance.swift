import VaultAudit
import VaultCore
import VaultFiles
import VaultFsck
import VaultSigning
import VaultStore

/// Decides whether a remote takes a push (docs/protocol.md, §6, rules 3 to 8). The rules of the format are those of
/// the full check, which looks at the push through the ref's index; what only a remote demands is said here.
public struct Acceptance: Sendable {
  /// How far ahead of the received time a commit's own time may lie, in milliseconds: a day.
  static let ahead: Int64 = 86_400_000

  /// The vault with the trust that it had when it was opened; what was added since is read with each check.
  public let vault: OpenVault
  public let limits: PushLimits
  /// Threads of one check.
  public let workers: Int

  public init(_ vault: OpenVault, limits: PushLimits = PushLimits(), workers: Int = Parallel.coreCount) {
    self.vault = vault
    self.limits = limits
    self.workers = workers
  }

  /// Whether the vault holds the very line of a push already, so that its receipt is the original one.
  public func stands(_ push: OfferedLine) throws -> Bool {
    try Refusal.ofFailures {
      switch push.ref {
      case .ref(let name):
        return try RefIndex.openOrNew(vault.folder, name).commit(push.sequence)?.id == push.document
      case .trust:
        return try vault.refreshed().trust.document(push.document)?.trust.number == push.sequence
      }
    }
  }

  /// Checks everything about a push, every byte of it, and changes nothing. Takes no lock: whether the ref still is
  /// what it was is asked again when the push is placed.
  ///
  /// - Parameter received: the remote's time, at which the author's key must count.
  /// - Throws: ``Refusal``, whatever is wrong.
  public func check(_ push: OfferedLine, received: Timestamp) throws -> Accepted {
    try Refusal.ofFailures {
      try checkAnnounced(push)
      let vault = try vault.refreshed()
      switch push.ref {
      case .ref(let name): return try check(push, name, vault, received)
      case .trust: return try checkTrust(push, vault, received)
      }
    }
  }

  // MARK: - What was announced

  private func checkAnnounced(_ push: OfferedLine) throws {
    guard (1...Limits.packsPerRefLine).contains(push.packs.count) else {
      throw Refusal(.limit, "a push brings 1 to \(Limits.packsPerRefLine) packs, not \(push.packs.count)")
    }
    guard push.signatures.count <= Limits.signaturesPerRefLine else {
      throw Refusal(.limit, "a push has at most \(Limits.signaturesPerRefLine) signatures")
    }
    guard Set(push.signatures).count == push.signatures.count else {
      throw Refusal(.malformed, "a signature is named twice")
    }
    guard Set(push.packs.map(\.id)).count == push.packs.count else {
      throw Refusal(.malformed, "a pack is named twice")
    }
    var total: UInt64 = 0
    for pack in push.packs {
      let (sum, isOver) = total.addingReportingOverflow(pack.length)
      guard !isOver, sum <= limits.bytesPerPush else {
        throw Refusal(.limit, "the push brings over \(limits.bytesPerPush) bytes")
      }
      total = sum
      switch pack.place {
      case .file(let file):
        guard try UInt64(file.size()) == pack.length else {
          throw Refusal(.malformed, "pack \(pack.id.hex) has \(try file.size()) bytes, not \(pack.length)")
        }
      case .held(let place):
        guard place.pack == pack.id, place.length == pack.length else {
          throw Refusal(.malformed, "pack \(pack.id.hex) is not the one that is held")
        }
      }
    }
  }

  private func options(_ addition: Addition, _ received: Timestamp) -> AdditionCheck.Options {
    AdditionCheck.Options(
      received: received, decodedBytes: limits.decoded(stored: addition.packs.reduce(0) { $0 + $1.length }),
      workers: workers)
  }

  // MARK: - Commits

  private func check(
    _ push: OfferedLine, _ name: RefName, _ vault: OpenVault, _ received: Timestamp
  ) throws -> Accepted {
    let index = try RefIndex.openOrNew(vault.folder, name)
    try Self.checkFollows(push, index.sequence)
    if case .reviews(let period) = name, index.sequence == 0,
      try RefIndex.openOrNew(vault.folder, .period(period)).sequence == 0
    {
      throw Refusal(.notFound, "there is no period \(period) to review")
    }
    for pack in push.packs {
      guard case .held(let place) = pack.place else { continue }
      guard place.end <= index.packEnds[place.file] ?? 0, try index.folder.holds(place) else {
        throw Refusal(.malformed, "the period does not hold pack \(pack.id.hex)")
      }
    }
    let addition = Addition(push)
    let verdict = try AdditionCheck.commit(addition, on: index, vault.trust, options(addition, received))
    if let refusal = Refusal(verdict.outcome) { throw refusal }
    guard let commit = verdict.commit else { throw Refusal(.malformed, "the commit cannot be read") }
    try Self.checkTime(commit, after: try RefReader(index).tip()?.1, received)
    return Accepted(
      vault: vault, push: push, addition: addition, commit: commit, parent: commit.parent,
      trust: try vault.newestTrust().id, received: received)
  }

  private static func checkFollows(_ push: OfferedLine, _ sequence: Int) throws {
    guard push.sequence == sequence + 1 else {
      throw Refusal(
        .conflict, "\(push.ref) goes on with \(sequence + 1), not with \(push.sequence)",
        hint: push.sequence <= sequence ? "fetch what was added, and commit again" : "push what stands before"
      )
    }
  }

  /// A claimed time may lie as far back as the commit before it, and hardly ahead.
  private static func checkTime(_ commit: Commit, after parent: Commit?, _ received: Timestamp) throws {
    guard commit.time.milliseconds <= received.milliseconds + ahead else {
      throw Refusal(
        .trust, "the commit says that it was made at \(commit.time); it was received at \(received)",
        hint: "look at the clock of the machine that made it")
    }
    if let parent, commit.time < parent.time {
      throw Refusal(
        .trust, "the commit says that it was made at \(commit.time), before its parent, at \(parent.time)")
    }
  }

  // MARK: - Trust

  private func checkTrust(_ push: OfferedLine, _ vault: OpenVault, _ received: Timestamp) throws -> Accepted {
    try Self.checkFollows(push, vault.trust.documents.count)
    let addition = Addition(push)
    guard addition.packs.count == push.packs.count else {
      throw Refusal(.malformed, "a trust document's packs are its own")
    }
    let verdict = try AdditionCheck.trust(
      addition, on: vault.folder, vault.trust, options(addition, received))
    if let refusal = Refusal(verdict.outcome) { throw refusal }
    return Accepted(
      vault: vault, push: push, addition: addition, commit: nil, parent: nil,
      trust: try vault.newestTrust().id, received: received)
  }
}

extension Addition {
  /// What of a push is new.
  init(_ push: OfferedLine) {
    let packs = push.packs.compactMap { pack -> Pack? in
      guard case .file(let file) = pack.place else { return nil }
      return Pack(id: pack.id, length: pack.length, file: file)
    }
    self.init(
      document: push.document, sequence: push.sequence, signatures: push.signatures, packs: packs)
  }
}
