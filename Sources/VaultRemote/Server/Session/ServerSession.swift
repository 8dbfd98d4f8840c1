import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

/// Serves one client over a channel (docs/protocol.md, §3): one question at a time, each with its answer.
///
/// Reading takes no lock and writes nothing but the access log. Belongs to one thread.
public final class ServerSession {
  let channel: Channel
  let settings: ServerSettings
  let files: any FileLayer
  private var served: ServedVault?
  private var newestLog: RemoteLog?
  private var access: AccessLog?

  public init(_ channel: Channel, _ settings: ServerSettings, files: any FileLayer = SystemFiles.shared) {
    self.channel = channel
    self.settings = settings
    self.files = files
  }

  /// Serves until the client is done. Throws where the session broke off: `ChannelError`, or the `Refusal` of code
  /// `protocol` that was the last thing said.
  public func run() throws {
    try channel.open()
    do {
      while let question = try channel.receiveQuestion(within: settings.patience) {
        if case .bye = question { break }
        try answered(question)
      }
    } catch let refusal as Refusal {
      access?.note("refused", code: refusal.code)
      try channel.send(refusal)
      throw refusal
    }
    access?.note("end", bytes: channel.bytesReceived + channel.bytesSent)
  }

  /// Answers a question, if only with a refusal; throws where nothing can follow.
  private func answered(_ question: Question) throws {
    do {
      try Refusal.ofFailures { try answer(question) }
    } catch let refusal as Refusal {
      guard refusal.code != .protocol, !channel.isClosed else { throw refusal }
      // A push has told of its own refusal.
      switch question {
      case .push, .run: break
      default: access?.note("refused", code: refusal.code, reason: refusal.reason)
      }
      try channel.send(refusal)
    }
  }

  private func answer(_ question: Question) throws {
    if case .hello(let hello) = question { return try channel.send(try greet(hello)) }
    guard let served else { throw Refusal(.protocol, "a session begins with \"hello\"") }
    switch question {
    case .hello, .bye: break
    case .refs: try channel.send(try refs(served))
    case .lines(let asked): try channel.send(try lines(asked, served))
    case .packs(let asked): try sendPacks(asked, served)
    case .leaves(let asked): try channel.send(try Self.refusingAbsent { try leaves(asked) })
    case .proof(let asked): try channel.send(try Self.refusingAbsent { try proof(asked, served) })
    case .frontier(let asked): try channel.send(try frontier(asked, served))
    case .paths(let asked): try channel.send(try paths(asked, served))
    case .push(let push):
      try take(push.ref, push.line.sequence, push.line.packs) { try PushReceiver(self, served).take(push) }
    case .run(let run):
      try take(.ref(run.ref), run.lines[run.lines.count - 1].sequence, run.lines.flatMap(\.packs)) {
        try PushReceiver(self, served).take(run)
      }
    }
  }

  // MARK: - Greeting and log

  private func greet(_ hello: Hello) throws -> Welcome {
    guard served == nil else { throw Refusal(.protocol, "\"hello\" is said once") }
    let found = try ServedVault.find(hello.path, files, settings)
    if let wanted = hello.vault, wanted != found.folder.id {
      throw Refusal(.otherVault, "\(hello.path) is the vault \(found.folder.id), not \(wanted)")
    }
    let log = try found.log()
    guard let checkpoint = log.checkpoint else { throw Refusal(.failed, "the vault's log is empty") }
    served = found
    newestLog = log
    access = AccessLog(found.folder, settings)
    access?.note("begin")
    return Welcome(
      vault: found.folder.id, identity: settings.identity,
      allow: Right.allCases.filter { settings.rights.contains($0) }, log: found.key.name,
      logKey: found.key.description, checkpoint: String(decoding: checkpoint.note, as: UTF8.self),
      now: settings.now(), bytesPerPush: settings.bytesPerPush, packBytes: settings.bytesPerPush)
  }

  /// The log that the client was last told of.
  func log() throws -> RemoteLog {
    guard let newestLog else { throw Refusal(.protocol, "a session begins with \"hello\"") }
    return newestLog
  }

  /// A leaf that is not there is the client's mistake, and the session goes on.
  private static func refusingAbsent<Answer>(_ answer: () throws -> Answer) throws -> Answer {
    do {
      return try answer()
    } catch let error as LogError {
      guard error.code == .noSuchLeaf else { throw error }
      throw Refusal(.notFound, error.reason)
    }
  }

  private func leaves(_ asked: LeavesQuestion) throws -> LeavesAnswer {
    try need(.fetch, .push)
    let leaves = try log().leaves(from: asked.from, limit: asked.limit)
    return LeavesAnswer(leaves: leaves.map { String(decoding: $0, as: UTF8.self) })
  }

  /// Of the log as it is now, which the session goes on with.
  private func proof(_ asked: ProofQuestion, _ served: ServedVault) throws -> ProofAnswer {
    try need(.fetch, .push)
    let log = try served.log()
    newestLog = log
    guard let checkpoint = log.checkpoint else { throw Refusal(.failed, "the vault's log is empty") }
    return ProofAnswer(
      inclusion: try asked.leaf.map { try log.inclusion(of: $0).path },
      consistency: try log.consistency(from: asked.size).path,
      checkpoint: String(decoding: checkpoint.note, as: UTF8.self))
  }

  // MARK: - Rights

  /// Refuses what needs one of `rights`, where the key has none of them.
  func need(_ rights: Right...) throws(Refusal) {
    guard rights.contains(where: settings.rights.contains) else {
      throw Refusal(.notAllowed, "\(settings.identity) may not \(rights[0].rawValue) here")
    }
  }

  /// Refuses a ref that the key may not see, as one that is not there.
  func needSight(_ ref: RefName) throws(Refusal) {
    guard settings.sees(ref.period) else { throw Refusal(.notFound, "there is no \(ref) here") }
  }

  // MARK: - Pushes

  /// Takes a push or a run, of which `sequence` is the last, and tells the access log of it.
  private func take(
    _ chain: ChainName, _ sequence: Int, _ packs: [CarriedLine.Pack], _ receive: () throws -> Receipt
  ) throws {
    let bytes = Int64(packs.reduce(0) { $0 &+ $1.length })
    do {
      try need(.push)
      if case .ref(let ref) = chain { try needSight(ref) }
      let receipt = try receive()
      newestLog = try served?.log()
      access?.note("push", ref: chain, sequence: sequence, bytes: bytes)
      try channel.send(receipt)
    } catch let refusal as Refusal {
      access?.note(
        "push", ref: chain, sequence: sequence, bytes: bytes, code: refusal.code, reason: refusal.reason)
      throw refusal
    }
  }
}
