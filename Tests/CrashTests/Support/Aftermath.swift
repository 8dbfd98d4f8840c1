import Synchronization
import Testing
import VaultAudit
import VaultCore
import VaultFiles
import VaultFsck
import VaultSigning
import VaultStore

/// What must hold whatever happened before: all that was told is there, a check finds nothing but unfinished
/// writes, the user can go on as if nothing had been, and then a check finds nothing at all.
final class Aftermath {
  private var seen: Set<[String: [UInt8]]> = []
  /// How many states were looked at, and how many of them differed.
  private(set) var states = 0
  var differing: Int { seen.count }

  /// Checks a disk. One that was checked with the same reports before is not checked again.
  func check(_ disk: MemoryFiles, _ told: Told, _ place: String) throws {
    states += 1
    guard seen.insert(try Self.picture(disk, told)).inserted else { return }
    do {
      try look(disk, told, place)
    } catch {
      Issue.record("\(place): \(error)")
    }
  }

  private func look(_ disk: MemoryFiles, _ told: Told, _ place: String) throws {
    var session = Session(disk)
    if try disk.exists(Session.root + "/" + VaultFile.name) {
      try Self.expectNothingButUnfinishedWrites(disk, place)
    } else {
      #expect(told.vault == nil, "\(place)")
      // Before, the command says that there is no vault.
      if try disk.exists(Session.root + "/refs/trust.log") {
        try Self.expectNothingButUnfinishedWrites(disk, place)
      }
      try session.initialize(nonce: 2)
    }
    try Self.expectAll(told, session.open(), place)
    try Self.expectNoSecondOpening(session, place)
    try Self.goOn(&session)
    try Self.expectAll(told, session.open(), place)
    try Self.expectAll(session.told, session.open(), place)
    var outcome = try Fsck.run(disk, root: Session.root, Fsck.Options(workers: 1))
    if outcome.findings.contains(where: { $0.subject.contains("@vault") || $0.subject.contains("trust.log") })
    {
      // The next change of trust explains it, as the next commit does in a period.
      try Self.expectNothingButUnfinishedWrites(disk, place)
      try session.changeTrust()
      outcome = try Fsck.run(disk, root: Session.root, Fsck.Options(workers: 1))
    }
    #expect(outcome.sound, "\(place): \(outcome.findings)")
    #expect(outcome.disclosures.allSatisfy { $0.name == .unfinishedWrite }, "\(place)")
    #expect(disk.strayCloses == 0 && disk.openMappings == 0, "\(place)")
  }

  static func expectNothingButUnfinishedWrites(_ disk: MemoryFiles, _ place: String) throws {
    let outcome = try Fsck.run(disk, root: Session.root, Fsck.Options(workers: 1))
    let wrong = outcome.findings.filter { $0.name != .unfinishedWrite }
    #expect(wrong.isEmpty, "\(place): \(wrong)")
  }

  /// The vault, its trust documents, its commits and their evidence, each under the id that was told.
  static func expectAll(_ told: Told, _ vault: OpenVault, _ place: String) throws {
    if let id = told.vault { #expect(vault.folder.id == id, "\(place)") }
    for id in told.trust { #expect(vault.trust.document(id) != nil, "\(place): trust document \(id)") }
    guard !told.commits.isEmpty else { return }
    let reader = try vault.period(Session.period)
    for commit in told.commits {
      #expect(reader.index.commit(commit.sequence)?.id == commit.id, "\(place): commit \(commit.sequence)")
      for (path, bytes) in commit.contents {
        let latest = try #require(reader.index.latest(EvidencePath(path)), "\(place): \(path)")
        let object = try reader.entry(latest).object
        #expect(object == ObjectID(of: bytes), "\(place): \(path)")
        #expect(try reader.objects.read(object, limit: 32 << 20) == bytes, "\(place): \(path)")
      }
    }
  }

  /// Does what is not done yet, repeats what is, and commits something new; at most so many steps of it.
  static func goOn(_ session: inout Session, steps: Int = .max) throws {
    var left = steps
    func step() -> Bool {
      left -= 1
      return left >= 0
    }
    if try session.open().trust.newest?.trust.signers.isEmpty != false, step() {
      try session.trustCollector()
    }
    if left > 0, try session.open().folder.periods().isEmpty, step() { try session.openPeriod() }
    guard try left <= 0 || session.state() == .open else {
      // A period that was closed is sealed, and takes nothing then.
      if try session.state() == .closed, step() { try session.seal() }
      return
    }
    if step() { try session.commit(["a.txt", "b.txt"]) }
    if step() { try session.commit(["h.txt"]) }
  }

  /// A period that is there is not opened again, and who tries is told so.
  private static func expectNoSecondOpening(_ session: Session, _ place: String) throws {
    guard try !session.open().folder.periods().isEmpty else { return }
    var other = session
    let error = #expect(throws: StoreError.self, "\(place)") { try other.openPeriod() }
    #expect(error?.code == .exists, "\(place)")
  }

  /// All names with the files' bytes, without what chance put into names; and what was told.
  private static func picture(_ disk: MemoryFiles, _ told: Told) throws -> [String: [UInt8]] {
    var out: [String: [UInt8]] = [:]
    func walk(_ folder: String, _ name: String) throws {
      out[name + "/"] = []
      for entry in try disk.list(folder) {
        let path = Paths.join(folder, entry)
        let passing = entry.hasPrefix(".tmp-") || entry.hasPrefix("pack-")
        let shown = name + "/" + (passing ? "passing" : entry)
        if try disk.status(path: path, followLinks: false).kind == .directory {
          try walk(path, shown)
        } else {
          out[shown] = try disk.readWholeFile(path, limit: 64 << 20)
        }
      }
    }
    if try disk.exists(Session.home) { try walk(Session.home, "") }
    let ids = [told.vault].compactMap { $0 } + told.trust + told.commits.map(\.id)
    out["told"] = ids.flatMap { Array($0.hex.utf8) }
    return out
  }
}
