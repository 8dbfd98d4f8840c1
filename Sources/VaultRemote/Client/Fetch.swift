import VaultAudit
import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

/// Brings a vault what a remote has and it lacks: trust, the log, then the commits of refs (docs/protocol.md, §3.2 to
/// §3.5). The log's leaves say what there is: the last leaf of a ref is its tip, so a remote hides nothing.
public struct Fetch {
  /// What became of a ref.
  public struct Result: Sendable {
    public let ref: RefName
    /// Commits that are new here.
    public let commits: Int
    /// The newest commit's sequence.
    public let sequence: Int
    /// Bytes of packs.
    public let bytes: UInt64
    /// New commits of keys that were revoked later, from before they signed on, and that nobody has repudiated.
    public let disowned: [Disowned]
  }

  /// A commit whose author's key counted when the remote received it, and by what is known now did not.
  public struct Disowned: Sendable {
    public let sequence: Int
    public let commit: ObjectID
    public let reason: String
  }

  /// What was fetched.
  public struct Report: Sendable {
    public let refs: [Result]
    /// Refs that the log has accepted commits of, that match what is wanted, and that the remote does not show.
    public let unseen: [RefName]
    /// Trust documents that are new here.
    public let trust: Int
    /// The newest checkpoint of the remote's log.
    public let checkpoint: Checkpoint
  }

  private let channel: Channel
  private let welcome: Welcome
  private let remote: String
  private let wanted: [Glob]
  private let scratch: String
  private let sink: (any ArrivalSink)?

  /// A fetch over a channel on which the remote has said `welcome`; `remote` is its name in the vault, `wanted` are
  /// patterns of the periods that are fetched, all where there are none, `scratch` is an empty folder of the caller's.
  /// `sink` takes large objects that are stored raw while they arrive.
  public init(
    _ channel: Channel, _ welcome: Welcome, remote: String, scratch: String, wanted: [Glob],
    sink: (any ArrivalSink)? = nil
  ) {
    self.sink = sink
    self.channel = channel
    self.welcome = welcome
    self.remote = remote
    self.scratch = scratch
    self.wanted = wanted
  }

  /// Fetches into `vault`. `progress` is told of the bytes of each piece, and of those of the ref's packs that are still
  /// to come.
  ///
  /// Throws ``LogError`` for what the log shows to be wrong, ``Refusal`` for what else is.
  public func run(into old: OpenVault, progress: (Int, UInt64) -> Void = { _, _ in }) throws -> Report {
    let there = try channel.ask(RefsQuestion(), for: RefsAnswer.self)
    let (vault, newTrust) = try fetchTrust(old, there.trust)
    let key = try Pushing.key(welcome, vault)
    let new = try LogFollowing(channel: channel, vault: vault.folder, remote: remote, key: key)
      .follow(to: Array(welcome.checkpoint.utf8))
    let log = try FollowedLog(vault.folder, remote: remote)
    guard let checkpoint = log.checkpoint else { throw Refusal(.failed, "the remote's log is empty") }
    let newest = try log.newest()
    try checkTrust(vault, newest[.trust])
    try checkShown(there.trust, vault, log)
    // Of a ref that the log does not have yet, the first push is just being accepted: it is for the next time.
    let tips = try shown(there, vault, newest).filter { newest[.ref($0.ref)] != nil }
    try checkPatterns(tips)
    var results: [Result] = []
    for tip in tips where wants(tip.ref.period) {
      let leaves = FetchedLeaves(tip.ref, new: new, log)
      results.append(try fetch(tip, vault, newest[.ref(tip.ref)], leaves, progress))
    }
    let unseen = newest.keys.compactMap { chain in
      if case .ref(let ref) = chain, wants(ref.period), !tips.contains(where: { $0.ref == ref }) {
        ref
      } else {
        nil
      }
    }
    return Report(
      refs: results, unseen: unseen.sorted { $0.description < $1.description }, trust: newTrust,
      checkpoint: checkpoint)
  }

  // MARK: - Trust

  private func fetchTrust(_ vault: OpenVault, _ there: TrustTip) throws -> (OpenVault, Int) {
    let have = vault.trust.documents.count
    guard there.number > have else {
      guard there.number >= 1, vault.trust.documents[there.number - 1].id == there.document else {
        throw Refusal(.trust, "the remote's trust document \(there.number) is another than this vault's")
      }
      return (vault, 0)
    }
    let remote = try RemoteTrust(channel, vault: vault.folder.id, vault.folder.files, folder: scratch)
    guard remote.newest.id == there.document,
      have == 0 || remote.documents[have - 1].id == vault.trust.newest?.id
    else {
      throw Refusal(.trust, "the remote's trust does not continue this vault's")
    }
    let store = TrustStore(vault.folder)
    for document in remote.documents[have...] {
      let trust = try Trust(decoding: document.bytes)
      _ = try store.append { stored in
        guard stored.count == trust.number - 1 else {
          throw StoreError(.refused, "the vault's trust was changed meanwhile", hint: "try again")
        }
        return (trust, document.signatures)
      }
    }
    return (try vault.refreshed(), remote.documents.count - have)
  }

  /// The log's newest trust document must be here: one that is hidden may hold a revocation.
  private func checkTrust(_ vault: OpenVault, _ newest: LogLeaf?) throws {
    guard let newest, case .trust(let id, let number) = newest.accepted else { return }
    guard number <= vault.trust.documents.count, vault.trust.documents[number - 1].id == id else {
      throw LogError(
        .hidden, "\(remote) accepted trust document \(number) at \(newest.received), and does not show it")
    }
  }

  /// A remote that shows fewer documents than its log accepted hides the others, from those who have them as well.
  private func checkShown(_ there: TrustTip, _ vault: OpenVault, _ log: FollowedLog) throws {
    guard there.number < vault.trust.documents.count,
      let hidden = try log.bound(.trust, there.number + 1)?.leaf
    else { return }
    throw LogError(
      .hidden,
      "\(remote) accepted trust document \(hidden.number) at \(hidden.received), and does not show it")
  }

  // MARK: - Refs

  private func wants(_ period: String) -> Bool {
    wanted.isEmpty || wanted.contains { $0.matches(period) }
  }

  /// The tips that the remote shows, held against its log. A leaf stands before its line does, so who misses a line looks once
  /// more.
  private func shown(
    _ there: RefsAnswer, _ vault: OpenVault, _ newest: [ChainName: LogLeaf]
  ) throws -> [Tip] {
    func check(_ there: RefsAnswer) throws -> [Tip] {
      try ShownChains(there, of: remote).check(newest.filter { try isDue($0.key, vault, there.refs) })
      return there.refs
    }
    do {
      return try check(there)
    } catch let error as LogError where error.code == .hidden {
      return try check(try channel.ask(RefsQuestion(), for: RefsAnswer.self))
    }
  }

  /// Whether a chain must be shown: what is shown anyhow, and what is wanted and the vault has or is asked for by its name.
  /// A pattern may match nothing only because there is nothing, or nothing that may be seen.
  private func isDue(_ subject: ChainName, _ vault: OpenVault, _ shown: [Tip]) throws -> Bool {
    guard case .ref(let ref) = subject else { return true }
    if shown.contains(where: { $0.ref == ref }) { return true }
    guard wants(ref.period) else { return false }
    let isNamed = wanted.contains { $0.text == ref.period }
    return try isNamed || vault.folder.files.exists(vault.folder.refFile(ref))
  }

  private func checkPatterns(_ shown: [Tip]) throws {
    for pattern in wanted where !shown.contains(where: { pattern.matches($0.ref.period) }) {
      throw StoreError(
        .notFound, "the remote shows no period \(pattern)",
        hint: "there is none of that name, or this key may not see it")
    }
  }

  private func fetch(
    _ tip: Tip, _ vault: OpenVault, _ newest: LogLeaf?, _ leaves: FetchedLeaves,
    _ progress: (Int, UInt64) -> Void
  ) throws -> Result {
    let ref = tip.ref
    let index = try RefIndex.openOrNew(vault.folder, ref)
    guard let leaf = newest, case .commit(let id, _, let last, let count, let root) = leaf.accepted
    else {
      throw LogError(.hidden, "\(remote) shows \(ref), which its log does not have")
    }
    guard tip.sequence >= last else {
      throw LogError(
        .hidden,
        "\(remote) accepted commit \(last) of \(ref) at \(leaf.received), and shows only \(tip.sequence)")
    }
    if index.sequence >= last {
      guard index.commit(last)?.id == id else { throw diverged(ref, last) }
      StagedFetch.removeAbandoned(vault.folder, ref)
      return Result(ref: ref, commits: 0, sequence: index.sequence, bytes: 0, disowned: [])
    }
    var chain = try FetchedChain(vault, index, leaves)
    var disowned: [Disowned] = []
    var bytes: UInt64 = 0
    while chain.sequence < last {
      let batch = try lines(ref, after: chain.sequence, through: last)
      let staged = try StagedFetch(vault.folder, ref, batch, sink)
      try staged.receive(channel, ref, progress)
      try chain.check(staged, ref)
      if chain.sequence == last {
        guard chain.tip == id, chain.frontier.end == UInt64(count), chain.root == root else {
          throw LogError(.hidden, "\(remote) shows another commit \(last) of \(ref) than its log has")
        }
        disowned = try chain.checkDoubts(ref)
      }
      let before = batch[0].sequence - 1
      let writer = try RefWriter(vault.folder, ref, creating: before == 0)
      try writer.append(try staged.fetched(), after: before)
      staged.remove()
      bytes += staged.length
    }
    return Result(
      ref: ref, commits: last - index.sequence, sequence: last, bytes: bytes, disowned: disowned)
  }

  private func diverged(_ ref: RefName, _ sequence: Int) -> Refusal {
    Refusal(
      .conflict, "the remote's commit \(sequence) of \(ref) is another than this vault's",
      hint: "what was committed here was not accepted there: commit it again, in a clone or with --remote")
  }

  /// The next lines, as many as are fetched together.
  private func lines(_ ref: RefName, after: Int, through last: Int) throws -> [CarriedLine] {
    let answer = try channel.ask(LinesQuestion(ref: .ref(ref), after: after), for: LinesAnswer.self)
    var out: [CarriedLine] = []
    var bytes = 0
    for line in answer.lines.prefix(last - after) {
      guard line.sequence == after + out.count + 1 else {
        throw Refusal(.protocol, "the remote's lines of \(ref) have a gap")
      }
      let (sum, isOver) = line.packs.reduce((bytes, false)) { sum, pack in
        let (next, over) = sum.0.addingReportingOverflow(pack.length)
        return (next, sum.1 || over)
      }
      if !out.isEmpty, isOver || sum > Self.batchBytes { break }
      guard !isOver else { throw Refusal(.protocol, "a line of \(ref) names packs of too many bytes") }
      bytes = sum
      out.append(line)
    }
    guard !out.isEmpty else {
      throw LogError(.hidden, "\(remote) shows no lines of \(ref) after \(after), and its log has \(last)")
    }
    return out
  }

  /// Bytes of packs that are fetched together, where one line's are not more.
  private static let batchBytes = 256 << 20
}
