import VaultCore
import VaultFiles

extension VaultFolder {
  /// The public half of the key with which a remote's log signs, one line.
  public static let logPublicKeyName = "log.pub"
  /// The private half, where it lies in the vault.
  public static let logKeyName = "log.key"
  /// The folder of a remote's log.
  public static let logName = "log"
  /// A remote's record of sessions and pushes.
  public static let accessLogName = "access.log"

  /// Makes a vault in `root`, which must be absent or empty: the first trust document, then `vault.json`, whose
  /// appearance is what makes the folder a vault.
  ///
  /// Where an earlier attempt was broken off, what it left is no obstacle. If it got as far as a first trust
  /// document, that one becomes the vault's, so that nothing written is thrown away; `resumes` says whether it is
  /// one that this attempt might have made.
  public static func create(
    _ files: any FileLayer, root: String, first trust: Trust, signatures: [SignatureDocument],
    resumes: (StoredTrust) throws -> Bool = { _ in false }
  ) throws -> VaultFolder {
    try make(files, root: root, id: ObjectID(of: trust.encoded()), leftOver: []) { folder, finish in
      try TrustStore(folder).begin(trust, signatures, resumes: resumes, finish)
    }
  }

  /// Makes a vault in `root`, which must be absent or empty, with the trust documents of another copy of it and
  /// nothing else of that: the documents, what `prepare` writes beside them, then `vault.json`.
  ///
  /// What an earlier attempt left is taken over: `documents` may go on where it ended, and `prepare` finds the
  /// log's key and folder as they were left.
  public static func create(
    _ files: any FileLayer, root: String, copying documents: [StoredTrust],
    _ prepare: (VaultFolder) throws -> Void
  ) throws -> VaultFolder {
    guard let first = documents.first else {
      throw StoreError(.damaged, "there is no trust document to copy", hint: "run 'vault fsck' on the source")
    }
    let log: Set = [logName, logKeyName, logPublicKeyName, "index"]
    return try make(files, root: root, id: first.id, leftOver: log) { folder, finish in
      try TrustStore(folder).begin(copying: documents) {
        try prepare(folder)
        try finish(first.id)
      }
      return first.id
    }
  }

  /// Makes `root` a folder, gives it to `begin` together with what makes it a vault, and opens it. `leftOver` are
  /// the names that an earlier attempt may have left besides those that every attempt makes.
  private static func make(
    _ files: any FileLayer, root: String, id: ObjectID, leftOver: Set<String>,
    _ begin: (VaultFolder, _ finish: (ObjectID) throws -> Void) throws -> ObjectID
  ) throws -> VaultFolder {
    try checkPlace(files, root)
    try files.makeDirectories(root)
    let vaultFile = Paths.join(root, VaultFile.name)
    func checkAbsent() throws {
      if try files.exists(vaultFile) { throw StoreError(.exists, "\(root) is a vault already") }
    }
    try checkAbsent()
    let known = leftOver.union(["staging", "refs", "packs"])
    if let other = try files.list(root).first(where: { !known.contains($0) }) {
      throw StoreError(.exists, "\(root) is not empty: it holds \(other)")
    }
    let folder = VaultFolder(files, root: root, id: id)
    let made = try begin(folder) { id in
      // Another process may have been at it, and finished while this one waited for the lock.
      try checkAbsent()
      // By way of staging, so that a broken-off attempt leaves no name in the vault that does not belong there.
      try files.makeDirectories(folder.staging, durable: false)
      try files.writeNewFile(vaultFile, VaultFile(vault: id).encoded(), staging: folder.staging)
    }
    return VaultFolder(files, root: root, id: made)
  }

  /// Checks that a vault may be made in `root`: nothing that is no folder is in its way, and no vault holds it.
  private static func checkPlace(_ files: any FileLayer, _ root: String) throws {
    var at = root
    while true {
      if try files.exists(at), try files.status(path: at, followLinks: true).kind != .directory {
        throw StoreError(.badInput, "\(at) is no folder", hint: "name a folder, or a name that is not taken")
      }
      for other in [Paths.join(at, workingName), at] where other != root {
        guard try files.exists(Paths.join(other, VaultFile.name)) else { continue }
        throw StoreError(
          .exists, "\(root) would lie in the vault \(other)", hint: "take a folder outside of it")
      }
      let parent = Paths.parent(at)
      guard parent != at else { return }
      at = parent
    }
  }
}
