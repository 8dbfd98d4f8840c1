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
  /// The server's file layer is `files`, where that is given.
  func pushOverTheWire(
    _ push: OfferedLine, at received: Timestamp = now, files: (any FileLayer)? = nil,
    as identity: String = "attacker"
  ) throws -> Result<Receipt, Refusal> {
    try overTheWire(at: received, files: files, as: identity) { [disk] channel in
      let want = try channel.ask(Push(ref: push.ref, line: push.carried), for: Want.self)
      for wanted in want.packs {
        guard let pack = push.packs.first(where: { $0.id == wanted.pack }), case .file(let file) = pack.place
        else { throw Refusal(.failed, "the server wants what was not offered") }
        let bytes = try file.readFully(at: 0, count: Int(try file.size()))
        try channel.send(bytes, announced: Int(pack.length), from: wanted.offset, disk)
      }
      return try channel.receive(Receipt.self)
    }
  }

  /// The same with a run.
  func runOverTheWire(
    _ run: OfferedRun, at received: Timestamp = now, files: (any FileLayer)? = nil,
    as identity: String = "attacker"
  ) throws -> Result<Receipt, Refusal> {
    try overTheWire(at: received, files: files, as: identity) { [disk] channel in
      let question = Run(ref: run.ref, lines: run.lines.map(\.carried))
      let length = try channel.ask(question, for: DataAnswer.self).length
      let announced = question.lines.flatMap(\.packs).reduce(0) { $0 + $1.length }
      let bytes = try run.file.readFully(at: 0, count: Int(try run.file.size()))
      try channel.send(bytes, announced: announced, from: announced - length, disk)
      return try channel.receive(Receipt.self)
    }
  }

  /// A session with the remote of one who asks what `attack` asks, without an honest client's own checks.
  func overTheWire<R: Sendable>(
    at received: Timestamp = now, files: (any FileLayer)? = nil, as identity: String = "attacker",
    _ attack: @Sendable (Channel) throws -> R
  ) throws -> Result<R, Refusal> {
    let settings = ServerSettings(root: "/", identity: identity, rights: [.push], now: { received })
    let answer = Mutex<Result<R, Refusal>?>(nil)
    try Wire.session(serverOpens: true) { channel in
      // A refusal of code `protocol` ends the session, and is told to the client as well.
      do {
        let result: Result<R, Refusal>
        do {
          _ = try channel.ask(Hello(path: "v", vault: nil, client: "attacker"), for: Welcome.self)
          result = .success(try attack(channel))
        } catch let refusal as Refusal {
          result = .failure(refusal)
        }
        answer.withLock { $0 = result }
        if case .failure(let refusal) = result, refusal.code == .protocol { return }
        try channel.send(Bye())
      } catch is ChannelError {}
    } server: { [disk] channel in
      do { try ServerSession(channel, settings, files: files ?? disk).run() } catch is Refusal {}
    }
    return try #require(answer.withLock { $0 })
  }
}

extension OfferedLine {
  /// The line as a message carries it.
  var carried: CarriedLine {
    CarriedLine(
      sequence: sequence, document: document, signatures: signatures,
      packs: packs.map {
        CarriedLine.Pack($0.id, length: min(Int(clamping: $0.length), CanonicalValue.maxInteger))
      })
  }
}

extension Channel {
  /// Sends exactly what was announced, whatever there is of it.
  fileprivate func send(_ bytes: [UInt8], announced: Int, from offset: Int, _ disk: MemoryFiles) throws {
    let padded =
      Array(bytes.prefix(announced)) + [UInt8](repeating: 0, count: max(0, announced - bytes.count))
    try disk.writeNewFile("/sent", padded, durable: false, replace: true)
    try send(
      try SharedFile(disk, path: "/sent").file, from: Int64(offset), count: Int64(padded.count - offset))
  }
}
