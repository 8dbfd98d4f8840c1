import VaultCore
import VaultFiles
import VaultStore

/// What every part of a check shares.
struct CheckContext: Sendable {
  let vault: VaultFolder
  let options: Fsck.Options
  let log: FindingLog
  let meter: Meter
  /// Bounds what a check may decode; nil for what a vault holds already.
  var budget: DecodeBudget?
  /// When a remote received what is checked: keys must count then too.
  var received: Timestamp?

  var files: any FileLayer { vault.files }
  var isQuick: Bool { options.quick }
  var workers: Int { max(1, options.workers) }

  /// A path as findings spell it: below the vault's folder.
  func relative(_ path: String) -> String {
    path.hasPrefix(vault.root + "/") ? String(path.dropFirst(vault.root.utf8.count + 1)) : path
  }

  /// What stands at a path below the vault's folder; nil where there is nothing, or where a folder on the way is
  /// none of the vault's own but a link.
  func kind(_ path: String) throws(FileError) -> FileStatus.Kind? {
    var folder = vault.root
    for name in relative(path).split(separator: "/").dropLast() {
      folder = Paths.join(folder, String(name))
      guard try files.kind(folder) == .directory else { return nil }
    }
    return try files.kind(path)
  }
}

extension FileLayer {
  /// What stands at `path`, links not followed; nil where there is nothing.
  func kind(_ path: String) throws(FileError) -> FileStatus.Kind? {
    do throws(FileError) {
      return try status(path: path, followLinks: false).kind
    } catch {
      if error.isAbsence { return nil }
      throw error
    }
  }
}

extension FileError {
  /// ENOENT or ENOTDIR: there is nothing of that name.
  var isAbsence: Bool { errno == 2 || errno == 20 }
}

extension ObjectID {
  /// A spelling for people: enough digits to find it.
  var short: String { String(hex.prefix(16)) }
}
