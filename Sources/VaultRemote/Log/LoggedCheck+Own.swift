import Glibc
import VaultAudit
import VaultCore
import VaultFiles
import VaultFsck
import VaultSigning
import VaultStore

/// A remote's own log against its vault: it has leaves for all that the vault has, and the vault has all of them, but
/// for what a server that died owes (docs/protocol.md, §5.1).
extension LoggedCheck {
  /// Checks the log of a remote's vault; any other vault has neither the log's key nor its folder.
  ///
  /// - Parameter lengths: the sequences of the refs, read before the log.
  mutating func checkOwn(_ lengths: [RefName: Int]) throws {
    let folder = vault.folder
    let key = LogKeyFiles(folder.files, root: folder.root)
    let hasKey = try folder.files.exists(key.publicPath)
    guard try hasKey || folder.files.exists(LogFolder(folder).path) else { return }
    guard hasKey else {
      return find(VaultFolder.logPublicKeyName, "it is gone, and the log's checkpoint is verified by it")
    }
    do {
      try checkOwn(lengths, by: key.verifier())
    } catch let error as LogError {
      find(Self.leaves, error.reason)
    } catch let error as SigningError {
      find(VaultFolder.logPublicKeyName, error.reason)
    }
  }

  private static let leaves = "log/leaves.log"

  private mutating func checkOwn(_ lengths: [RefName: Int], by key: NoteVerifier) throws {
    let log = try RemoteLog(vault.folder, key)
    guard log.checkpoint != nil else {
      return find("log/checkpoint", "it is gone: nothing says what the remote's log has accepted")
    }
    let accepted = try log.verify(vault.folder.id)
    let owed = try OwedLines(vault.folder)
    findLate(accepted, lengths)
    try checkLines(accepted, owed, counts: try vault.newestTrust().logKeys.contains(key))
    try checkEnd(log, key)
  }

  /// A log that is older than the vault: what is accepted has its leaf first.
  private mutating func findLate(_ accepted: Acceptances, _ lengths: [RefName: Int]) {
    let documents = vault.trust.documents.count
    if accepted.bound(.trust, documents) == nil {
      find(
        "trust@\(documents)", "\(Self.leaves) has not accepted it: leaves are missing, or it came by no push")
    }
    for (ref, last) in lengths.sorted(by: { $0.key.description < $1.key.description })
    where last > 0 && accepted.bound(.ref(ref), last) == nil {
      find("\(ref)@\(last)", "\(Self.leaves) has not accepted it: leaves are missing, or it came by no push")
    }
  }

  /// Holds each leaf against what the vault has now.
  private mutating func checkLines(_ accepted: Acceptances, _ owed: OwedLines, counts: Bool) throws {
    let trust = try OpenVault(vault.folder).trust
    for placed in accepted[.trust] where !has(placed.leaf, trust) {
      if placed.leaf.number <= trust.documents.count || !owed.has(placed.leaf) {
        findTrust(placed.leaf, Self.leaves)
      } else {
        findOwed("trust@\(placed.leaf.number)", owed)
      }
    }
    for ref in accepted.refs where only?.contains(ref.period) ?? true {
      let reader = RefReader(try RefIndex.openOrNew(vault.folder, ref))
      for placed in accepted[.ref(ref)] {
        let subject = "\(ref)@\(placed.leaf.number)"
        if placed.leaf.number <= reader.index.sequence {
          try check(placed.leaf, reader, Self.leaves)
        } else if owed.has(placed.leaf) {
          findOwed(subject, owed)
        } else {
          find(subject, "\(Self.leaves) accepted it, and the ref lacks it")
        }
      }
      if counts { try count(ref, reader, accepted) }
    }
  }

  private mutating func findOwed(_ subject: String, _ owed: OwedLines) {
    // Whoever is at work writes the line next.
    if owed.isAtWork { return }
    findings.append(
      Finding(
        .unfinishedWrite, subject,
        "\(Self.leaves) accepted it, and its ref line is kept in log/next: the next push writes it"))
  }

  /// What stands behind the leaves that were signed is what the next writer finishes, or damage.
  private mutating func checkEnd(_ log: RemoteLog, _ key: NoteVerifier) throws {
    let folder = LogFolder(vault.folder)
    guard let lock = try OwedLines.lock(folder) else { return }
    let length = try withExtendedLifetime(lock) {
      try folder.readCheckpoint(by: key)?.size == log.size ? log.unfinished(vault.folder) : 0
    }
    guard length > 0 else { return }
    findings.append(
      Finding(
        .unfinishedWrite, Self.leaves,
        "it ends in \(counted(length, "byte")) that no checkpoint covers: the next push signs or cuts them off"
      ))
  }
}

/// The leaves whose ref lines a server writes now, or left to the next one.
private struct OwedLines {
  /// Whether a writer held the log.
  let isAtWork: Bool
  private let leaves: Set<[UInt8]>

  /// Reads them, after the log's leaves and before the refs: so a line that is not owed stands.
  init(_ vault: VaultFolder) throws {
    isAtWork = try Self.lock(LogFolder(vault)) == nil
    do {
      leaves = Set(try LogNext.load(vault)?.leaves ?? [])
    } catch let error as FileError where error.errno == ENOENT {
      leaves = []
    }
  }

  func has(_ leaf: LogLeaf) -> Bool { leaves.contains(leaf.encoded()) }

  /// A lock that keeps writers of the log out; nil where one is at work. As brief as may be.
  static func lock(_ folder: LogFolder) throws -> SharedFile? {
    let lock = try SharedFile(folder.files, path: folder.path, mode: .readDirectory)
    return try lock.file.lock(exclusive: false, wait: false) ? lock : nil
  }
}
