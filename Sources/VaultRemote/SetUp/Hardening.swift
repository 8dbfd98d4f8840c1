import VaultCore
import VaultFiles
import VaultStore

/// Closes the files of a bare vault against change at the file system's level: closed packfiles immutable, the
/// current ones and the logs append-only.
///
/// It guards against accidents, and against whoever is not root; root takes a mark away as easily as it sets one.
public struct Hardening {
  /// What a file is closed against.
  public enum Mark: String, Sendable {
    /// Any change.
    case immutable
    /// Any change but bytes at its end.
    case appendOnly = "append-only"

    var flag: InodeFlags { self == .immutable ? .immutable : .appendOnly }
  }

  /// What became of a file.
  public enum State: Hashable, Sendable {
    /// It has the mark now.
    case set
    /// It had it.
    case already
    /// It lacks the mark, and this was a dry run.
    case wouldSet
    /// Its writer does more than append.
    case left(why: String)
    /// The mark could not be set.
    case failed(why: String)
  }

  /// A file with what became of it.
  public struct Report: Hashable, Sendable {
    /// Below the vault's folder.
    public let path: String
    public let mark: Mark
    public let state: State
  }

  private let vault: VaultFolder
  private let isDryRun: Bool
  private var reports: [Report] = []

  /// Marks what can be marked, and says of each file what came of it, in the order of their paths. A dry run says
  /// what would be done. Throws where folders cannot be read.
  ///
  /// Each folder of packfiles is locked meanwhile against its writers, who may be about to fill a packfile.
  public static func run(_ vault: VaultFolder, dryRun: Bool) throws -> [Report] {
    var hardening = Hardening(vault, dryRun)
    try hardening.markLogs()
    for name in try hardening.names("packs", .directory) where name == "@vault" || RefName.isPeriodName(name)
    {
      try hardening.markPacks("packs/" + name)
    }
    return hardening.reports.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  private init(_ vault: VaultFolder, _ isDryRun: Bool) {
    self.vault = vault
    self.isDryRun = isDryRun
  }

  private func path(_ relative: String) -> String { Paths.join(vault.root, relative) }

  private func kind(_ relative: String) throws -> FileStatus.Kind? {
    guard try vault.files.exists(path(relative)) else { return nil }
    return try vault.files.status(path: path(relative), followLinks: false).kind
  }

  /// The names of one kind in a folder; none where it is no folder.
  private func names(_ folder: String, _ wanted: FileStatus.Kind) throws -> [String] {
    guard try kind(folder) == .directory else { return [] }
    return try vault.files.list(path(folder)).filter { try kind("\(folder)/\($0)") == wanted }
  }

  // MARK: What is marked

  private mutating func markLogs() throws {
    var logs = ["refs/trust.log", VaultFolder.accessLogName]
    for folder in ["refs/periods", "refs/reviews"] {
      logs += try names(folder, .regular).filter { $0.hasSuffix(".log") }.map { "\(folder)/\($0)" }
    }
    for log in logs where try kind(log) == .regular { mark(log, .appendOnly) }
    leave(try names(VaultFolder.logName, .regular).filter { $0 == "leaves.log" }, of: VaultFolder.logName)
    leave(try names("receipts", .regular).filter { $0.hasSuffix(".log") }, of: "receipts")
  }

  private mutating func leave(_ names: [String], of folder: String) {
    for name in names {
      reports.append(
        Report(
          path: "\(folder)/\(name)", mark: .appendOnly,
          state: .left(why: "its writer cuts off the rest of an unfinished write")))
    }
  }

  /// A writer appends to the packfile with the highest number, as long as that is below its limit.
  private mutating func markPacks(_ folder: String) throws {
    let lock = try File(vault.files, path: path(folder), mode: [.readDirectory, .noFollow])
    try lock.lock()
    let packfiles = try names(folder, .regular).filter { PackFolder.number($0) != nil }
    for name in packfiles {
      let size = try vault.files.status(path: path("\(folder)/\(name)"), followLinks: false).size
      let isOpen = name == packfiles.last && UInt64(size) < Limits.packfileBytes
      mark("\(folder)/\(name)", isOpen ? .appendOnly : .immutable)
    }
  }

  // MARK: How

  private mutating func mark(_ relative: String, _ mark: Mark) {
    let state: State
    do throws(FileError) {
      state = try set(path(relative), mark.flag)
    } catch {
      state = .failed(why: Self.reason(error))
    }
    reports.append(Report(path: relative, mark: mark, state: state))
  }

  private func set(_ path: String, _ flag: InodeFlags) throws(FileError) -> State {
    let file = try File(vault.files, path: path, mode: [.read, .noFollow, .noWait])
    let flags = try file.inodeFlags()
    if flags.contains(flag) { return .already }
    if isDryRun { return .wouldSet }
    try file.setInodeFlags(flags.union(flag))
    // Some file systems take marks that they do not keep.
    guard try file.inodeFlags().contains(flag) else {
      return .failed(why: "the file system does not keep the mark")
    }
    return .set
  }

  private static func reason(_ error: FileError) -> String {
    switch error.errno {
    // EPERM, EACCES.
    case 1, 13: "\(error.reason): it takes the capability CAP_LINUX_IMMUTABLE, which root has"
    // ENOTTY, EOPNOTSUPP, ENOSYS.
    case 25, 95, 38: "the file system keeps no such marks"
    default: error.reason
    }
  }
}
