import VaultAudit
import VaultCore
import VaultFiles
import VaultFsck
import VaultSigning
import VaultStore

/// A push that was checked and may be placed; made only by ``Acceptance/check(_:received:)``.
public struct Accepted: Sendable {
  private let vault: OpenVault
  private let addition: [IncomingPack]
  /// What was pushed.
  public let push: OfferedLine
  /// The commit; nil for a trust document.
  public let commit: Commit?
  /// The commit that it follows; nil for a ref's first and for a trust document.
  public let parent: ObjectID?
  /// The newest trust document, by which its author was judged; for a trust document the one before.
  public let trust: ObjectID
  /// The time at which its author's key counted.
  public let received: Timestamp

  init(
    vault: OpenVault, push: OfferedLine, addition: Addition, commit: Commit?, parent: ObjectID?,
    trust: ObjectID,
    received: Timestamp
  ) {
    self.vault = vault
    self.push = push
    self.addition = addition.packs.map { IncomingPack(id: $0.id, length: $0.length, file: $0.file) }
    self.commit = commit
    self.parent = parent
    self.trust = trust
    self.received = received
  }

  /// Puts the push into the vault (docs/protocol.md, §6, rule 8): under the ref's lock, packs are made durable, then
  /// `accept` is called, which appends to the remote's log, then the ref line is appended and synced.
  ///
  /// Packs are copied out of their files, which stay, or, where they are large, renamed out of their place.
  ///
  /// - Parameter accept: gets the line that will be written, and must keep it where a server that starts again finds
  ///   it, before it appends the leaf that accepts the push. If it throws, the push is not accepted; packs that it
  ///   brought are left as the residue of an unfinished write.
  /// - Throws: ``Refusal``: `conflict` where the ref or the trust has changed since the check; `failed` where the
  ///   server's files fail. After `failed` whether the push stands is for the log to say.
  public func place(_ accept: (PendingLine) throws -> Void) throws {
    try Refusal.ofFailures {
      switch push.ref {
      case .ref(let name): try place(name, accept)
      case .trust: try placeTrust(accept)
      }
    }
  }

  private var line: UnplacedLine {
    UnplacedLine(
      kind: push.ref.kind, document: push.document, sequence: push.sequence, signatures: push.signatures)
  }

  private func place(_ name: RefName, _ accept: (PendingLine) throws -> Void) throws {
    let writer: RefWriter
    do {
      writer = try RefWriter(vault.folder, name, creating: push.sequence == 1)
    } catch let error as StoreError {
      throw error.code == .exists ? moved : error
    }
    guard writer.index.sequence == push.sequence - 1, writer.index.tip == parent else { throw moved }
    guard try vault.refreshed().newestTrust().id == trust else {
      throw Refusal(
        .conflict, "a new trust document was accepted meanwhile", hint: "fetch it, and push again")
    }
    // The commit relies on it, and its writer may have died before it synced.
    try vault.folder.makeDurable(vault.folder.trustLog)
    try writer.append(line, addition) { try accept(PendingLine(push.ref, $0)) }
  }

  private func placeTrust(_ accept: (PendingLine) throws -> Void) throws {
    let isPlaced = try TrustStore(vault.folder).append(line, addition, after: trust) {
      try accept(PendingLine(push.ref, $0))
    }
    guard isPlaced else { throw moved }
  }

  private var moved: Refusal {
    Refusal(.conflict, "\(push.ref) has changed meanwhile", hint: "fetch what was added, and commit again")
  }
}

/// A ref line whose packs are in the vault, and which stands once the remote's log has its leaf.
public struct PendingLine: Sendable {
  public let ref: ChainName
  /// The line's bytes without its LF.
  public let bytes: [UInt8]

  public init(ref: ChainName, bytes: [UInt8]) {
    self.ref = ref
    self.bytes = bytes
  }

  init(_ ref: ChainName, _ line: RefLine) { self.init(ref: ref, bytes: line.encoded()) }

  /// The line.
  ///
  /// - Throws: ``Refusal`` with `failed` for bytes that are none.
  func line() throws(Refusal) -> RefLine {
    do throws(FormatError) {
      return try bytes.withBytes { raw throws(FormatError) in try RefLine(decoding: raw, kind: ref.kind) }
    } catch {
      throw Refusal(.failed, "the line that was to be written cannot be read: \(error.reason)")
    }
  }

  /// Writes the line where it does not stand yet; for a server that starts again and finds its leaf in the log.
  ///
  /// - Parameter isDue: asked under the ref's lock; if it says no, nothing is written.
  /// - Throws: ``Refusal`` with `failed` where the vault is not as it was when the line was made.
  public func finish(_ vault: VaultFolder, isDue: () throws -> Bool = { true }) throws {
    try Refusal.ofFailures {
      let line = try line()
      switch ref {
      case .trust: try TrustStore(vault).finish(line, isDue: isDue)
      case .ref(let name):
        let writer = try Self.writer(vault, name, line)
        if try isDue() { try writer.finish(line) }
      }
    }
  }

  private static func writer(_ vault: VaultFolder, _ name: RefName, _ line: RefLine) throws -> RefWriter {
    guard try line.sequence == 1 && RefIndex.openOrNew(vault, name).sequence == 0 else {
      return try RefWriter(vault, name)
    }
    do {
      return try RefWriter(vault, name, creating: true)
    } catch let error as StoreError {
      guard error.code == .exists else { throw error }
      // Its own writer was alive, and has ended it while this waited for the lock.
      return try RefWriter(vault, name)
    }
  }
}
