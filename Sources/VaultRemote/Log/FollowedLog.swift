import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

/// A client's copy of a remote's log as one reads it: the leaves that the newest checkpoint it saw covers. Reading
/// changes nothing and takes no lock; a ``LogFollower`` extends the copy.
public struct FollowedLog: Sendable {
  /// The remote's name in this vault.
  public let remote: String
  let vault: VaultFolder
  let seen: SeenLog?

  /// Opens the copy; where nothing was seen of the remote's log yet, it is empty.
  ///
  /// Throws `damaged` where `<remote>.seen` is not what it must be. Its signature is not checked here, since the log's
  /// key may have changed since: see ``verify(by:)``.
  public init(_ vault: VaultFolder, remote: String) throws {
    self.vault = vault
    self.remote = remote
    seen = try Self.readSeen(vault, remote)
  }

  /// The remotes of which the vault has seen a log, in order.
  public static func remotes(_ vault: VaultFolder) throws -> [String] {
    let folder = folder(vault)
    guard try vault.files.exists(folder) else { return [] }
    return try vault.files.list(folder).compactMap { name in
      name.hasSuffix(".seen") && isName(String(name.dropLast(5))) ? String(name.dropLast(5)) : nil
    }
  }

  /// The newest checkpoint that was seen; nil where none was.
  public var checkpoint: Checkpoint? { seen?.checkpoint }
  /// The note with that checkpoint.
  public var note: [UInt8]? { seen?.note }
  /// The number of leaves of the copy.
  public var size: Int { seen?.checkpoint.size ?? 0 }

  /// Which of these keys of logs signed the newest checkpoint; nil where none did, so that its receipts do not count.
  public func signer(among keys: [NoteVerifier]) -> NoteVerifier? {
    seen.flatMap { try? VerifiedCheckpoint($0.note, byOneOf: keys).key }
  }

  static func folder(_ vault: VaultFolder) -> String { Paths.join(vault.root, "receipts") }
  static func seenName(_ remote: String) -> String { "\(remote).seen" }
  static func path(_ vault: VaultFolder, _ remote: String) -> String {
    Paths.join(folder(vault), "\(remote).log")
  }
  static func isName(_ remote: String) -> Bool { RefName.isPeriodName(remote) }

  static func readSeen(_ vault: VaultFolder, _ remote: String) throws -> SeenLog? {
    guard isName(remote) else { throw StoreError(.badInput, "\"\(remote)\" is no name of a remote") }
    let path = Paths.join(folder(vault), seenName(remote))
    guard let bytes = try vault.files.readIfThere(path, limit: SeenLog.limit) else { return nil }
    do throws(FormatError) {
      return try SeenLog(decoding: bytes)
    } catch {
      throw LogError(.damaged, "\(path): \(error.reason)")
    }
  }
}

extension FollowedLog {
  /// Gives each leaf with its index to `body` until that answers false.
  private func scan(_ body: (UnsafeRawBufferPointer, Int) throws -> Bool) throws {
    guard let seen, size > 0 else { return }
    let lines = try LeafLines(vault.files, path: Self.path(vault, remote))
    var index = 0
    var goesOn = true
    let end = try lines.scan(to: seen.length) { line, _ in
      defer { index += 1 }
      goesOn = try body(line, index)
      return goesOn
    }
    guard !goesOn || (index == size && end == seen.length) else {
      throw LogError(
        .damaged,
        "\(lines.file.path) has not the \(counted(size, "leaf", "leaves")) that \(Self.seenName(remote)) covers"
      )
    }
  }

  /// Gives each leaf with its place to `body`, until that answers false. That the leaves are those that were signed is
  /// shown by ``verify(by:)``, or leaf by leaf by their receipts.
  public func scanLeaves(_ body: (PlacedLeaf) throws -> Bool) throws {
    try scan { line, index in try body(PlacedLeaf(index: index, leaf: try LogLeaf(leaf: line))) }
  }

  /// The leaf that accepted a ref's commit, or the trust document, with this sequence or number; nil without one.
  /// Reads the whole copy. That the leaf is in the log that was signed is shown by its ``receipt(of:)``.
  public func find(_ subject: ChainName, _ number: Int) throws -> PlacedLeaf? {
    try bound(subject, number).flatMap { $0.leaf.number == number ? $0 : nil }
  }

  /// The first leaf at or behind this sequence or number: what it accepts was received no later (docs/protocol.md
  /// §5.4). Nil where there is none. Reads the whole copy, as ``find(_:_:)`` does.
  public func bound(_ subject: ChainName, _ number: Int) throws -> PlacedLeaf? {
    var found: PlacedLeaf?
    try scanLeaves { placed in
      if placed.leaf.subject == subject, placed.leaf.number >= number { found = placed }
      return found == nil
    }
    return found
  }

  /// The newest of all leaves; nil where there is none. Reads that one alone.
  public func newestLeaf() throws -> PlacedLeaf? {
    guard let seen, size > 0 else { return nil }
    var newest: PlacedLeaf?
    try LeafLines(vault.files, path: Self.path(vault, remote)).scanBack(from: seen.length) { line, _ in
      newest = PlacedLeaf(index: size - 1, leaf: try LogLeaf(leaf: line))
      return false
    }
    return newest
  }

  /// The newest leaf of each of `subjects` that has one. That the leaves are those that were signed is shown by
  /// ``verify(by:)``.
  public func newest(of subjects: Set<ChainName>) throws -> [ChainName: PlacedLeaf] {
    try NewestLeaves(vault, of: remote, seen).of(subjects)
  }

  /// The last leaf of each ref, and of the trust.
  public func newest() throws -> [ChainName: LogLeaf] {
    try NewestLeaves(vault, of: remote, seen).all().mapValues(\.leaf)
  }

  /// The receipt of leaf `index` under the newest checkpoint, made from the copy, which is read whole.
  ///
  /// Throws `noSuchLeaf`, or `damaged` where the copy does not lead to the checkpoint's root.
  public func receipt(of index: Int) throws -> Receipt {
    var receipt: Receipt?
    try receipts(of: [index]) { receipt = $0 }
    guard let receipt else { throw missing(index) }
    return receipt
  }

  /// Gives the receipts of these leaves, in order, to `body`. The copy is read twice, whatever their number, and 32
  /// bytes are held for each of its hashes.
  ///
  /// Throws as ``receipt(of:)`` does.
  public func receipts(of indices: Set<Int>, _ body: (Receipt) throws -> Void) throws {
    guard let last = indices.max(), let least = indices.min() else { return }
    guard let seen, least >= 0, last < size else { throw missing(least < 0 ? least : last) }
    var tree = GrowingTree()
    try scan { line, _ in
      tree.append(line)
      return true
    }
    let nodes = LogNodes.memory(tree.hashes)
    try scan { line, index in
      if indices.contains(index) {
        let proof = try nodes.inclusion(of: index, size: size, root: seen.checkpoint.root)
        try body(
          Receipt(
            index: index, leaf: Array(line), proof: proof.path.map { MerkleHash($0) }, checkpoint: seen.note))
      }
      return index < last
    }
  }

  private func missing(_ index: Int) -> LogError {
    LogError(.noSuchLeaf, "the copy of \(remote)'s log has no leaf \(index)")
  }

  /// Checks the whole copy: each leaf is canonical, of this vault, and follows the one before; sequences and numbers
  /// rise; all leaves together give the root of the checkpoint, which one of `keys` signed. Gives what they say.
  ///
  /// Throws `damaged` where leaves and checkpoint do not fit; else `malformedLeaf`, `otherVault`, `receivedWentBack`,
  /// `sequenceWentBack`, `malformedCheckpoint` or `notSigned`.
  public func verify(by keys: [NoteVerifier]) throws -> Acceptances {
    var acceptances = Acceptances()
    var tree = GrowingTree()
    var last: Timestamp?
    try scan { line, index in
      let leaf = try LogLeaf(leaf: line)
      try leaf.checkFollows(last, vault: vault.id)
      try acceptances.append(PlacedLeaf(index: index, leaf: leaf))
      tree.append(line)
      last = leaf.received
      return true
    }
    guard let seen else { return acceptances }
    guard tree.root == seen.checkpoint.root else {
      throw LogError(.damaged, "the copy of \(remote)'s log does not lead to the root of its checkpoint")
    }
    let verified = try VerifiedCheckpoint(seen.note, byOneOf: keys)
    if let last, verified.received < last {
      throw LogError(.receivedWentBack, "the checkpoint of \(remote)'s log is older than its last leaf")
    }
    return acceptances
  }
}

extension NewestLeaves {
  /// Of a client's copy of a remote's log, as far as it was seen.
  init(_ vault: VaultFolder, of remote: String, _ seen: SeenLog?) throws {
    try self.init(
      vault.files, kept: ChainTips.path(vault, of: remote), log: FollowedLog.path(vault, remote),
      to: seen?.length ?? 0, count: seen?.checkpoint.size ?? 0)
  }
}
