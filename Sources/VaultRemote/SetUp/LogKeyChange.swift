import VaultAudit
import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

/// Changes the key of a remote's log (docs/protocol.md, §5.2). The log, its name and its leaves stay what they are.
public struct LogKeyChange {
  private let vault: OpenVault
  private let pair: LogKeyFiles
  private let file: String
  /// The signer with the new key.
  private let signer: NoteSigner
  private let old: NoteVerifier

  private var files: any FileLayer { vault.folder.files }

  /// Reads the private key in `file`, which is to become that of the remote's log.
  ///
  /// Throws `refused` where others may use the file, and what reading a key throws.
  public init(_ vault: OpenVault, file: String) throws {
    self.vault = vault
    self.file = file
    pair = LogKeyFiles(vault.folder.files, root: vault.folder.root)
    old = try pair.verifier()
    signer = try NoteSigner(name: old.name, file: LogKeyFiles.readOwn(vault.folder.files, file))
  }

  /// The new key.
  public var key: NoteVerifier { signer.verifier }

  /// Whether the remote's newest trust document names the new key, so that clients will believe it.
  public func isNamed() throws -> Bool { try vault.newestTrust().logKeys.contains(key) }

  /// Makes a key for the log of a vault in the files `file` and `file.pub`, or only the latter for a private key that is
  /// there; the remote goes on as before.
  public static func prepare(_ vault: OpenVault, file: String, seed: [UInt8]) throws -> NoteVerifier {
    let files = vault.folder.files
    let name = try LogKeyFiles(files, root: vault.folder.root).verifier().name
    if try !files.exists(file) {
      try files.writeNewFile(file, NoteSigner.keyFile(seed: seed, comment: name), permissions: 0o600)
    }
    let key = try NoteSigner(name: name, file: LogKeyFiles.readOwn(files, file)).verifier
    let line = Array("\(key)\n".utf8)
    let path = file + ".pub"
    if try !files.exists(path) {
      try files.writeNewFile(path, line)
    } else if try files.readWholeFile(path, limit: 64 << 10, mode: [.read, .noWait]) != line {
      throw StoreError(.exists, "\(path) is there already, and is not the log's verifier key of \(file)")
    }
    return key
  }

  /// Puts the key in place and signs the checkpoint with it, later than the old key did, so that clients keep the new
  /// one. Where `log.key` lies in the vault, the key is copied there and the old one is gone; else `vault serve` must be
  /// told of the new file. Whatever breaks it off, running it again ends it; until then pushes may fail, and reading
  /// does not.
  public func run(at time: Timestamp) throws {
    let folder = vault.folder
    let writer = try RemoteLogWriter(folder, signer, succeeding: old)
    try files.makeDirectories(folder.staging, durable: false)
    let inside = Paths.join(folder.root, VaultFolder.logKeyName)
    if try inside != file && files.exists(inside) {
      try files.writeNewFile(
        inside, LogKeyFiles.readOwn(files, file), replace: true, permissions: 0o600, staging: folder.staging)
    }
    try files.writeNewFile(
      pair.publicPath, Array("\(key)\n".utf8), replace: true, staging: folder.staging)
    try writer.renew(at: max(time, writer.checkpoint?.received.next ?? time))
  }
}

extension Timestamp {
  /// A millisecond later; the same at the end of time.
  fileprivate var next: Timestamp { Timestamp(milliseconds: milliseconds + 1) ?? self }
}
