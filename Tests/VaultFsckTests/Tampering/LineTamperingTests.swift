import Testing
import VaultCore
import VaultFiles
import VaultSigning

@testable import VaultFsck
@testable import VaultStore

/// Entries that a collector signed with its own key and that are not what an entry may be.
struct LineTamperingTests {
  private static let bytes = Array("new\n".utf8)
  private static let id = ObjectID(of: bytes)

  /// What the small sample with these lines in one commit comes to.
  private func outcome(_ lines: [[UInt8]], _ draft: Insider.Draft = .init()) throws -> Outcome {
    var insider = Insider()
    var draft = draft
    draft.lines = lines
    draft.evidence = [try Insider.pack([Self.bytes])]
    try insider.commit(draft)
    return try check(insider.contents)
  }

  private func names(_ entries: Entry...) throws -> Set<Finding.Name> {
    try outcome(entries.map { $0.encoded() }).names
  }

  private func entry(
    _ path: String, size: UInt64 = 4, revision: Int = 1, series: String? = nil, window: Entry.Window? = nil,
    late: String? = nil, supersedes: Entry.Supersession? = nil
  ) throws -> Entry {
    try TestVault.entry(
      path, Self.id, size, revision: revision, series: series, window: window, late: late,
      supersedes: supersedes)
  }

  // MARK: - Form

  @Test func `a line in another spelling is found`() throws {
    let line = try entry("c.txt").encoded()
    #expect(try outcome([[0x7B, 0x20] + line.dropFirst()]).names.contains(.lineMalformed))
    #expect(try outcome([line + [0x20]]).names.contains(.lineMalformed))
    #expect(try outcome([[]]).names.contains(.lineMalformed))
  }

  @Test func `a line of a type that nobody knows is found`() throws {
    let line = Array("{\"type\":\"later\"}".utf8)
    let outcome = try outcome([line, try entry("c.txt").encoded()])
    #expect(outcome.names == [.unsupportedFormat], "\(outcome.text)")
    #expect(outcome.subjects(.unsupportedFormat) == ["periods/soc2-2026#3"])
  }

  @Test func `a second opening is found`() throws {
    let opening = PeriodOpening(
      period: "soc2-2026", framework: "soc2", from: TestVault.from, to: TestVault.to)
    let found = try outcome([opening.encoded(), try entry("c.txt").encoded()], .init(key: Keys.manager))
    #expect(found.names == [.openingMisplaced, .signerNotAuthorized])
  }

  @Test func `a period that opens with another's opening, or with none, is found`() throws {
    let vault = try TestVault()
    let opening = PeriodOpening(period: "other", framework: "soc2", from: TestVault.from, to: TestVault.to)
    try vault.open(TestVault.soc, opening)
    #expect(try check(vault).names == [.openingMisplaced])
    let none = try TestVault()
    try none.commit(TestVault.soc, [try entry("c.txt").encoded()], creating: true)
    #expect(try check(none).names == [.openingMisplaced, .objectMissing])
  }

  @Test func `a predecessor that was opened otherwise is found`() throws {
    let vault = try TestVault()
    let first = try vault.open(TestVault.soc)
    for (commit, found) in [(first, []), (ObjectID(of: [1]), [Finding.Name.predecessorMismatch])] {
      let next = try TestVault(try vault.contents())
      let before = PeriodOpening.Predecessor(period: "soc2-2026", commit: commit)
      let opening = PeriodOpening(
        period: "iso-2026", framework: "iso", from: TestVault.from, to: TestVault.to, predecessor: before)
      try next.open(TestVault.iso, opening)
      #expect(try check(next).names == Set(found))
    }
  }

  // MARK: - What an entry says

  @Test func `a size that is not the evidence's is found`() throws {
    #expect(try names(entry("c.txt", size: 5)) == [.entrySize])
  }

  @Test func `evidence that is nowhere is found`() throws {
    let outcome = try outcome([
      try TestVault.entry("c.txt", ObjectID(of: [9]), 1).encoded(), try entry("d.txt").encoded(),
    ])
    #expect(outcome.names == [.objectMissing])
    #expect(outcome.subjects(.objectMissing) == ["soc2-2026:c.txt"])
  }

  @Test func `an entry from outside the period is found unless it says why it is late`() throws {
    let window = Entry.Window(from: TestVault.from, to: TestVault.time("2027-01-01T00:00:00.001Z"))
    #expect(try names(entry("c.txt", window: window)) == [.entryOutsidePeriod])
    #expect(try names(entry("c.txt", window: window, late: "the system was down")) == [])
  }

  @Test func `a path outside the signer's is found`() throws {
    var insider = Insider()
    let second = try insider.vault().trust()
    let narrow = Trust.Signer(
      name: "collector", key: Keys.collector.publicKey.openSSHLine, roles: [.collect],
      periods: [try Glob("soc2-*")], paths: [try Glob("CC*/**")])
    let third = Trust(
      number: 3, vault: ObjectID(of: TestVault.firstTrust.encoded()), previous: second, nonce: nil,
      rootKeys: [Keys.root.publicKey.openSSHLine], threshold: 1, signers: [narrow], revocations: [],
      time: TestVault.from)
    try insider.appendTrust(third.encoded(), number: 3)
    try insider.add("CC7/c.txt")
    let sound = try check(insider.contents)
    #expect(sound.sound, "\(sound.text)")
    try insider.add("A.5/c.txt", Array("other\n".utf8))
    #expect(try check(insider.contents).subjects(.signerNotAuthorized) == ["periods/soc2-2026#4"])
  }

  // MARK: - Paths and revisions

  @Test func `paths that collide are found`() throws {
    #expect(try names(entry("a.txt")) == [.pathCollision], "the path stands already")
    #expect(try names(entry("A.TXT")) == [.pathCollision], "case")
    #expect(try names(entry("\u{E9}.txt"), entry("e\u{301}.txt")) == [.pathCollision], "normal form")
    #expect(try names(entry("a.txt/b")) == [.pathCollision], "a file is no folder")
    #expect(try names(entry("c/d"), entry("C")) == [.pathCollision], "a folder is no file")
    #expect(try names(entry("c/d"), entry("c/e"), entry("c.txt")) == [])
  }

  @Test func `a collision is told by the evidence's path`() throws {
    let outcome = try outcome([try entry("c.txt").encoded(), try entry("A.TXT").encoded()])
    #expect(outcome.subjects(.pathCollision) == ["soc2-2026:A.TXT"])
  }

  /// The leaf of `a.txt`, and its hash.
  private func standing() throws -> (leaf: Int, hash: MerkleHash) {
    let vault = try Insider().vault()
    let reader = try RefReader(RefIndex.open(vault.folder, Insider.soc))
    let record = try #require(reader.index.latest(try EvidencePath("a.txt")))
    return (Int(record.leaf), MerkleHash(MerkleHasher().leaf(try reader.lineBytes(record))))
  }

  private func revision(
    _ number: Int, leaf: Int? = nil, hash: MerkleHash? = nil, series: String? = nil, path: String = "a.txt"
  ) throws -> Entry {
    let standing = try standing()
    return try entry(
      path, revision: number, series: series,
      supersedes: .init(leaf: leaf ?? standing.leaf, hash: hash ?? standing.hash, reason: "better"))
  }

  @Test func `a revision that names the entry before it is sound`() throws {
    #expect(try names(revision(2)) == [])
  }

  @Test func `a broken chain of revisions is found`() throws {
    #expect(try names(revision(3)) == [.revisionBroken], "a revision left out")
    #expect(try names(revision(2, leaf: 2)) == [.revisionBroken], "another leaf")
    #expect(try names(revision(2, hash: MerkleHash(.zero))) == [.revisionBroken], "another hash")
    #expect(try names(revision(2, series: "daily")) == [.revisionBroken], "another series")
    #expect(try names(revision(2, path: "c.txt")) == [.revisionBroken], "another path")
    #expect(try names(revision(2), revision(2)) == [.revisionBroken], "two of one number")
    #expect(try names(revision(2, path: "A.txt")) == [.pathCollision], "another spelling")
  }

  // MARK: - Populations

  /// What the small sample comes to with a population whose claims are changed; large ones take another way.
  private func population(
    _ bytes: [UInt8] = Samples.records(30), _ change: (Population, ObjectID) -> Population,
    table: (RecordTable) -> [UInt8] = { $0.encoded() }
  ) throws -> Outcome {
    var insider = Insider()
    let (entries, pack, _) = try insider.vault().ingest(
      Insider.soc, [.init(path: "c.ndjson", bytes: bytes, isPopulation: true)])
    let entry = entries[0]
    let honest = try #require(entry.population)
    let made = table(try Self.table(of: bytes))
    let claimed = change(honest, ObjectID(of: made))
    let line = try TestVault.entry("c.ndjson", entry.object, entry.size, population: claimed)
    let evidence = [pack.spool.memory] + (claimed.table == honest.table ? [] : [try Insider.pack([made])])
    try insider.commit(.init(lines: [line.encoded()], evidence: evidence))
    return try check(insider.contents)
  }

  /// One frame over all records.
  private static func table(of bytes: [UInt8]) throws -> RecordTable {
    let merkle = MerkleHasher()
    var range = CompactRange()
    for record in bytes.split(separator: 0x0A) { range.append(merkle.leaf(Array(record)), merkle) }
    return RecordTable(
      records: range.end, bytes: UInt64(bytes.count),
      frames: [.init(firstRecord: 0, offset: 0, hashes: range.hashes)])
  }

  @Test(arguments: [30, 12_000]) func `a population with a wrong count or root is found`(_ count: Int) throws
  {
    let records = Samples.records(count)
    #expect(try population(records) { honest, _ in honest }.sound)
    let counted = try population(records) { honest, _ in
      Population(count: honest.count + 1, root: honest.root, table: honest.table)
    }
    #expect(counted.names == [.populationMismatch], "\(counted.text)")
    let rooted = try population(records) { honest, _ in
      Population(count: honest.count, root: MerkleHash(.zero), table: honest.table)
    }
    #expect(rooted.names == [.populationMismatch], "\(rooted.text)")
  }

  @Test(arguments: [30, 12_000]) func `a record table that is not the population's is found`(
    _ count: Int
  ) throws {
    let records = Samples.records(count)
    let merkle = MerkleHasher()
    func claim(_ honest: Population, _ table: ObjectID) -> Population {
      Population(count: honest.count, root: honest.root, table: table)
    }
    let bent: [(RecordTable) -> [UInt8]] = [
      { _ in Array("no table".utf8) },
      { RecordTable(records: $0.records, bytes: $0.bytes + 1, frames: $0.frames).encoded() },
      { table in
        var hashes = table.frames[0].hashes
        hashes[0] = .zero
        return RecordTable(
          records: table.records, bytes: table.bytes,
          frames: [.init(firstRecord: 0, offset: 0, hashes: hashes)]
        ).encoded()
      },
    ]
    for bend in bent {
      let outcome = try population(records, claim, table: bend)
      #expect(outcome.names.isSuperset(of: [.populationMismatch]), "\(outcome.text)")
      #expect(outcome.names.isSubset(of: [.populationMismatch, .objectUnreferenced]))
    }
    // Hashes, count and root that agree with each other, but with other records.
    let other = try Self.table(of: Samples.records(count).map { $0 == 0x78 ? 0x79 : $0 })
    let whole = CompactRange(begin: 0, end: other.records, hashes: other.frames[0].hashes)!
    let outcome = try population(
      records,
      { Population(count: $0.count, root: whole.root(merkle), table: $1) }, table: { _ in other.encoded() })
    #expect(outcome.names.contains(.populationMismatch), "\(outcome.text)")
  }

  @Test(arguments: [0, 1]) func `a record that is too long is found, and no shorter one`(_ more: Int) throws {
    // Whoever takes such a population in refuses it, so it is taken in as a document.
    let long = [UInt8](repeating: 0x61, count: Limits.recordBytes + more) + [0x0A]
    for bytes in [long, Array("one\n".utf8) + long + Array("two\n".utf8), Array(long.dropLast())] {
      var insider = Insider()
      let (entries, pack, _) = try insider.vault().ingest(
        Insider.soc, [.init(path: "c.ndjson", bytes: bytes)])
      let table = try Self.table(of: bytes)
      let whole = CompactRange(begin: 0, end: table.records, hashes: table.frames[0].hashes)!
      let claimed = Population(
        count: Int(table.records), root: whole.root(MerkleHasher()), table: ObjectID(of: table.encoded()))
      let line = try TestVault.entry(
        "c.ndjson", entries[0].object, entries[0].size, population: claimed)
      try insider.commit(
        .init(
          lines: [line.encoded()], evidence: [pack.spool.bytes(), try Insider.pack([table.encoded()])]))
      let outcome = try check(insider.contents)
      #expect(outcome.names == (more == 0 ? [] : [.populationMismatch]), "\(outcome.text)")
    }
  }

  @Test func `a population superseded without an approver is found`() throws {
    for (signers, found) in [
      ([Keys.collector], [Finding.Name.signerNotAuthorized]), ([Keys.collector, Keys.approver], []),
      ([Keys.collector, Keys.manager], [.signerNotAuthorized]),
    ] {
      var insider = Insider()
      let first = try insider.vault()
      try first.add(
        Insider.soc, [.init(path: "p.ndjson", bytes: Samples.records(3), isPopulation: true)])
      insider.contents = try first.contents()
      let reader = try RefReader(RefIndex.open(first.folder, Insider.soc))
      let record = try #require(reader.index.latest(try EvidencePath("p.ndjson")))
      let hash = MerkleHash(MerkleHasher().leaf(try reader.lineBytes(record)))
      let (entries, pack, _) = try insider.vault().ingest(
        Insider.soc, [.init(path: "p.ndjson", bytes: Samples.records(4), isPopulation: true)])
      let next = try TestVault.entry(
        "p.ndjson", entries[0].object, entries[0].size, revision: 2,
        supersedes: .init(leaf: Int(record.leaf), hash: hash, reason: "one was missing"),
        population: entries[0].population)
      try insider.commit(
        .init(lines: [next.encoded()], evidence: [pack.spool.memory], signers: signers))
      #expect(try check(insider.contents).names == Set(found))
    }
  }
}
