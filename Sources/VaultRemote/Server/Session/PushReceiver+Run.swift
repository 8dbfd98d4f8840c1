import VaultCore
import VaultFiles

extension PushReceiver {
  /// Receives and places a run (docs/protocol.md, §3.10); gives the receipt of its last commit, the original one where
  /// all of it had been accepted before.
  func take(_ run: Run) throws -> Receipt {
    let packs = run.lines.flatMap(\.packs)
    try checkAnnounced(packs)
    try LogPlacing(served).finishPending()
    quarantine.clear(now: session.settings.now())
    if try acceptance.stands(run) {
      try session.channel.send(DataAnswer(length: 0))
      return try original(.ref(run.ref), run.lines[run.lines.count - 1].sequence)
    }
    do {
      try acceptance.checkFollows(run)
      let length = packs.reduce(0) { $0 + UInt64($1.length) }
      // Whoever offers the same again goes on with what has arrived.
      let id = ObjectID(of: run.encoded())
      quarantine.takeBack([(id, packs)], of: run.ref, served.folder)
      return try take(run, try quarantine.part(id, length: length))
    } catch let refusal as Refusal {
      throw refusal.code == .conflict ? try withTip(refusal, .ref(run.ref)) : refusal
    }
  }

  private func take(_ run: Run, _ part: Quarantine.Part) throws -> Receipt {
    do {
      try session.channel.send(DataAnswer(length: Int(part.length - part.size)))
      if !part.isWhole { try take([part]) }
      let accepted = try acceptance.check(
        OfferedRun(run, in: part.file), received: try received())
      let receipt = try LogPlacing(served).place(accepted)
      quarantine.remove(part)
      return receipt
    } catch let refusal as Refusal {
      if refusal.code == .conflict, try acceptance.stands(run) {
        quarantine.remove(part)
        return try original(.ref(run.ref), run.lines[run.lines.count - 1].sequence)
      }
      if refusal.code != .failed, refusal.code != .busy { quarantine.remove(part) }
      throw refusal
    }
  }
}
