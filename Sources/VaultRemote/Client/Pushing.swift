import VaultAudit
import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

/// Brings a remote what a vault has and the remote lacks: trust documents first, then each ref's commits in order
/// (docs/protocol.md, §3.9).
public struct Pushing {
  /// What became of one chain.
  public struct Result: Sendable {
    public let ref: ChainName
    /// The lines that were pushed.
    public let pushed: Int
    /// The sequence, or number, of the newest one at the remote.
    public let sequence: Int
    /// Bytes that were sent for it.
    public let bytes: Int64
    /// The receipt of the newest one that was pushed, or, where nothing was pushed at all, of the newest one that this vault
    /// and the remote have; nil where only other chains were pushed to.
    public var receipt: VerifiedReceipt?

    /// With what was pushed after it.
    func adding(_ next: Result) -> Result {
      Result(
        ref: ref, pushed: pushed + next.pushed, sequence: next.sequence, bytes: bytes + next.bytes,
        receipt: next.receipt ?? receipt)
    }
  }

  let channel: Channel
  let vault: OpenVault
  /// The key of the remote's log, as the vault's trust names it.
  let key: NoteVerifier
  private let welcome: Welcome
  /// The remote's name in the vault, under which its receipts are kept.
  let remote: String

  /// A push of `vault` over a channel on which the remote has said `welcome`.
  ///
  /// Throws ``Refusal`` where the vault's trust does not name the remote's log, or the remote allows no push.
  public init(_ channel: Channel, _ vault: OpenVault, _ welcome: Welcome, remote: String) throws {
    self.channel = channel
    self.welcome = welcome
    self.remote = remote
    self.vault = vault
    key = try Self.key(welcome, vault)
    guard welcome.allow.contains(.push) else {
      throw Refusal(.notAllowed, "\(welcome.identity) may not push there")
    }
  }

  /// The log's key, which the newest trust document must name.
  static func key(_ welcome: Welcome, _ vault: OpenVault) throws -> NoteVerifier {
    guard let key = try vault.newestTrust().logKeys.first(where: { $0.description == welcome.logKey }) else {
      throw unnamedLog(welcome)
    }
    return key
  }

  static func unnamedLog(_ welcome: Welcome) -> Refusal {
    Refusal(
      .trust, "the vault's trust does not name the remote's log \(welcome.log)",
      hint: "a root key adds it: vault trust log add NAME --log-key log.pub --key ROOT")
  }

  /// Pushes what the remote lacks of trust and of `refs`. What is still to come is counted for `progress` only, since
  /// that reads every missing line once more.
  ///
  /// `results` gets what became of each chain, also of those that were accepted before this throws. The log is followed
  /// before and after. Throws ``LogError`` where it is not what was seen of it before; ``Refusal``: the remote's own, or
  /// `conflict` where the remote has what the vault has not.
  public func push(_ refs: [RefName], into results: inout [Result], progress: Progress? = nil) throws {
    _ = try following.follow(to: Array(welcome.checkpoint.utf8))
    let there = try shown(refs)
    let meter = PushMeter(progress == nil ? 0 : try missingBytes(refs, there), progress)
    do {
      results.append(try pushTrust(there.trust, meter))
      try push(refs, there.refs, into: &results, meter)
    } catch {
      // The reason why it went no further is what must be told.
      try? followNewest(results)
      throw error
    }
    try followNewest(results)
    if results.allSatisfy({ $0.pushed == 0 }) { try addStanding(&results) }
  }

  /// Adds the receipts of what had been pushed before: its answer may have been lost.
  private func addStanding(_ results: inout [Result]) throws {
    let log = try FollowedLog(vault.folder, remote: remote)
    let newest = try log.newest(of: Set(results.map(\.ref)))
    var own: [ChainName: PlacedLeaf] = [:]
    for result in results {
      let number = try last(result.ref)
      let leaf = newest[result.ref]
      // Others may have pushed since.
      own[result.ref] = leaf?.leaf.number == number ? leaf : try log.find(result.ref, number)
    }
    var receipts: [Int: VerifiedReceipt] = [:]
    try log.receipts(of: Set(own.values.map(\.index))) {
      receipts[$0.index] = try $0.verify(by: [key], vault: vault.folder.id)
    }
    for number in results.indices {
      results[number].receipt = own[results[number].ref].flatMap { receipts[$0.index] }
    }
  }

  /// The newest number that the vault itself has of a chain.
  private func last(_ chain: ChainName) throws -> Int {
    switch chain {
    case .trust: vault.trust.documents.count
    case .ref(let ref): try RefIndex.open(vault.folder, ref).sequence
    }
  }

  /// What the remote shows, held against its log.
  ///
  /// A leaf stands before the line that it accepts, and is signed after that. Where a line or the leaf of one that the vault has
  /// is missing, its server is at that moment, or has died: one who pushes has that finished, by offering what stands already,
  /// and looks again.
  private func shown(_ refs: [RefName]) throws -> RefsAnswer {
    for _ in 1..<Self.looks {
      let there = try channel.ask(RefsQuestion(), for: RefsAnswer.self)
      do {
        try checkShown(there, refs)
        return there
      } catch let error as LogError where error.code == .hidden {
        try finishThere()
      }
    }
    let there = try channel.ask(RefsQuestion(), for: RefsAnswer.self)
    try checkShown(there, refs)
    return there
  }

  /// Another process may push of the same vault meanwhile, each time a little further.
  private static let looks = 8

  /// Has the remote finish what it owes, and follows its log up to that.
  private func finishThere() throws {
    guard let first = try TrustStore(vault.folder).all().first else { return }
    let push = Push(ref: .trust, line: CarriedLine(first.record.line))
    let receipt = try OfferedPacks(channel, push).send { _ in nil }.verify(by: [key], vault: vault.folder.id)
    _ = try following.follow(to: receipt.checkpoint.note)
  }

  /// What the log accepted of the vault's own chains, and of those that are shown, must be there before it is built upon; and
  /// what is there of the vault's own, the log must have accepted.
  private func checkShown(_ there: RefsAnswer, _ refs: [RefName]) throws {
    let log = try FollowedLog(vault.folder, remote: remote)
    let own = [ChainName.trust] + refs.map { .ref($0) }
    let newest = try log.newest(of: Set(own + there.refs.map { .ref($0.ref) })).mapValues(\.leaf)
    try ShownChains(there, of: remote).check(newest)
    for chain in own {
      let shown =
        switch chain {
        case .trust: there.trust.number
        case .ref(let ref): there.refs.first { $0.ref == ref }?.sequence ?? 0
        }
      let stands = min(try last(chain), shown)
      // What is kept of the newest leaves may have been tampered with; the leaves say it.
      guard try newest[chain]?.number ?? 0 >= stands || log.bound(chain, stands) != nil else {
        throw LogError(.hidden, "\(remote) shows \(stands) of \(chain), and its log has no leaf of it")
      }
    }
  }

  /// Pushes refs, a part of each at a time where one needs what the other has.
  private func push(
    _ refs: [RefName], _ there: [Tip], into results: inout [Result], _ meter: PushMeter
  ) throws {
    let place = results.count
    var have: [RefName: Int] = [:]
    var readers: [RefName: RefReader] = [:]
    for ref in refs {
      let reader = RefReader(try RefIndex.open(vault.folder, ref))
      readers[ref] = reader
      let reached = try reached(reader.index, there.first { $0.ref == ref })
      have[ref] = reached
      results.append(Result(ref: .ref(ref), pushed: 0, sequence: reached, bytes: 0, receipt: nil))
    }
    for step in try PushOrder(refs, have: have, readers).steps {
      guard let number = refs.firstIndex(of: step.ref), let reader = readers[step.ref],
        step.through > results[place + number].sequence
      else { continue }
      let done = results[place + number]
      results[place + number] = done.adding(try push(reader, done.sequence..<step.through, meter))
    }
  }

  private func followNewest(_ results: [Result]) throws {
    let receipts = results.compactMap(\.receipt)
    guard let newest = receipts.max(by: { $0.checkpoint.checkpoint.size < $1.checkpoint.checkpoint.size })
    else {
      return
    }
    _ = try following.follow(to: newest.checkpoint.note)
  }

  /// What brings the vault's copy of the remote's log up to a checkpoint.
  var following: LogFollowing {
    LogFollowing(channel: channel, vault: vault.folder, remote: remote, key: key)
  }

  // MARK: - Chains

  private func pushTrust(_ there: TrustTip, _ meter: PushMeter) throws -> Result {
    let documents = try TrustStore(vault.folder).all()
    guard there.number <= documents.count, documents[there.number - 1].id == there.document else {
      throw Refusal(
        .conflict, "the remote has trust document \(there.number), which this vault has not",
        hint: "vault pull fetches it")
    }
    let folder = PackFolder(vault.folder.files, path: vault.folder.vaultPacks)
    return try push(.trust, there.number..<documents.count, folder, meter) { number in
      let line = documents[number - 1].record.line
      return (line, .trust(line.document, number: number), 0)
    }
  }

  /// How many commits of a ref the remote has, the vault's own as far as that has as many.
  private func reached(_ index: RefIndex, _ there: Tip?) throws -> Int {
    guard let there else { return 0 }
    let ref = index.ref
    if index.commit(there.sequence)?.id == there.commit { return there.sequence }
    guard index.sequence < there.sequence else { throw Self.diverged(ref, there.sequence) }
    // A vault that is merely behind has nothing to push.
    let leaf = try FollowedLog(vault.folder, remote: remote).find(.ref(ref), index.sequence)?.leaf
    guard let leaf else {
      throw Refusal(
        .conflict,
        "the remote has \(counted(there.sequence, "commit")) of \(ref), this vault \(index.sequence)",
        hint: "vault pull fetches what was added")
    }
    guard leaf.document == index.tip else { throw Self.diverged(ref, index.sequence) }
    return there.sequence
  }

  private static func diverged(_ ref: RefName, _ sequence: Int) -> Refusal {
    Refusal(
      .conflict, "the remote's commit \(sequence) of \(ref) is another than this vault's",
      hint: "what was committed here cannot follow it: commit the evidence again, in a clone or with --remote"
    )
  }

  private func push(_ reader: RefReader, _ missing: Range<Int>, _ meter: PushMeter) throws -> Result {
    let ref = reader.index.ref
    return try push(.ref(ref), missing, reader.index.folder, meter) { sequence in
      let line = try reader.refLine(sequence)
      let commit = try reader.commit(sequence).1
      return (
        line, .commit(line.document, ref: ref, sequence: sequence, count: commit.count, root: commit.root),
        try reader.addedBytes(sequence)
      )
    }
  }

  /// Pushes the lines behind those that are there: commits in runs, trust documents one after another. What is pushed
  /// is accepted, and its receipt verified, before the next goes.
  private func push(
    _ chain: ChainName, _ missing: Range<Int>, _ folder: PackFolder, _ meter: PushMeter,
    _ read: (_ sequence: Int) throws -> PushedRun.Read
  ) throws -> Result {
    let before = meter.sent
    var newest: VerifiedReceipt?
    var last = missing.lowerBound
    while last < missing.upperBound {
      let batch = try PushedRun(chain, last..<missing.upperBound, read)
      last += batch.lines.count
      newest = try push(batch, chain, folder, meter)
    }
    return Result(
      ref: chain, pushed: missing.count, sequence: missing.upperBound, bytes: meter.sent - before,
      receipt: newest)
  }

  private func push(
    _ batch: PushedRun, _ chain: ChainName, _ folder: PackFolder, _ meter: PushMeter
  ) throws -> VerifiedReceipt {
    if case .ref(let ref) = chain, batch.lines.count > 1 { return try push(batch, ref, folder, meter) }
    let line = batch.lines[0].line
    let receipt = try OfferedPacks(channel, Push(ref: chain, line: CarriedLine(line))).send(meter) { wanted in
      guard let place = line.packs.first(where: { $0.pack == wanted }) else { return nil }
      return try OfferedPacks.Source(
        file: folder.file(place.file), offset: place.offset, length: place.length)
    }
    return try receipt.verify(
      by: [key], vault: vault.folder.id, accepting: batch.lines[0].accepted, signatures: line.signatures)
  }
}

/// One push: the offer, the packs that the remote wants of it, and the receipt, which is not verified yet.
struct OfferedPacks {
  /// Where a pack's bytes lie.
  struct Source {
    let file: SharedFile
    let offset: UInt64
    let length: UInt64
  }

  private let channel: Channel
  private let push: Push

  init(_ channel: Channel, _ push: Push) {
    self.channel = channel
    self.push = push
  }

  /// Sends what is wanted; `source` gives a pack's bytes, nil for one that was not offered.
  func send(_ meter: PushMeter? = nil, from source: (ObjectID) throws -> Source?) throws -> Receipt {
    let want = try channel.ask(push, for: Want.self)
    let wanted = try want.packs.map { pack in
      guard let source = try source(pack.pack), pack.offset <= Int(source.length) else {
        throw Refusal(.protocol, "the remote wants what was not offered")
      }
      return Source(
        file: source.file, offset: source.offset + UInt64(pack.offset),
        length: source.length - UInt64(pack.offset))
    }
    let offered = push.line.packs.reduce(0) { $0 + UInt64($1.length) }
    let due = wanted.reduce(0) { $0 + $1.length }
    meter?.skip(offered - min(due, offered))
    for source in wanted {
      try channel.send(
        source.file.file, from: Int64(source.offset), count: Int64(source.length)
      ) { meter?.sent($0) }
    }
    return try channel.receive(Receipt.self)
  }
}
