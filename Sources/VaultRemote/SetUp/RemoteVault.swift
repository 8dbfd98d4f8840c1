import VaultAudit
import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

/// Makes the bare vault that a remote keeps: the trust documents of a vault, no periods, and the key of a log
/// (docs/protocol.md, §5.2).
public struct RemoteVault {
  /// The new vault, its trust verified.
  public let vault: OpenVault
  /// The log's name and public key, as in `log.pub`.
  public let log: NoteVerifier
  /// Where the private half lies.
  public let keyFile: String

  /// Where the log's key comes from.
  public struct LogKey {
    /// The log's C2SP origin; nil for one that is made of the vault's id and the key's hash.
    public var name: String?
    /// The private key file: read if it is there, else made; nil for `log.key` in the vault.
    public var file: String?
    /// 32 random bytes, from which a key is made where there is none.
    public var seed: [UInt8]

    public init(name: String? = nil, file: String? = nil, seed: [UInt8]) {
      self.name = name
      self.file = file
      self.seed = seed
    }
  }

  /// Makes the vault in `root`, which must be absent or empty, and begins its log with a leaf for each trust document,
  /// received at `time`. It becomes a vault with its last file, `vault.json`, so what a broken-off attempt leaves is
  /// none, and is taken over by the next attempt.
  public static func create(
    _ files: any FileLayer, root: String, from source: OpenVault, key: LogKey, time: Timestamp
  ) throws -> RemoteVault {
    let documents = try TrustStore(source.folder).all().prefix(source.trust.documents.count)
    let place = LogKeyPlace(files, root: root, key)
    try place.check()
    var made: RemoteVault?
    _ = try VaultFolder.create(files, root: root, copying: Array(documents)) { folder in
      let vault = try OpenVault(folder, pinned: source.folder.id)
      let pair = try place.make(vault: folder)
      try begin(folder, try pair.signer(), at: time)
      made = RemoteVault(vault: vault, log: try pair.verifier(), keyFile: place.path)
    }
    guard let made else { preconditionFailure("a vault was made without being prepared") }
    return made
  }

  /// Signs a remote's log again, as it is at `time`, once what a server that died left of a push is ended; nil for a log
  /// without leaves.
  ///
  /// Throws ``Refusal`` where that cannot be ended, and what reading the key and the log throw.
  public static func renewCheckpoint(
    _ vault: OpenVault, _ keys: LogKeyFiles, at time: Timestamp
  ) throws -> Checkpoint? {
    try LogPlacing(ServedVault(vault: vault, key: keys.verifier(), keys: keys)).finishPending()
    let writer = try RemoteLogWriter(vault.folder, keys.signer(), settling: false)
    if let next = try LogNext.load(vault.folder), next.accepted(by: writer) > 0 {
      throw Refusal(.busy, "a push is unfinished", hint: "try again")
    }
    try writer.renew(at: time)
    return writer.checkpoint?.checkpoint
  }

  /// Appends the leaves that an earlier attempt did not get to.
  private static func begin(_ vault: VaultFolder, _ signer: NoteSigner, at time: Timestamp) throws {
    let writer = try RemoteLogWriter(vault, signer)
    for document in try TrustStore(vault).all().dropFirst(writer.size) {
      let line = document.record.line
      _ = try writer.append(
        LogLeaf(
          acceptingTrust: document.id, number: line.sequence, vault: vault.id, signatures: line.signatures,
          received: max(time, writer.earliest ?? time)))
    }
  }
}

/// The files of the new log's key.
private struct LogKeyPlace {
  private let files: any FileLayer
  private let root: String
  private let key: RemoteVault.LogKey
  private let pair: LogKeyFiles

  init(_ files: any FileLayer, root: String, _ key: RemoteVault.LogKey) {
    self.files = files
    self.root = root
    self.key = key
    pair = LogKeyFiles(files, root: root, privatePath: key.file)
  }

  private var inside: String { Paths.join(root, VaultFolder.logKeyName) }

  /// The private key file.
  var path: String { pair.privatePath }

  /// Refuses what could only fail once something is written.
  func check() throws {
    if let name = key.name { try check(name) }
    if try files.exists(path) { _ = try publicKey() }
    if path == inside { return }
    guard !path.hasPrefix(root + "/") else {
      throw StoreError(
        .badInput, "the key file \(path) would lie in the vault",
        hint: "take a file outside of it, or none for \(VaultFolder.logKeyName)")
    }
    guard try !files.exists(inside) else {
      throw StoreError(
        .exists, "\(inside) is there already, of an earlier attempt",
        hint: "try again without another key file, or delete \(root)")
    }
  }

  private func check(_ name: String) throws {
    guard NoteVerifier.isLogName(name) else {
      throw StoreError(
        .badInput, "\"\(name)\" is no name of a log",
        hint: "1 to 255 printable ASCII characters without spaces and '+'")
    }
    if let earlier = try earlierName(), earlier != name {
      throw StoreError(
        .exists, "an earlier attempt named the log \(earlier)",
        hint: "try again without another name, or delete \(root)")
    }
  }

  /// The name that a broken-off attempt gave; its leaves are signed under it.
  private func earlierName() throws -> String? {
    try files.exists(pair.publicPath) ? pair.verifier().name : nil
  }

  /// Makes sure of both key files.
  func make(vault: VaultFolder) throws -> LogKeyFiles {
    try files.makeDirectories(vault.staging, durable: false)
    let name = try key.name ?? earlierName() ?? Self.name(vault.id, publicKey())
    _ = try pair.make(name: name, seed: key.seed, staging: vault.staging)
    return pair
  }

  /// The public half, 32 bytes, of the key that is there, or of the one that the seed makes.
  private func publicKey() throws -> [UInt8] {
    guard try files.exists(path) else {
      return try NoteSigner(name: "log", file: NoteSigner.keyFile(seed: key.seed, comment: "")).verifier
        .publicKey
    }
    return try NoteSigner(name: "log", file: LogKeyFiles.readOwn(files, path)).verifier.publicKey
  }

  /// A name that no other log has: of the vault and of the key.
  private static func name(_ vault: ObjectID, _ key: [UInt8]) -> String {
    "evidence-vault.org/\(vault.hex.prefix(16))/\(ObjectID(of: key).hex.prefix(16))"
  }
}
