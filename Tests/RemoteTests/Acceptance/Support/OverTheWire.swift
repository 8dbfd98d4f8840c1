import Synchronization
import Testing
import VaultAudit
import VaultCore
import VaultFiles
import VaultRemote
import VaultSigning

@testable import VaultStore

extension PushScene {
  /// Gives the remote a log with a leaf for all that it holds, as if it had received that at the beginning.
  func beginLog() throws {
    let vault = try vault
    let files = LogKeyFiles(disk, root: Self.root)
    _ = try files.make(name: "test.example/log", seed: [UInt8](repeating: 5, count: 32))
    let writer = try RemoteLogWriter(vault.folder, files.signer())
    for document in try TrustStore(vault.folder).all() {
      let line = document.record.line
      _ = try writer.append(
        LogLeaf(
          acceptingTrust: line.document, number: line.sequence, vault: vault.folder.id,
          signatures: line.signatures, received: Self.from))
    }
    let reader = try vault.period(Self.period)
    for sequence in 1...reader.index.sequence {
      let (id, commit) = try reader.commit(sequence)
      _ = try writer.append(
        LogLeaf(
          accepting: id, commit, signatures: reader.refLine(sequence).signatures,
          trust: vault.newestTrust().id, received: Self.from))
    }
  }

  /// Pushes in a session of the protocol, as its client does it, and gives what the server says in the end.
  func pushOverTheWire(_ push: OfferedLine, at received: Timestamp) throws -> Result<Receipt, Refusal> {
    let settings = ServerSettings(
      root: "/", identity: "attacker", rights: [.push], now: { received })
    let answer = Mutex<Result<Receipt, Refusal>?>(nil)
    try Wire.session(serverOpens: true) { [disk] channel in
      // A refusal of code `protocol` ends the session, and is told to the client as well.
      do { try ServerSessionClient(channel, disk).push(push, answer) } catch is ChannelError {}
    } server: { [disk] channel in
      do { try ServerSession(channel, settings, files: disk).run() } catch is Refusal {}
    }
    return try #require(answer.withLock { $0 })
  }
}

/// The client's side of a push, without an honest client's own checks.
private struct ServerSessionClient {
  private let channel: Channel
  private let disk: MemoryFiles

  init(_ channel: Channel, _ disk: MemoryFiles) {
    self.channel = channel
    self.disk = disk
  }

  func push(_ push: OfferedLine, _ answer: borrowing Mutex<Result<Receipt, Refusal>?>) throws {
    let result: Result<Receipt, Refusal>
    do {
      result = .success(try offer(push))
    } catch let refusal as Refusal {
      result = .failure(refusal)
    }
    answer.withLock { $0 = result }
    if case .failure(let refusal) = result, refusal.code == .protocol { return }
    try channel.send(Bye())
  }

  private func offer(_ push: OfferedLine) throws -> Receipt {
    _ = try channel.ask(Hello(path: "v", vault: nil, client: "attacker"), for: Welcome.self)
    let line = CarriedLine(
      sequence: push.sequence, document: push.document, signatures: push.signatures,
      packs: push.packs.map {
        CarriedLine.Pack($0.id, length: min(Int(clamping: $0.length), CanonicalValue.maxInteger))
      })
    let want = try channel.ask(Push(ref: push.ref, line: line), for: Want.self)
    for wanted in want.packs {
      guard let pack = push.packs.first(where: { $0.id == wanted.pack }), case .file(let file) = pack.place
      else { throw Refusal(.failed, "the server wants what was not offered") }
      // Exactly what was announced goes over the wire, whatever the file has.
      var bytes = try file.readFully(at: 0, count: Int(try file.size()))
      bytes =
        Array(bytes.prefix(Int(pack.length)))
        + [UInt8](repeating: 0, count: max(0, Int(pack.length) - bytes.count))
      try disk.writeNewFile("/sent", bytes, durable: false, replace: true)
      let sent = try SharedFile(disk, path: "/sent")
      try channel.send(sent.file, from: Int64(wanted.offset), count: Int64(bytes.count - wanted.offset))
    }
    return try channel.receive(Receipt.self)
  }
}
