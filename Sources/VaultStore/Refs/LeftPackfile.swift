import VaultCore
import VaultFiles

/// A packfile that a writer renamed into its place and died before its ref line was written: nothing names it, and it holds what
/// somebody sent and would send again.
package struct LeftPackfile {
  /// What somebody is about to send: packs one behind the other, which are to lie at `path`.
  package struct Wanted {
    package let packs: [(pack: ObjectID, length: UInt64)]
    package let path: String

    package init(_ packs: [(pack: ObjectID, length: UInt64)], to path: String) {
      self.packs = packs
      self.path = path
    }

    /// The sum of the lengths, which are another's claims; no file is as long as the most that it can be.
    fileprivate var length: UInt64 {
      packs.reduce(0) { sum, pack in
        let (next, isOver) = sum.addingReportingOverflow(pack.length)
        return isOver ? .max : next
      }
    }
  }

  /// How many of the wanted are compared with what is there: each is as much work as to check it when it has come.
  private static let most = 2

  /// Moves such a packfile of the period of `ref` to the path of what begins with the very same packs, cut to their length.
  /// False where there is none, or something is at the path. Who does not know what was sent can move nothing.
  ///
  /// Waits for the period's lock only where a packfile is there that no line names. `isFree` is asked under the lock: whether no
  /// line is owed that will name it.
  @discardableResult
  package static func giveBack(
    _ vault: VaultFolder, _ ref: RefName, _ wanted: [Wanted], isFree: () throws -> Bool = { true }
  ) throws -> Bool {
    let large = wanted.filter { $0.length > UInt64(PackSpool.memoryLimit) && $0.length < .max }
    let folder = PackFolder(vault.files, path: vault.packs(ref.period))
    guard !large.isEmpty, try vault.files.exists(folder.path), try unnamed(folder, vault, ref) != nil else {
      return false
    }
    let lock = try SharedFile(vault.files, path: folder.path, mode: .readDirectory)
    try lock.file.lock()
    return try withExtendedLifetime(lock) {
      guard try isFree(), let number = try unnamed(folder, vault, ref) else { return false }
      let file = try folder.file(number)
      for one in large.sorted(by: { $0.length > $1.length }).prefix(most) {
        guard try !vault.files.exists(one.path), try holds(file, one) else { continue }
        try vault.files.rename(folder.path(number), one.path, replace: false)
        let moved = try SharedFile(
          vault.files, path: one.path, mode: [.appendOrCreate, .read, .noFollow, .noWait])
        if try UInt64(moved.size()) > one.length { try moved.file.truncate(to: Int64(one.length)) }
        return true
      }
      return false
    }
  }

  /// The newest packfile, where it is behind all that lines name, and of a size that is renamed.
  private static func unnamed(_ folder: PackFolder, _ vault: VaultFolder, _ ref: RefName) throws -> Int? {
    let claimed = try RefIndex.openOrNew(vault, ref).claimedEnds()
    guard let newest = try folder.files.list(folder.path).compactMap(PackFolder.number).max(),
      newest > claimed.keys.max() ?? 0,
      try folder.files.status(path: folder.path(newest), followLinks: false).size > PackSpool.memoryLimit
    else { return nil }
    return newest
  }

  /// Whether a file holds the packs from its beginning on, all of them or as many as make the whole file.
  private static func holds(_ file: SharedFile, _ wanted: Wanted) throws -> Bool {
    let size = UInt64(try file.size())
    var at: UInt64 = 0
    for pack in wanted.packs where at < size {
      guard pack.length <= size - at, try ObjectID(of: file, from: at, to: at + pack.length) == pack.pack
      else {
        return false
      }
      at += pack.length
    }
    return at > 0
  }
}
