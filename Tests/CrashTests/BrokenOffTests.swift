import Testing
import VaultAudit
import VaultFiles
import VaultSigning
import VaultStore

/// Cases of their own beside the sweep.
@Suite struct `What was broken off` {
  /// A folder in which `init` died just before it wrote `vault.json`.
  private static func unfinishedVault() throws -> MemoryFiles {
    let disk = try Scene.initialize.disk()
    var session = Session(disk)
    try session.initialize()
    try disk.unlink(Session.root + "/vault.json")
    return disk.copy()
  }

  @Test func `init takes up the first trust document of an init that died`() throws {
    let disk = try Self.unfinishedVault()
    var session = Session(disk)
    #expect(throws: StoreError.self) { try session.open() }
    try session.initialize(nonce: 9)
    #expect(try session.open().trust.documents.count == 1)
    try Aftermath.expectNothingButUnfinishedWrites(disk, "taken up")
  }

  @Test func `init with other root keys says what to do with an unfinished vault`() throws {
    let disk = try Self.unfinishedVault()
    let before = disk.allFiles()
    var session = Session(disk)
    let error = #expect(throws: StoreError.self) { try session.initialize(key: Keys.collector) }
    #expect(error?.code == .exists)
    #expect(error?.hint?.contains("delete") == true)
    #expect(disk.allFiles() == before)
  }

  @Test func `init does not take up a vault in use whose vault json is gone`() throws {
    let disk = try Scene.commit.disk()
    try disk.unlink(Session.root + "/vault.json")
    var session = Session(disk)
    let error = #expect(throws: StoreError.self) { try session.initialize() }
    #expect(error?.code == .exists)
  }

  @Test func `staged entries whose bytes are gone are not committed`() throws {
    let disk = try Scene.commit.disk()
    var session = Session(disk)
    try session.add(["a.txt"])
    try disk.unlink(Session.root + "/staging/added/000001.pack")
    let error = #expect(throws: StoreError.self) { try session.commitStaged(["a.txt"]) }
    #expect(error?.code == .damaged)
    try session.commit(["b.txt"])
    try Aftermath.expectNothingButUnfinishedWrites(disk, "without the staged")
  }

  @Test(arguments: [false, true])
  func `a pack that becomes a packfile by rename is lost whole or kept whole`(_ isStaged: Bool) throws {
    let disk = try Scene.commit.disk()
    try Evidence.plant(disk, [Evidence.large])
    let play: (inout Session) throws -> Void = { session in
      guard isStaged else { return try session.commit([Evidence.large]) }
      try session.add([Evidence.large])
      try session.commitStaged([Evidence.large])
    }
    let changes = try Scene.calls(disk, play).filter(\.mutates)
    #expect(changes.contains { $0.operation == "rename" && $0.path.hasSuffix("/packs/2026/000002.pack") })
    let aftermath = Aftermath()
    // The many writes to the staging file are all alike.
    let telling = changes.indices.filter { number in
      changes[number].operation != "write" || changes[number].path.hasSuffix(".log")
    }
    for (seed, number) in telling.enumerated() {
      let (left, told) = Scene.run(disk, [Fault(at: number, .die)], play)
      let place = "died at change \(number), \(changes[number].operation) of \(changes[number].path)"
      try aftermath.check(left.crash(seed: UInt64(seed)), told, "\(place), cut \(seed)")
    }
  }
}
