import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

/// Takes one push in (docs/protocol.md, §3.9 and §6): into quarantine, checked to the last byte, and only then into the
/// vault and its log.
struct PushReceiver {
  let session: ServerSession
  let served: ServedVault
  let quarantine: Quarantine
  let acceptance: Acceptance

  init(_ session: ServerSession, _ served: ServedVault) {
    self.session = session
    self.served = served
    quarantine = Quarantine(served.folder, identity: session.settings.identity)
    acceptance = Acceptance(
      served.vault, limits: PushLimits(bytesPerPush: UInt64(session.settings.bytesPerPush)))
  }

  /// Receives and places a push; gives the receipt, the original one where it had been accepted before.
  func take(_ push: Push) throws -> Receipt {
    try checkAnnounced(push.line.packs)
    try LogPlacing(served).finishPending()
    quarantine.clear(now: session.settings.now())
    if try acceptance.stands(Self.offer(push, [])) {
      try session.channel.send(Want(packs: []))
      return try original(push.ref, push.line.sequence)
    }
    if case .ref(let ref) = push.ref {
      quarantine.takeBack(push.line.packs.map { ($0.pack, [$0]) }, of: ref, served.folder)
    }
    let parts = try push.line.packs.map { try quarantine.part($0.pack, length: UInt64($0.length)) }
    do {
      try receive(parts)
      let accepted = try acceptance.check(
        Self.offer(push, parts), received: try received())
      let receipt = try LogPlacing(served).place(accepted)
      parts.forEach(quarantine.remove)
      return receipt
    } catch let refusal as Refusal {
      if refusal.code == .conflict, try acceptance.stands(Self.offer(push, [])) {
        // Somebody offered the very same at once, and was quicker.
        parts.forEach(quarantine.remove)
        return try original(push.ref, push.line.sequence)
      }
      // Who lost a race signs again, and need not send the evidence again.
      let keeps = refusal.code == .conflict || refusal.code == .failed || refusal.code == .busy
      for part in parts where !(keeps && part.isEvidence) { quarantine.remove(part) }
      throw refusal.code == .conflict ? try withTip(refusal, push.ref) : refusal
    }
  }

  /// The time at which authors are judged: the machine's, and not before what the log has accepted, whose times never go back.
  func received() throws -> Timestamp {
    let now = session.settings.now()
    return try session.log().checkpoint.map { max($0.received, now) } ?? now
  }

  func checkAnnounced(_ packs: [CarriedLine.Pack]) throws(Refusal) {
    var total = 0
    for pack in packs {
      let (sum, isOver) = total.addingReportingOverflow(pack.length)
      guard !isOver, sum <= session.settings.bytesPerPush else {
        throw Refusal(.limit, "the push brings over \(session.settings.bytesPerPush) bytes")
      }
      guard pack.length > 0 else { throw Refusal(.malformed, "pack \(pack.pack.hex) is empty") }
      total = sum
    }
  }

  private static func offer(_ push: Push, _ parts: [Quarantine.Part]) -> OfferedLine {
    OfferedLine(
      ref: push.ref, sequence: push.line.sequence, document: push.line.document,
      signatures: push.line.signatures,
      packs: parts.map { OfferedLine.Pack(id: $0.pack, length: $0.length, place: .file($0.file)) })
  }

  /// Asks for what is missing and takes it in. Where the disk fails, what is still due is read past, so that the client
  /// hears why.
  private func receive(_ parts: [Quarantine.Part]) throws {
    let missing = parts.filter { !$0.isWhole }
    try session.channel.send(Want(packs: missing.map { Want.Pack($0.pack, offset: Int($0.size)) }))
    try take(missing)
  }

  /// Takes in what is missing of parts, one behind the other, which the client was told to send.
  func take(_ parts: [Quarantine.Part]) throws {
    let channel = session.channel
    var failure: (any Error)?
    for part in parts {
      do {
        try channel.receiveData(Int64(part.length - part.size), within: session.settings.patience) { piece in
          if failure == nil { try part.append(piece) }
        }
      } catch let error as FileError {
        failure = error
        try channel.discardData(within: session.settings.patience)
      }
    }
    if let failure { throw failure }
  }

  /// The receipt that the push had when it was accepted, under the newest checkpoint. Its line stands, and its leaf is signed
  /// after that: where it is not yet, whoever is at it is waited for, and what a dead server owes is ended.
  func original(_ chain: ChainName, _ sequence: Int) throws -> Receipt {
    if let receipt = try signed(chain, sequence) { return receipt }
    try LogPlacing(served).finishPending()
    if let receipt = try signed(chain, sequence) { return receipt }
    throw Refusal(
      .failed, "\(chain) holds \(sequence), and the log has no leaf of it",
      hint: "the operator must look at the remote")
  }

  private func signed(_ chain: ChainName, _ sequence: Int) throws -> Receipt? {
    let log = try served.log()
    return try log.find(chain, sequence).map { try log.receipt(of: $0.index) }
  }

  func withTip(_ refusal: Refusal, _ chain: ChainName) throws -> Refusal {
    guard case .ref(let ref) = chain,
      let (id, commit) = try RefReader(RefIndex.openOrNew(served.folder, ref)).tip()
    else { return refusal }
    return Refusal(
      refusal.code, refusal.reason, hint: refusal.hint,
      tip: Tip(ref: ref, sequence: commit.sequence, commit: id, count: commit.count, root: commit.root))
  }
}
