import VaultCore
import VaultFiles

/// Where a vault's files lie (docs/format.md, "Files").
public final class VaultFolder: Sendable {
  public let files: any FileLayer
  /// The folder that holds `vault.json`: `.vault` of a working vault, the folder itself of a bare one.
  public let root: String
  /// The vault's id, as `vault.json` gives it.
  public let id: ObjectID

  /// The name of a working vault's own folder.
  public static let workingName = ".vault"

  /// The name of the file with the settings of this copy, from which nothing that reads evidence draws.
  public static let settingsName = "config.json"

  package init(_ files: any FileLayer, root: String, id: ObjectID) {
    self.files = files
    self.root = root
    self.id = id
  }

  /// Opens the vault whose own folder is `root`.
  public static func open(_ files: any FileLayer, root: String) throws -> VaultFolder {
    let path = Paths.join(root, VaultFile.name)
    guard try files.exists(path) else {
      throw StoreError(
        .notAVault, "\(root) is not a vault", hint: "make one with 'vault init DIR --key ROOT'")
    }
    let bytes = try files.readWholeFile(path, limit: 4096, mode: [.read, .noFollow, .noWait])
    do throws(FormatError) {
      return VaultFolder(files, root: root, id: try VaultFile(decoding: bytes).vault)
    } catch {
      throw StoreError.damaged(path, error)
    }
  }

  /// Opens the vault in `folder` or the nearest folder above it.
  public static func find(_ files: any FileLayer, from folder: String) throws -> VaultFolder {
    try open(files, root: try locate(files, from: folder))
  }

  /// The vault's own folder in `folder` or the nearest folder above: `.vault` in it, or a bare vault. A vault
  /// whose `vault.json` is gone is found too, by its trust log.
  public static func locate(_ files: any FileLayer, from folder: String) throws -> String {
    var at = folder
    while true {
      for root in [Paths.join(at, workingName), at] {
        for mark in [VaultFile.name, "refs/trust.log"] where try files.exists(Paths.join(root, mark)) {
          return root
        }
      }
      let parent = Paths.parent(at)
      guard parent != at else { break }
      at = parent
    }
    throw StoreError(
      .notAVault, "no vault in \(folder) or above it",
      hint: "name one with -C DIR, or make one with 'vault init'")
  }

  /// The ref file of the vault's trust documents.
  public var trustLog: String { root + "/refs/trust.log" }
  /// The ref file of `ref`.
  public func refFile(_ ref: RefName) -> String { root + "/refs/" + ref.description + ".log" }
  /// The packs of the vault's own documents.
  public var vaultPacks: String { root + "/packs/@vault" }
  /// The packs of a period.
  public func packs(_ period: String) -> String { root + "/packs/" + period }
  /// Unfinished work.
  public var staging: String { root + "/staging" }
  /// The derived index of `ref`.
  public func index(_ ref: RefName) -> String { root + "/index/" + ref.description }

  /// The names of all periods, in order. A ref file without a line is no period yet: whoever was opening it
  /// was broken off.
  public func periods() throws -> [String] {
    try names(in: root + "/refs/periods")
  }

  /// The names of all periods that have reviews, in order.
  public func reviews() throws -> [String] {
    try names(in: root + "/refs/reviews")
  }

  private func names(in folder: String) throws -> [String] {
    guard try files.exists(folder) else { return [] }
    return try files.list(folder).compactMap { name in
      guard name.hasSuffix(".log"), RefName.isPeriodName(String(name.dropLast(4))) else { return nil }
      return try holdsMoreThanTornLines(Paths.join(folder, name)) ? String(name.dropLast(4)) : nil
    }
  }

  private func holdsMoreThanTornLines(_ path: String) throws -> Bool {
    struct Found: Error {}
    do {
      try RefScanner.scan(files, path: path, from: 0, kind: .commit) { item in
        switch item {
        case .line: throw Found()
        case .garbage(let bytes, _, _): if RefScanner.torn(bytes) == nil { throw Found() }
        case .torn: break
        }
      }
    } catch is Found {
      return true
    }
    return false
  }

  /// Makes what stands in a ref file survive a power cut. Its last writer may have died between writing a line
  /// and syncing it; whoever builds on such a line, or reports it, must do so only once it is durable.
  package func makeDurable(_ refFile: String) throws(FileError) {
    guard try settle(refFile) else { throw FileError.lost(refFile) }
  }

  /// As ``makeDurable(_:)``; false where the disk lost what its last writer, whose fsync failed, had written. The file is to
  /// be read again then.
  package func settle(_ refFile: String) throws(FileError) -> Bool {
    let file = try File(files, path: refFile, mode: [.read, .noFollow, .noWait])
    return try file.settle(from: max(0, try file.size() - Self.unsettledBytes))
  }

  /// No writer appends so many bytes to a ref file before it syncs, and the next one syncs before it appends.
  private static let unsettledBytes: Int64 = 1 << 20
}
