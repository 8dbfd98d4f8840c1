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
      var total: UInt64 = 0
      try checkAnnounced(push, total: &total)
      let vault = try vault.refreshed()
      switch push.ref {
      case .ref(let name): return try check([push], name, vault, received)
      case .trust: return try checkTrust(push, vault, received)
      }
    }
  }

  /// Whether the vault holds the very lines of a run already.
  public func stands(_ run: Run) throws -> Bool {
    try Refusal.ofFailures {
      let index = try RefIndex.openOrNew(vault.folder, run.ref)
      return run.lines.allSatisfy { index.commit($0.sequence)?.id == $0.document }
    }
  }

  /// Refuses a run that does not go on where the ref ends, before anything of it is received.
  public func checkFollows(_ run: Run) throws {
    try Refusal.ofFailures {
      try Self.checkFollows(
        .ref(run.ref), run.lines[0].sequence, RefIndex.openOrNew(vault.folder, run.ref).sequence)
    }
  }

  /// Checks everything about a run as ``check(_:received:)-(OfferedLine,_)`` does about each of its lines, all as they
  /// would stand one behind the other. One line that is refused refuses the run.
  public func check(_ run: OfferedRun, received: Timestamp) throws -> Accepted {
    try Refusal.ofFailures {
      var total: UInt64 = 0
      for line in run.lines { try checkAnnounced(line, total: &total) }
      guard try UInt64(run.file.size()) == total else {
        throw Refusal(.malformed, "the packs of the run have \(try run.file.size()) bytes, not \(total)")
      }
      let checked = try check(run.lines, run.ref, vault.refreshed(), received)
      return try checked.placed(from: run)
    }
  }

  // MARK: - What was announced

  private func checkAnnounced(_ push: OfferedLine, total: inout UInt64) throws {
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
      case .part: break
      case .held(let place):
        guard place.pack == pack.id, place.length == pack.length else {
          throw Refusal(.malformed, "pack \(pack.id.hex) is not the one that is held")
        }
      }
    }
  }

  private func options(_ additions: [Addition], _ received: Timestamp) -> AdditionCheck.Options {
    let stored = additions.reduce(0) { $0 + $1.packs.reduce(0) { $0 + $1.length } }
    return AdditionCheck.Options(
      received: received, decodedBytes: limits.decoded(stored: stored, lines: additions.count),
      workers: workers)
  }

  // MARK: - Commits

  private func check(
    _ pushes: [OfferedLine], _ name: RefName, _ vault: OpenVault, _ received: Timestamp
  ) throws -> Accepted {
    let index = try RefIndex.openOrNew(vault.folder, name)
    for (number, push) in pushes.enumerated() {
      try Self.checkFollows(push.ref, push.sequence, index.sequence + number)
    }
    if case .reviews(let period) = name, index.sequence == 0,
      try RefIndex.openOrNew(vault.folder, .period(period)).sequence == 0
    {
      throw Refusal(.notFound, "there is no period \(period) to review")
    }
    for pack in pushes.flatMap(\.packs) {
      guard case .held(let place) = pack.place else { continue }
      guard place.end <= index.packEnds[place.file] ?? 0, try index.folder.holds(place) else {
        throw Refusal(.malformed, "the period does not hold pack \(pack.id.hex)")
      }
    }
    let additions = pushes.map { Addition($0) }
    let verdict = try AdditionCheck.commits(additions, on: index, vault.trust, options(additions, received))
    if let refusal = Refusal(verdict.outcome) { throw refusal }
    guard verdict.commits.count == pushes.count else { throw Refusal(.malformed, "a commit cannot be read") }
    var parent = try RefReader(index).tip()?.1
    for commit in verdict.commits {
      try Self.checkTime(commit, after: parent, received)
      parent = commit
    }
    return Accepted(
      vault: vault, pushes: pushes, additions: additions, commits: verdict.commits,
      trust: try vault.newestTrust().id, received: received)
  }

  private static func checkFollows(_ ref: ChainName, _ next: Int, _ sequence: Int) throws(Refusal) {
    guard next == sequence + 1 else {
      throw Refusal(
        .conflict, "\(ref) goes on with \(sequence + 1), not with \(next)",
        hint: next <= sequence ? "fetch what was added, and commit again" : "push what stands before"
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
    try Self.checkFollows(push.ref, push.sequence, vault.trust.documents.count)
    let addition = Addition(push)
    guard addition.packs.count == push.packs.count else {
      throw Refusal(.malformed, "a trust document's packs are its own")
    }
    let verdict = try AdditionCheck.trust(
      addition, on: vault.folder, vault.trust, options([addition], received))
    if let refusal = Refusal(verdict.outcome) { throw refusal }
    return Accepted(
      vault: vault, pushes: [push], additions: [addition], commits: [],
      trust: try vault.newestTrust().id, received: received)
  }
}

extension Addition {
  /// What of a push is new.
  init(_ push: OfferedLine) {
    let packs = push.packs.compactMap { pack -> Pack? in
      switch pack.place {
      case .file(let file): Pack(id: pack.id, length: pack.length, file: file)
      case .part(let file, let offset): Pack(id: pack.id, length: pack.length, file: file, offset: offset)
      case .held: nil
      }
    }
    self.init(
      document: push.document, sequence: push.sequence, signatures: push.signatures, packs: packs)
  }
}
