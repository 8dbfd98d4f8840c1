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

  /// Makes the vault in `root`, which must be absent or empty; it becomes one with its last file, `vault.json`, so
  /// what a broken-off attempt leaves is no vault, and is taken over by the next attempt.
  ///
  /// `start` begins the log. It gets the vault before anybody else can open it, with all trust documents and the
  /// key files in place, and may find what an earlier attempt left in `log/`.
  public static func create(
    _ files: any FileLayer, root: String, from source: OpenVault, key: LogKey,
    start: (RemoteVault) throws -> Void = { _ in }
  ) throws -> RemoteVault {
    let documents = try TrustStore(source.folder).all().prefix(source.trust.documents.count)
    let place = LogKeyPlace(files, root: root, key)
    try place.check()
    var made: RemoteVault?
    _ = try VaultFolder.create(files, root: root, copying: Array(documents)) { folder in
      let vault = try OpenVault(folder, pinned: source.folder.id)
      try files.makeDirectories(folder.staging, durable: false)
      let log = try place.make(vault: folder.id, staging: folder.staging)
      let remote = RemoteVault(vault: vault, log: log, keyFile: place.path)
      try start(remote)
      made = remote
    }
    guard let made else { preconditionFailure("a vault was made without being prepared") }
    return made
  }
}

/// The files of a log's key.
private struct LogKeyPlace {
  let files: any FileLayer
  let root: String
  let key: RemoteVault.LogKey

  init(_ files: any FileLayer, root: String, _ key: RemoteVault.LogKey) {
    self.files = files
    self.root = root
    self.key = key
  }

  private var inside: String { Paths.join(root, VaultFolder.logKeyName) }
  private var isInside: Bool { path == inside }

  /// The private key file.
  var path: String { key.file ?? inside }

  /// Refuses what could only fail once something is written.
  func check() throws {
    if let name = key.name, !NoteVerifier.isLogName(name) {
      throw StoreError(
        .badInput, "\"\(name)\" is no name of a log",
        hint: "1 to 255 printable ASCII characters without spaces and '+'")
    }
    if isInside { return }
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
    if try files.exists(path) { _ = try read() }
  }

  /// Makes sure of both key files.
  func make(vault: ObjectID, staging: String) throws -> NoteVerifier {
    if try !files.exists(path) {
      try files.writeNewFile(
        path, try NoteSigner.keyFile(seed: key.seed, comment: "log of a vault"), permissions: 0o600,
        staging: isInside ? staging : nil)
    }
    let publicKey = try read()
    let log = try NoteVerifier(name: key.name ?? Self.name(vault, publicKey), publicKey: publicKey)
    // Until there is a vault nobody relies on a name that an earlier attempt has given.
    try files.writeNewFile(
      Paths.join(root, VaultFolder.logPublicKeyName), Array((log.description + "\n").utf8), replace: true,
      staging: staging)
    return log
  }

  /// The public half, 32 bytes.
  private func read() throws -> [UInt8] {
    let mode = try files.status(path: path, followLinks: !isInside).mode
    guard mode & 0o077 == 0 else {
      throw StoreError(
        .refused, "others may use the log's key file \(path): its mode is \(String(mode & 0o777, radix: 8))",
        hint: "chmod 600 \(path)")
    }
    let open: OpenMode = isInside ? [.read, .noFollow, .noWait] : [.read, .noWait]
    let bytes = try files.readWholeFile(path, limit: SSHPrivateKey.maximumFileLength, mode: open)
    return try NoteSigner(name: "log", file: bytes).verifier.publicKey
  }

  /// A name that no other log has: of the vault and of the key.
  private static func name(_ vault: ObjectID, _ key: [UInt8]) -> String {
    "evidence-vault.org/\(vault.hex.prefix(16))/\(ObjectID(of: key).hex.prefix(16))"
  }
}
