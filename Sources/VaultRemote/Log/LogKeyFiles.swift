import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

/// The files of a log's key: `log.key`, an OpenSSH private key that only its owner reads, and `log.pub`, one line
/// with the note verifier key (docs/protocol.md §5.2).
public struct LogKeyFiles: Sendable {
  private let files: any FileLayer
  /// The private key.
  public let privatePath: String
  /// The verifier key.
  public let publicPath: String

  /// Names the files; by default both in the vault's folder `root`.
  public init(_ files: any FileLayer, root: String, privatePath: String? = nil) {
    self.files = files
    self.privatePath = privatePath ?? Paths.join(root, VaultFolder.logKeyName)
    publicPath = Paths.join(root, VaultFolder.logPublicKeyName)
  }

  /// Makes both files, durably, from a seed of 32 random bytes, and gives the verifier key.
  ///
  /// A private key that is there already is taken as it is, so that an attempt that was broken off can be repeated
  /// and a site can bring a key of its own; `log.pub` must be absent or the same. Throws `SigningError` for a name
  /// that no log can have, and what reading a key throws.
  ///
  /// `staging` is the folder, of the vault's file system, for what is on its way to its name in the vault.
  public func make(name: String, seed: [UInt8], staging: String? = nil) throws -> NoteVerifier {
    let found = try files.exists(privatePath) ? readPrivate() : nil
    let file = try found ?? NoteSigner.keyFile(seed: seed, comment: name)
    let key = try NoteSigner(name: name, file: file).verifier
    if try files.exists(publicPath) {
      guard try verifier() == key else {
        throw LogError(.otherLog, "\(publicPath) names another log or key")
      }
    }
    if found == nil {
      let isInside = Paths.parent(privatePath) == Paths.parent(publicPath)
      try files.writeNewFile(privatePath, file, permissions: 0o600, staging: isInside ? staging : nil)
    }
    if try !files.exists(publicPath) {
      try files.writeNewFile(publicPath, Array("\(key)\n".utf8), staging: staging)
    }
    return key
  }

  /// The private key may be a link: some sites mount it.
  private func readPrivate() throws(FileError) -> [UInt8] {
    try files.readWholeFile(privatePath, limit: SSHPrivateKey.maximumFileLength, mode: [.read, .noWait])
  }

  /// The bytes of a private key file, which nobody but its owner may use.
  ///
  /// Throws `refused` where others may.
  static func readOwn(_ files: any FileLayer, _ path: String) throws -> [UInt8] {
    let mode = try files.status(path: path, followLinks: true).mode
    guard mode & 0o077 == 0 else {
      throw StoreError(
        .refused, "others may use the log's key file \(path): its mode is \(String(mode & 0o777, radix: 8))",
        hint: "chmod 600 \(path)")
    }
    return try files.readWholeFile(path, limit: SSHPrivateKey.maximumFileLength, mode: [.read, .noWait])
  }

  /// The key that `log.pub` names.
  ///
  /// Throws `SigningError`, or `FileError` where the file is not there.
  public func verifier() throws -> NoteVerifier {
    let bytes = try files.readWholeFile(
      publicPath, limit: NoteVerifier.maximumLength + 1, mode: [.read, .noFollow, .noWait])
    guard bytes.last == 0x0A, let text = String(validating: bytes.dropLast(), as: UTF8.self) else {
      throw SigningError(.malformed, "\(publicPath) is not one line with a verifier key")
    }
    return try NoteVerifier(text)
  }

  /// The signer of the two files, which must belong together.
  ///
  /// Throws `SigningError`, or `FileError` where a file is not there.
  public func signer() throws -> NoteSigner {
    let key = try verifier()
    let signer = try NoteSigner(name: key.name, file: try readPrivate())
    guard signer.verifier == key else {
      throw SigningError(.wrongKey, "\(privatePath) is not the private half of \(publicPath)")
    }
    return signer
  }
}
