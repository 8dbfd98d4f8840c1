import Glibc
import VaultFiles

/// Something that a user does, from a given state of the disk.
enum Scene: String, CaseIterable, Sendable {
  case initialize = "init"
  case trust = "trust add"
  case openPeriod = "period open"
  case commit = "commit"
  case staged = "add, add, commit"
  case series = "several commits"
  case seal = "period close, period seal"
  case rotation = "trust rotate, trust revoke"
  case proposal = "trust proposed, trust sign"
  case population = "population add"
  case superseding = "commit of a new revision, a delta"

  /// The disk before it, all of it synced.
  func disk() throws -> MemoryFiles {
    let files = MemoryFiles()
    try Evidence.plant(files, Evidence.small + [Evidence.population] + Evidence.texts)
    try files.makeDirectories(Session.home)
    var session = Session(files)
    if self != .initialize { try session.initialize() }
    if ![.initialize, .trust].contains(self) { try session.trustCollector() }
    if ![.initialize, .trust, .openPeriod].contains(self) { try session.openPeriod() }
    if self == .series {
      for name in ["c.txt", "d.txt", "e.txt", "f.txt", "g.txt"] { try session.commit([name]) }
    }
    if self == .seal { try session.commit(["c.txt"]) }
    if self == .proposal { try session.rotate(threshold: 2) }
    if self == .superseding { try session.commit(["t1.txt"]) }
    return files.copy()
  }

  /// Does it; what succeeded is told even where the rest fails.
  func play(_ session: inout Session) throws {
    switch self {
    case .initialize: try session.initialize()
    case .trust: try session.trustCollector()
    case .openPeriod: try session.openPeriod()
    case .commit: try session.commit(["a.txt", "b.txt"])
    case .staged:
      try session.add(["a.txt"])
      try session.add(["b.txt"])
      try session.commitStaged(["a.txt", "b.txt"])
    case .series:
      // The second of them is the period's eighth and merges the segments of the index.
      for name in ["a.txt", "b.txt"] { try session.commit([name]) }
    case .seal:
      try session.close()
      try session.seal()
    case .rotation:
      try session.rotate(threshold: 1)
      try session.revoke()
    case .proposal:
      try session.propose()
      try session.sign()
    case .population: try session.addPopulation(Evidence.population)
    case .superseding: try session.supersede("t1.txt", by: "t2.txt")
    }
  }

  /// The calls of an undisturbed run.
  static func calls(_ disk: MemoryFiles, _ play: (inout Session) throws -> Void) throws -> [FileCall] {
    let files = FaultingFiles(disk.copy())
    var session = Session(files)
    try play(&session)
    return files.calls
  }

  /// Runs with faults, on a copy of `disk`; what was told before it failed, if it did.
  static func run(
    _ disk: MemoryFiles, _ faults: [Fault], _ play: (inout Session) throws -> Void
  ) -> (disk: MemoryFiles, told: Told) {
    let copy = disk.copy()
    return (copy, process(on: copy, faults, play))
  }

  /// Runs on `disk` itself, where what an earlier process wrote may still be unsynced.
  static func process(
    on disk: MemoryFiles, _ faults: [Fault], after told: Told = Told(), _ play: (inout Session) throws -> Void
  ) -> Told {
    var session = Session(FaultingFiles(disk, faults: faults))
    session.told = told
    try? play(&session)
    return session.told
  }
}

extension FileCall {
  /// What the system may answer such a call on a sick disk, a full one, one that may not be written, or in a
  /// process at its limits.
  var plausible: [Int32] {
    switch operation {
    case "open":
      mutates
        ? [EIO, EMFILE, ENFILE, ENOMEM, EACCES, EPERM, ENOSPC, EDQUOT, EROFS, EINTR]
        : [EIO, EMFILE, ENFILE, ENOMEM, EACCES, EINTR]
    case "read": [EIO, EINTR, ESTALE]
    case "write": [EIO, ENOSPC, EDQUOT, EFBIG, EROFS, EINTR]
    case "fsync": [EIO, ENOSPC, EDQUOT, EROFS, EINTR]
    case "mkdir", "rename": [EIO, ENOSPC, EDQUOT, EACCES, EPERM, EROFS, ENOMEM]
    case "unlink", "rmdir": [EIO, EACCES, EPERM, EROFS]
    case "stat": [EIO, EACCES, ENOMEM]
    case "list": [EIO, EMFILE, ENFILE, EACCES, EINTR]
    case "lock": [EINTR, ENOLCK]
    case "map": [ENOMEM]
    default: [EIO]
    }
  }
}
