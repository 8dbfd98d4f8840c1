import VaultAudit
import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

/// A bare vault with a log, as one session serves it.
struct ServedVault {
  let vault: OpenVault
  /// The key that verifies the log's checkpoints.
  let key: NoteVerifier
  let keys: LogKeyFiles

  var folder: VaultFolder { vault.folder }

  /// Finds the vault at `path` below the settings' root. What leads out of it, by `..` or by a link, is not there.
  static func find(_ path: String, _ files: any FileLayer, _ settings: ServerSettings) throws -> ServedVault {
    let missing = Refusal(.notFound, "no vault \(path) is served here")
    var at = settings.root
    let segments = path.split(separator: "/", omittingEmptySubsequences: false)
    for segment in segments {
      guard !segment.isEmpty, segment != ".", segment != "..", !segment.utf8.contains(0) else {
        throw missing
      }
      at = Paths.join(at, String(segment))
      guard (try? files.status(path: at, followLinks: false).kind) == .directory else { throw missing }
    }
    let keys = LogKeyFiles(files, root: at, privatePath: settings.logKey)
    for name in [VaultFile.name, VaultFolder.logPublicKeyName] {
      guard (try? files.status(path: Paths.join(at, name), followLinks: false).kind) == .regular else {
        throw missing
      }
    }
    return ServedVault(
      vault: try OpenVault(VaultFolder.open(files, root: at)), key: try keys.verifier(), keys: keys)
  }

  /// The log as it is now.
  func log() throws -> RemoteLog { try RemoteLog(folder, key) }

  /// The refs that `settings` let a client see, in order of their names.
  func refs(_ settings: ServerSettings) throws -> [RefName] {
    var out: [RefName] = []
    for period in try folder.periods() where settings.sees(period) {
      for ref in [RefName.period(period), .reviews(period)] where try folder.files.exists(folder.refFile(ref))
      {
        out.append(ref)
      }
    }
    return out.sorted { $0.description < $1.description }
  }
}
