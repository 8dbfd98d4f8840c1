import VaultAudit
import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

/// What a user was told of the things that were done.
struct Told {
  struct Committed {
    let sequence: Int
    let id: ObjectID
    let contents: [String: [UInt8]]
  }

  var vault: ObjectID?
  var trust: [ObjectID] = []
  var commits: [Committed] = []
}

/// A process that works on the vault in `/audit`: the operations behind the commands, and what they told.
struct Session {
  static let home = "/audit"
  static let root = "/audit/.vault"
  static let period = "2026"
  static let start = Timestamp(canonical: "2026-01-01T00:00:00.000Z")!
  static let now = Timestamp(canonical: "2026-03-01T00:00:00.000Z")!

  let files: any FileLayer
  var told = Told()

  init(_ files: any FileLayer) { self.files = files }

  func open() throws -> OpenVault { try OpenVault(VaultFolder.open(files, root: Self.root)) }

  mutating func initialize(nonce: UInt8 = 1, key: SSHPrivateKey = Keys.root) throws {
    let vault = try TrustEditing.createVault(
      files, root: Self.root, signers: [key], threshold: 1, nonce: [UInt8](repeating: nonce, count: 32),
      time: Self.start)
    told.vault = vault.folder.id
  }

  mutating func trustCollector() throws {
    let result = try TrustEditing.edit(open(), signers: [Keys.root], time: Self.start) { draft in
      draft.signers.append(
        Trust.Signer(
          name: "collector\(draft.signers.count)", key: Keys.collector.publicKey.openSSHLine,
          roles: [.collect, .manage, .approve], periods: [try Glob("*")], paths: [try Glob("**")],
          validFrom: nil,
          validUntil: nil))
    }
    if case .appended(let id, _) = result { told.trust.append(id) }
  }

  /// Takes another root key in; both decide from then on, where `threshold` says so.
  mutating func rotate(threshold: Int) throws {
    try remember(
      TrustEditing.edit(open(), signers: [Keys.root, Keys.second], time: Self.start) { draft in
        draft.rootKeys.append(Keys.second.publicKey.openSSHLine)
        draft.threshold = threshold
      })
  }

  mutating func revoke() throws {
    try remember(
      TrustEditing.edit(open(), signers: [Keys.root], time: Self.start) { draft in
        draft.revocations.append(
          Trust.Revocation(key: Keys.second.publicKey.fingerprint, at: Self.start, reason: "lost"))
      })
  }

  /// One of two root keys proposes, the other one signs.
  mutating func propose() throws { try rename("proposed", by: [Keys.root]) }

  /// Changes trust in some way, signed by whoever must.
  mutating func changeTrust() throws {
    try rename(
      "renamed", by: open().newestTrust().trust.threshold > 1 ? [Keys.root, Keys.second] : [Keys.root])
  }

  private mutating func rename(_ name: String, by signers: [SSHPrivateKey]) throws {
    try remember(
      TrustEditing.edit(open(), signers: signers, time: Self.start) { draft in
        let old = draft.signers[0]
        draft.signers[0] = Trust.Signer(
          name: name, key: old.key, roles: old.roles, periods: old.periods, paths: old.paths, validFrom: nil,
          validUntil: nil)
      })
  }

  mutating func sign() throws { try remember(TrustEditing.sign(open(), signers: [Keys.second])) }

  private mutating func remember(_ result: TrustEditing.Result) throws {
    if case .appended(let id, _) = result { told.trust.append(id) }
  }

  mutating func openPeriod(_ name: String = period, predecessor: String? = nil) throws {
    let opening = PeriodOpening(
      period: name, framework: "soc2", from: Self.start,
      to: Timestamp(canonical: "2027-01-01T00:00:00.000Z")!, approvers: 1)
    let (id, commit) = try PeriodOpenings.open(
      open(), opening, predecessor: predecessor, signers: [Keys.collector], time: Self.now, message: "open")
    if name == Self.period {
      told.commits.append(Told.Committed(sequence: commit.sequence, id: id, contents: [:]))
    }
  }

  /// What the period takes.
  func state() throws -> PeriodProgress.State { try open().period(Self.period).index.progress.state }

  mutating func close() throws {
    let commits = PeriodCommits(
      vault: try open(), period: Self.period, signers: [Keys.collector], message: "close", time: Self.now)
    let (id, commit) = try commits.close(reason: nil)
    told.commits.append(Told.Committed(sequence: commit.sequence, id: id, contents: [:]))
  }

  mutating func seal() throws {
    let commit = SealCommit(
      vault: try open(), period: Self.period, signers: [Keys.collector], message: "seal", time: Self.now)
    guard case .signed(let result) = try commit.run(), result.isSealed else {
      throw StoreError(.refused, "the period was not sealed")
    }
    told.commits.append(Told.Committed(sequence: result.sequence, id: result.commit, contents: [:]))
  }

  /// Commits files that ``Evidence`` planted.
  mutating func commit(_ names: [String]) throws {
    let result = try evidenceCommit().run(found(names), draft: Self.draft)
    try remember(result, names)
  }

  /// Commits the bytes of one file at the path of another, which is there.
  mutating func supersede(_ path: String, by name: String) throws {
    let commit = try EvidenceCommit(
      vault: open(), period: Self.period, signers: [Keys.collector], message: "newer", time: Self.now,
      supersedeReason: "a newer export", workers: 1)
    let found = try EvidenceWalk.walk(
      [Evidence.folder + "/" + name], base: path, followsLinks: false, files: files)
    let result = try commit.run(found, draft: Self.draft)
    told.commits.append(
      Told.Committed(sequence: result.sequence, id: result.commit, contents: [path: Evidence.bytes(name)]))
  }

  mutating func addPopulation(_ name: String) throws {
    var draft = Self.draft
    draft.coversPeriod = true
    draft.population = PopulationDraft(idField: "/id", sequenceField: "/id", sourceCount: 40)
    let found = try self.found([name])
    let vault = try open()
    let addition = PopulationAddition(found[0], draft: draft, input: .lines, response: nil)
    let commit = EvidenceCommit(
      vault: vault, period: Self.period, signers: [Keys.collector], message: "population", time: Self.now,
      workers: 1)
    try remember(commit.run(addition.pieces(files, staging: vault.folder.staging)), [name])
  }

  func add(_ names: [String]) throws {
    _ = try StagedEvidence(open()).add(found(names), draft: Self.draft, time: Self.now, workers: 1)
  }

  mutating func commitStaged(_ names: [String]) throws {
    try remember(StagedEvidence(open()).commit(evidenceCommit()), names)
  }

  private func evidenceCommit() throws -> EvidenceCommit {
    EvidenceCommit(
      vault: try open(), period: Self.period, signers: [Keys.collector], message: "evidence", time: Self.now,
      workers: 1)
  }

  private mutating func remember(_ result: EvidenceCommit.Result, _ names: [String]) throws {
    let contents = Dictionary(uniqueKeysWithValues: names.map { ($0, Evidence.bytes($0)) })
    told.commits.append(Told.Committed(sequence: result.sequence, id: result.commit, contents: contents))
  }

  private func found(_ names: [String]) throws -> [EvidenceWalk.Found] {
    try names.flatMap { name in
      try EvidenceWalk.walk([Evidence.folder + "/" + name], base: name, followsLinks: false, files: files)
    }
  }

  private static let draft = EvidenceDraft(
    controls: ["CC7.2"], source: Entry.Source(system: "siem"),
    effective: Entry.Window(from: start, to: now))
}

/// The files that the tests commit.
enum Evidence {
  static let folder = "/in"
  static let large = "large.bin"
  static let population = "p.ndjson"
  /// Nearly the same, so that the second is stored as a delta.
  static let texts = ["t1.txt", "t2.txt"]
  static let small = ["a.txt", "b.txt", "c.txt", "d.txt", "e.txt", "f.txt", "g.txt", "h.txt"]

  /// More than a pack keeps in memory, and nothing that compresses.
  private static let largeBytes: [UInt8] = {
    var random = SplitMix64(seed: 1)
    return [UInt8](unsafeUninitializedCapacity: 17 << 20) { buffer, count in
      buffer.withMemoryRebound(to: UInt64.self) { words in
        for index in words.indices { words[index] = random.next() }
      }
      count = 17 << 20
    }
  }()

  static func bytes(_ name: String) -> [UInt8] {
    if name == large { return largeBytes }
    if name == population { return Array((0..<40).map { "{\"id\":\($0)}\n" }.joined().utf8) }
    if let number = texts.firstIndex(of: name) {
      return Array((0..<120).map { "line \($0) of \($0 == 60 ? number : 0)\n" }.joined().utf8)
    }
    var random = SplitMix64(seed: UInt64(name.utf8.first!))
    return (0..<700).map { _ in UInt8(truncatingIfNeeded: random.next()) }
  }

  static func plant(_ files: MemoryFiles, _ names: [String]) throws {
    try files.makeDirectories(folder)
    for name in names { try files.writeNewFile(folder + "/" + name, bytes(name)) }
  }
}
