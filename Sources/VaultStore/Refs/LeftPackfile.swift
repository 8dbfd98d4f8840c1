import VaultCore
import VaultFiles

/// A packfile that a writer renamed into its place and died before its ref line was written: nothing names it, and it holds what
/// somebody sent and would send again.
package enum LeftPackfile {
  /// Moves such a packfile of the period of `ref` to `path`, cut to at most `length` bytes, where it begins with the pack `first`.
  /// False where there is none, or something is at `path`.
  ///
  /// Waits for the period's lock only where a packfile is there that no line names. `isFree` is asked under the lock: whether no
  /// line is owed that will name it.
  package static func giveBack(
    _ vault: VaultFolder, _ ref: RefName, first: (pack: ObjectID, length: UInt64), length: UInt64,
    to path: String, isFree: () throws -> Bool = { true }
  ) throws -> Bool {
    let folder = PackFolder(vault.files, path: vault.packs(ref.period))
    guard length > UInt64(PackSpool.memoryLimit), try vault.files.exists(folder.path),
      try !vault.files.exists(path),
      try unnamed(folder, vault, ref) != nil
    else { return false }
    let lock = try SharedFile(vault.files, path: folder.path, mode: .readDirectory)
    try lock.file.lock()
    return try withExtendedLifetime(lock) {
      guard try isFree(), let number = try unnamed(folder, vault, ref),
        case let file = try folder.file(number),
        try ObjectID(of: file, to: first.length) == first.pack
      else { return false }
      try vault.files.rename(folder.path(number), path, replace: false)
      let moved = try SharedFile(vault.files, path: path, mode: [.appendOrCreate, .read, .noFollow, .noWait])
      if try UInt64(moved.size()) > length { try moved.file.truncate(to: Int64(length)) }
      return true
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
}
