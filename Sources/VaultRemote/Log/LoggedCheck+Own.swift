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
    try findLate(accepted, lengths, owed, log, by: key)
    try checkLines(accepted, owed, counts: try vault.newestTrust().logKeys.contains(key))
    try checkEnd(log, key)
  }

  /// A log that is older than the vault: what is accepted has its leaf first, which is signed when its line is there.
  private mutating func findLate(
    _ accepted: Acceptances, _ lengths: [RefName: Int], _ owed: OwedLines, _ log: RemoteLog,
    by key: NoteVerifier
  ) throws {
    var there = Dictionary(uniqueKeysWithValues: lengths.map { (ChainName.ref($0), $1) })
    there[.trust] = vault.trust.documents.count
    let unsigned = try log.unsigned()
    let late = there.filter { chain, last in
      last > 0 && accepted.bound(chain, last) == nil && !owed.has(chain, last, among: unsigned)
    }
    if late.isEmpty { return }
    // What was owed before the owed were read is signed by now.
    let signed = try RemoteLog(vault.folder, key).newest(of: Set(late.keys))
    for (chain, last) in late.sorted(by: { $0.key.description < $1.key.description })
    where signed[chain]?.leaf.number ?? 0 < last {
      find(
        "\(chain)@\(last)", "\(Self.leaves) has not accepted it: leaves are missing, or it came by no push")
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

  /// Whether one of them, which stands among those that no checkpoint covers yet, accepts this sequence or number of a chain.
  func has(_ chain: ChainName, _ number: Int, among unsigned: Set<[UInt8]>) -> Bool {
    leaves.intersection(unsigned).contains { bytes in
      let leaf = try? bytes.withBytes { raw throws(LogError) in try LogLeaf(leaf: raw) }
      return leaf.map { $0.subject == chain && $0.number >= number } ?? false
    }
  }

  /// A lock that keeps writers of the log out; nil where one is at work. As brief as may be.
  static func lock(_ folder: LogFolder) throws -> SharedFile? {
    let lock = try SharedFile(folder.files, path: folder.path, mode: .readDirectory)
    return try lock.file.lock(exclusive: false, wait: false) ? lock : nil
  }
}
