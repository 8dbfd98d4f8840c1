import VaultAudit
import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

/// The next lines of a chain that are pushed together (docs/protocol.md, §3.10).
struct PushedRun {
  /// The lines, each with what its leaf must say; at least one.
  private(set) var lines: [(line: RefLine, accepted: LogLeaf.Accepted)] = []

  /// Stored bytes that are pushed together, where one line's are not more: so much is sent again at most where a server
  /// refuses.
  private static let storedBytes: UInt64 = 64 << 20
  /// Bytes of the question that offers them.
  private static let questionBytes = WireLimits.frameBytes - 1024

  /// A line, what its leaf must say, and the bytes of the commit's own lines.
  typealias Read = (line: RefLine, accepted: LogLeaf.Accepted, lines: UInt64)

  /// As many of the lines after `missing.lowerBound` as go together; `read` gives a line by its sequence.
  init(
    _ chain: ChainName, _ missing: Range<Int>,
    _ read: (_ sequence: Int) throws -> Read
  ) throws {
    let most = chain == .trust ? 1 : min(missing.count, WireLimits.lines)
    var packs: Set<ObjectID> = []
    var stored: UInt64 = 0
    var question = 0
    var added: UInt64 = 0
    for sequence in missing.lowerBound + 1...missing.lowerBound + most {
      let (line, accepted, lines) = try read(sequence)
      stored += line.packBytes
      added += lines
      // More than each needs as canonical JSON.
      question += 200 + 80 * line.signatures.count + 120 * line.packs.count
      let isNew = line.packs.allSatisfy { packs.insert($0.pack).inserted }
      let isOver =
        stored > Self.storedBytes || question > Self.questionBytes || added > UInt64(Limits.linesBlobBytes)
      if !self.lines.isEmpty, isOver || !isNew { break }
      self.lines.append((line, accepted))
    }
  }
}

extension Pushing {
  /// Pushes several commits as one run. The receipt is the last one's; the others' leaves are demanded of the log that it
  /// leads to.
  func push(
    _ run: PushedRun, _ ref: RefName, _ folder: PackFolder, _ meter: PushMeter
  ) throws -> VerifiedReceipt {
    let packs = PackStretches(run.lines.flatMap(\.line.packs))
    let offer = Run(ref: ref, lines: run.lines.map { CarriedLine($0.line) })
    let wanted = try channel.ask(offer, for: DataAnswer.self).length
    guard UInt64(wanted) <= packs.length else {
      throw Refusal(.protocol, "the remote wants more than was offered")
    }
    let skipped = packs.length - UInt64(wanted)
    meter.skip(skipped)
    try packs.send(channel, from: folder, skipping: skipped) { meter.sent($0) }
    let (last, accepted) = run.lines[run.lines.count - 1]
    let receipt = try channel.receive(Receipt.self)
      .verify(by: [key], vault: vault.folder.id, accepting: accepted, signatures: last.signatures)
    try checkLeaves(run, ref, try following.follow(to: receipt.checkpoint.note))
    return receipt
  }

  /// Each commit of a run must have its leaf, among the `new` ones, or where this copy of the log had it already.
  private func checkLeaves(_ run: PushedRun, _ ref: RefName, _ new: [PlacedLeaf]) throws {
    let leaves = Dictionary(
      new.filter { $0.leaf.subject == .ref(ref) }.map { ($0.leaf.number, $0.leaf) },
      uniquingKeysWith: { first, _ in first })
    let log = try FollowedLog(vault.folder, remote: remote)
    for (line, accepted) in run.lines {
      let leaf = try leaves[line.sequence] ?? log.find(.ref(ref), line.sequence)?.leaf
      guard let leaf, leaf.accepted == accepted,
        leaf.signatures == LogLeaf.hash(ofSignatures: line.signatures)
      else {
        throw LogError(
          .hidden, "\(remote) took commit \(line.sequence) of \(ref), and its log has no leaf of it")
      }
    }
  }
}
