import VaultCore
import VaultFiles

extension SampleFiles {
  /// Makes the folder with all files, or not at all: under a passing name beside it, then renamed.
  ///
  /// Throws `FileError` with `EEXIST` where `folder` is there.
  public func write(_ layer: any FileLayer, newFolder folder: String) throws {
    let random = String(UInt64.random(in: .min ... .max), radix: 16)
    let passing = Paths.join(Paths.parent(folder), Paths.passingPrefix + random)
    do {
      try layer.makeDirectory(passing, permissions: 0o777)
      try makeFolders(layer, in: passing)
      for (name, bytes) in all {
        try File(layer, path: Paths.join(passing, name), mode: .createNew).writeAll(bytes)
      }
      try layer.rename(passing, folder, replace: false)
    } catch {
      remove(layer, passing)
      throw error
    }
  }

  /// Puts the files in the place of those of an earlier sample; what else lies in the folder stays. The list of files
  /// comes last, so that a folder that was left half done does not verify, and is completed by doing this again.
  public func write(_ layer: any FileLayer, into folder: String) throws {
    try makeFolders(layer, in: folder)
    for (name, bytes) in all {
      try layer.writeNewFile(Paths.join(folder, name), bytes, durable: false, replace: true)
    }
  }

  private var all: [(name: String, bytes: [UInt8])] { files + [(SampleManifest.name, manifest)] }

  private var folders: [String] {
    var out: [String] = []
    for (name, _) in files {
      guard let slash = name.firstIndex(of: "/"), case let folder = String(name[..<slash]) else { continue }
      if out.last != folder { out.append(folder) }
    }
    return out
  }

  private func makeFolders(_ layer: any FileLayer, in folder: String) throws {
    for name in folders { try layer.makeDirectories(Paths.join(folder, name), durable: false) }
  }

  private func remove(_ layer: any FileLayer, _ folder: String) {
    for (name, _) in all { try? layer.unlink(Paths.join(folder, name)) }
    for name in folders { try? layer.removeDirectory(Paths.join(folder, name)) }
    try? layer.removeDirectory(folder)
  }
}
