import VaultAudit
import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

extension ServerSession {
  func refs(_ served: ServedVault) throws -> RefsAnswer {
    try need(.fetch, .push)
    var tips: [Tip] = []
    for ref in try served.refs(settings) {
      guard let (id, commit) = try RefReader(try RefIndex.open(served.folder, ref)).tip() else { continue }
      tips.append(
        Tip(ref: ref, sequence: commit.sequence, commit: id, count: commit.count, root: commit.root))
    }
    let trust = try served.vault.refreshed().newestTrust()
    return RefsAnswer(refs: tips, trust: TrustTip(number: trust.trust.number, document: trust.id))
  }

  /// The ref lines of a chain with sequences above `after`, at most `limit`; and whether there are more.
  private func refLines(
    _ chain: ChainName, after: Int, limit: Int, _ served: ServedVault
  ) throws -> (lines: [RefLine], more: Bool) {
    switch chain {
    case .trust:
      let all = try TrustStore(served.folder).all().map(\.record.line).dropFirst(max(0, after))
      return (Array(all.prefix(limit)), all.count > limit)
    case .ref(let ref):
      try needSight(ref)
      let index: RefIndex
      do {
        index = try RefIndex.open(served.folder, ref)
      } catch let error as StoreError {
        if error.code == .notFound { throw Refusal(.notFound, "there is no \(ref) here") }
        throw error
      }
      let last = min(index.sequence, after.addingReportingOverflow(limit).partialValue)
      guard after < last else { return ([], false) }
      let reader = RefReader(index)
      return (try (after + 1...last).map { try reader.refLine($0) }, last < index.sequence)
    }
  }

  func lines(_ asked: LinesQuestion, _ served: ServedVault) throws -> LinesAnswer {
    try need(.fetch, .push)
    let (lines, more) = try refLines(asked.ref, after: asked.after, limit: WireLimits.lines, served)
    return LinesAnswer(lines: lines.map { CarriedLine($0) }, more: more)
  }

  /// Sends the packs of lines as they lie in their packfiles; what lies together is read together.
  func sendPacks(_ asked: PacksQuestion, _ served: ServedVault) throws {
    try need(.fetch, .push)
    let count = asked.through - asked.after
    let (lines, _) = try refLines(asked.ref, after: asked.after, limit: count, served)
    guard lines.count == count else {
      throw Refusal(.notFound, "\(asked.ref) has no line \(asked.through) yet")
    }
    let packs = PackStretches(lines.flatMap(\.packs))
    guard asked.offset <= packs.length else {
      throw Refusal(.notFound, "the packs have fewer bytes than \(asked.offset)")
    }
    let skipped = UInt64(asked.offset)
    try channel.send(DataAnswer(length: Int(packs.length - skipped)))
    try packs.send(
      channel, from: PackFolder(served.folder.files, path: path(of: asked.ref, served.folder)),
      skipping: skipped)
  }

  private func path(of chain: ChainName, _ folder: VaultFolder) -> String {
    switch chain {
    case .trust: folder.vaultPacks
    case .ref(let ref): folder.packs(ref.period)
    }
  }

  // MARK: - For a commit without a local vault

  func frontier(_ asked: FrontierQuestion, _ served: ServedVault) throws -> FrontierAnswer {
    for _ in 0..<Self.frontierAttempts {
      if let answer = try frontierOnce(asked, served) { return answer }
      // A ref line stands before its leaf is signed. Who pushes waits for that, and ends what a dead server owes.
      if settings.rights.contains(.push) { try LogPlacing(served).finishPending() }
    }
    throw Refusal(
      .busy, "the newest commit of \(asked.ref) is being accepted",
      hint: "try again; where that goes on for long, the remote's operator must look at it")
  }

  /// Each is behind the end of another's push, and few of these meet.
  private static let frontierAttempts = 16

  /// Nil where the log has not signed the ref's newest commit.
  private func frontierOnce(_ asked: FrontierQuestion, _ served: ServedVault) throws -> FrontierAnswer? {
    let reader = try reader(asked.ref, served)
    guard let (id, _) = try reader.tip() else { throw Refusal(.notFound, "there is no \(asked.ref) here") }
    let signatures = try reader.refLine(reader.index.sequence).signatures
    // Newer than what the client was greeted with, where others pushed meanwhile.
    let log = try served.log()
    guard let leaf = try log.find(.ref(asked.ref), reader.index.sequence), leaf.leaf.document == id else {
      return nil
    }
    let opening = try reader.addedLines(1).prefix { $0 != 0x0A }
    return FrontierAnswer(
      commit: try reader.objects.read(id, limit: Limits.documentBytes),
      signatures: try signatures.map { try reader.objects.read($0, limit: Limits.documentBytes) },
      range: reader.index.frontier.hashes, opening: String(decoding: opening, as: UTF8.self),
      openingProof: try reader.inclusionProof(leaf: 0).path,
      receipt: String(decoding: try log.receipt(of: leaf.index).encoded(), as: UTF8.self))
  }

  func paths(_ asked: PathsQuestion, _ served: ServedVault) throws -> PathsAnswer {
    let reader = try reader(asked.ref, served)
    let standing = Standing(served.vault, reader)
    var folders = RefIndex.Folders()
    var out: [PathState] = []
    var size = 0
    for path in asked.paths {
      let state = try state(of: path, reader, standing, &folders)
      if case .held(let line, _, _, _, _) = state { size += line.utf8.count + 80 * WireLimits.hashes / 4 }
      // What does not fit any more is asked for again.
      if size > WireLimits.answerBytes / 2, !out.isEmpty { break }
      out.append(state)
    }
    return PathsAnswer(paths: out)
  }

  private func state(
    of path: EvidencePath, _ reader: RefReader, _ standing: Standing, _ folders: inout RefIndex.Folders
  ) throws -> PathState {
    let found = reader.index.standing(path, &folders)
    if let other = found.conflict { return .conflict(try EvidencePath(other)) }
    guard let latest = found.latest else { return .free }
    let repudiation = try standing.repudiation(ofLeaf: latest.leaf)
    return .held(
      line: String(decoding: try reader.lineBytes(latest), as: UTF8.self), leaf: Int(latest.leaf),
      sequence: latest.sequence, proof: try reader.inclusionProof(leaf: latest.leaf).path,
      repudiated: repudiation.map { "by commit \($0.bySequence): \($0.reason)" })
  }

  private func reader(_ ref: RefName, _ served: ServedVault) throws -> RefReader {
    try need(.push, .fetch)
    try needSight(ref)
    do {
      return RefReader(try RefIndex.open(served.folder, ref))
    } catch let error as StoreError {
      if error.code == .notFound { throw Refusal(.notFound, "there is no \(ref) here") }
      throw error
    }
  }
}
