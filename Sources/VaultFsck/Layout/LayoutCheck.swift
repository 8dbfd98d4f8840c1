import VaultCore
import VaultFiles
import VaultStore

/// Checks what stands in a vault's folder besides the packs, and finds the periods.
struct LayoutCheck {
  private let files: any FileLayer
  private let root: String
  private let log: FindingLog
  private(set) var refs: Set<RefName> = []
  /// Periods that have packs.
  private(set) var packed: Set<String> = []

  /// What may stand in a vault's folder, and whether it is a folder; nil where that does not matter.
  private static let known: [String: FileStatus.Kind] = [
    VaultFile.name: .regular, VaultFolder.settingsName: .regular, "refs": .directory, "packs": .directory,
    "index": .directory, "staging": .directory, "receipts": .directory, "quarantine": .directory,
    VaultFolder.logName: .directory, VaultFolder.logKeyName: .regular,
    VaultFolder.logPublicKeyName: .regular, VaultFolder.accessLogName: .regular,
  ]

  /// What may stand in the folder of a remote's log.
  private static func isOfLog(_ name: String) -> Bool {
    name == "leaves.log" || ["checkpoint", "hashes", "length", "next"].contains(finalName(name))
  }

  /// What may stand among receipts: a remote's leaves, and the newest checkpoint that was seen.
  private static func isOfReceipts(_ name: String) -> Bool {
    if name.hasSuffix(".log") { return Trust.isSignerName(String(name.dropLast(4))) }
    let seen = finalName(name)
    return seen.hasSuffix(".seen") && Trust.isSignerName(String(seen.dropLast(5)))
  }

  /// The name under which a file replaces another; whoever died before that has left it under its passing name.
  private static func finalName(_ name: String) -> String {
    name.hasPrefix(Paths.passingPrefix) ? String(name.dropFirst(Paths.passingPrefix.utf8.count)) : name
  }

  init(_ files: any FileLayer, root: String, _ log: FindingLog) throws {
    self.files = files
    self.root = root
    self.log = log
    try checkRoot()
    try checkRefs()
    try checkPacks()
    try checkFiles(VaultFolder.logName, "of the log", Self.isOfLog)
    try checkFiles("receipts", "of receipts", Self.isOfReceipts)
  }

  /// All periods that have a ref file or packs, in order.
  var periods: [String] {
    packed.union(refs.map(\.period)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Which periods there are, for somebody who named another.
  var periodHint: String {
    periods.isEmpty ? "it has none" : "its periods are \(periods.joined(separator: ", "))"
  }

  private func unknown(_ path: String, _ detail: String) { log.add(.unknownFile, path, detail) }

  /// The names in a folder below the root with their kinds; none where it is no folder.
  private func list(_ folder: String) throws -> [(name: String, kind: FileStatus.Kind)] {
    let path = folder.isEmpty ? root : Paths.join(root, folder)
    guard try files.kind(path) == .directory else { return [] }
    let names: [String]
    do throws(FileError) {
      names = try files.list(path)
    } catch {
      // EILSEQ: a name that is not UTF-8.
      guard error.errno == 84 else { throw error }
      unknown(folder.isEmpty ? "." : folder, "the folder holds a name that is not UTF-8")
      return []
    }
    return try names.compactMap { name in try files.kind(Paths.join(path, name)).map { (name, $0) } }
  }

  private func checkRoot() throws {
    for (name, kind) in try list("") {
      guard let expected = Self.known[name] else {
        unknown(name, "nothing of this name belongs in a vault")
        continue
      }
      if kind != expected { unknown(name, "it is no \(expected == .directory ? "folder" : "regular file")") }
    }
  }

  private mutating func checkRefs() throws {
    for (name, kind) in try list("refs") {
      switch (name, kind) {
      case ("trust.log", .regular): continue
      case ("periods", .directory): try checkLogs(name) { .period($0) }
      case ("reviews", .directory): try checkLogs(name) { .reviews($0) }
      default: unknown("refs/" + name, "no ref has this name and kind")
      }
    }
  }

  private mutating func checkLogs(_ folder: String, _ make: (String) -> RefName) throws {
    for (name, kind) in try list("refs/" + folder) {
      let period = String(name.dropLast(4))
      guard name.hasSuffix(".log"), RefName.isPeriodName(period), kind == .regular else {
        unknown("refs/\(folder)/\(name)", "no ref has this name and kind")
        continue
      }
      refs.insert(make(period))
    }
  }

  /// A folder in which only files of certain names may stand.
  private func checkFiles(_ folder: String, _ what: String, _ isKnown: (String) -> Bool) throws {
    for (name, kind) in try list(folder) where !isKnown(name) || kind != .regular {
      unknown("\(folder)/\(name)", "no file \(what) has this name and kind")
    }
  }

  private mutating func checkPacks() throws {
    for (name, kind) in try list("packs") {
      guard kind == .directory, name == "@vault" || RefName.isPeriodName(name) else {
        unknown("packs/" + name, "no period has this name and kind")
        continue
      }
      if name != "@vault" { packed.insert(name) }
    }
  }
}

/// Reads `vault.json` as a check must: what is wrong with it is a finding, and the rest is checked all the same.
enum VaultFileCheck {
  /// The id that the file gives; nil where it cannot be read.
  static func read(_ files: any FileLayer, root: String, _ log: FindingLog) throws -> ObjectID? {
    let path = Paths.join(root, VaultFile.name)
    guard try files.kind(path) == .regular else {
      if try isUnfinished(files, root) {
        log.add(
          .unfinishedWrite, VaultFile.name,
          "it is not there yet, and nothing is but a first trust document: 'vault init' was broken off")
      } else {
        log.add(.vaultFileMismatch, VaultFile.name, "there is no such file")
      }
      return nil
    }
    do {
      let bytes = try files.readWholeFile(path, limit: 4096, mode: [.read, .noFollow, .noWait])
      return try VaultFile(decoding: bytes).vault
    } catch let error as FormatError {
      let name: Finding.Name = error.code == .unsupported ? .unsupportedFormat : .vaultFileMismatch
      log.add(name, VaultFile.name, error.reason)
    } catch let error as FileError {
      guard error.errno == 27 else { throw error }
      // EFBIG.
      log.add(.vaultFileMismatch, VaultFile.name, "it is longer than it can be")
    }
    return nil
  }

  /// Whether a vault was never finished: its file is made last, before any period or second trust document can be. There is
  /// nothing that its absence could hide.
  private static func isUnfinished(_ files: any FileLayer, _ root: String) throws -> Bool {
    guard try files.kind(path(root, VaultFile.name)) == nil else { return false }
    for folder in ["refs/periods", "refs/reviews"] {
      if try files.kind(path(root, folder)) == .directory, try !files.list(path(root, folder)).isEmpty {
        return false
      }
    }
    let trust = path(root, "refs/trust.log")
    guard try files.kind(trust) == .regular,
      try files.status(path: trust, followLinks: false).size <= 64 << 10
    else {
      return false
    }
    let bytes = try files.readWholeFile(trust, limit: 64 << 10, mode: [.read, .noFollow, .noWait])
    return bytes.count { $0 == 0x0A } <= 1
  }

  private static func path(_ root: String, _ name: String) -> String { Paths.join(root, name) }
}
