import Testing
import VaultAudit
import VaultCore
import VaultFiles
import VaultFsck
import VaultRemote
import VaultSigning

@testable import VaultStore

/// A copy of a vault on some disk, seen by one who writes to it or by the remote.
struct PushScene {
  static let root = "/v"
  static let quarantine = "/quarantine"
  static let period = "soc2-2026"
  static let ref = RefName.period(period)
  static let from = time("01-01")
  static let now = time("03-02")

  let disk: MemoryFiles

  /// A day of 2026.
  static func time(_ day: String) -> Timestamp { Timestamp(canonical: "2026-\(day)T00:00:00.000Z")! }

  /// A remote with two trust documents and a period with one commit of evidence, and its first writer's vault.
  static let base: MemoryFiles = try! makeBase()

  /// The remote, as every test begins.
  static func remote() -> PushScene { PushScene(disk: base.copy()) }

  private static func makeBase() throws -> MemoryFiles {
    let scene = PushScene(disk: MemoryFiles())
    _ = try TrustEditing.createVault(
      scene.disk, root: root, signers: [PushKeys.root], threshold: 1, nonce: [UInt8](repeating: 7, count: 32),
      time: from)
    try scene.changeTrust { draft in
      draft.signers = [
        signer("manager", PushKeys.manager, [.manage]), signer("collector", PushKeys.collector, [.collect]),
        signer("narrow", PushKeys.narrow, [.collect], paths: "CC6/**"),
        signer("approver", PushKeys.approver, [.approve]), signer("revoked", PushKeys.revoked, [.collect]),
        signer("auditor", PushKeys.auditor, [.audit]),
        signer("expired", PushKeys.expired, [.collect], until: time("03-01")),
      ]
      draft.revocations = [
        .init(key: PushKeys.revoked.publicKey.fingerprint, at: time("03-01"), reason: "lost")
      ]
    }
    try scene.open()
    try scene.commit(["CC7/a.txt": text("one\n"), "CC7/b.txt": export(1)])
    try scene.commit(["CC8/prs.ndjson": records(40)], population: true)
    try scene.beginLog()
    return scene.disk.copy()
  }

  static func signer(
    _ name: String, _ key: SSHPrivateKey, _ roles: [Role], paths: String = "**", until: Timestamp? = nil
  ) -> Trust.Signer {
    Trust.Signer(
      name: name, key: key.publicKey.openSSHLine, roles: roles, periods: [try! Glob("*")],
      paths: [try! Glob(paths)], validUntil: until)
  }

  static func text(_ text: String) -> [UInt8] { Array(text.utf8) }

  static func noise(_ count: Int, seed: UInt64) -> [UInt8] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
  }

  /// An export that stays much the same from day to day.
  static func export(_ day: Int) -> [UInt8] { text("day \(day)\n") + text(Hex.encode(noise(2000, seed: 3))) }

  static func records(_ count: Int) -> [UInt8] { text((0..<count).map { "{\"n\":\($0)}\n" }.joined()) }

  // MARK: - The honest writer

  var vault: OpenVault { get throws { try OpenVault(VaultFolder.open(disk, root: Self.root)) } }

  func changeTrust(_ change: (inout TrustEditing.Draft) throws -> Void) throws {
    _ = try TrustEditing.edit(vault, signers: [PushKeys.root], time: Self.from, change)
  }

  func open(_ period: String = period, key: SSHPrivateKey = PushKeys.manager) throws {
    let opening = PeriodOpening(
      period: period, framework: "soc2", from: Self.from,
      to: Timestamp(canonical: "2027-01-01T00:00:00.000Z")!)
    _ = try PeriodOpenings.open(
      vault, opening, predecessor: period == Self.period ? nil : Self.period, signers: [key], time: Self.now,
      message: "")
  }

  @discardableResult
  func commit(
    _ files: [String: [UInt8]], population: Bool = false, supersede: String? = nil,
    signers: [any Signer] = [PushKeys.collector]
  ) throws -> EvidenceCommit.Result {
    let folder = "/in-\(UInt64.random(in: .min ... .max))"
    try disk.makeDirectories(folder)
    let found = try files.sorted { $0.key < $1.key }.enumerated().flatMap { number, file in
      try disk.writeNewFile("\(folder)/\(number)", file.value)
      return try EvidenceWalk.walk(
        ["\(folder)/\(number)"], base: file.key, followsLinks: false, files: disk)
    }
    let draft = EvidenceDraft(
      controls: ["CC7.2"], source: Entry.Source(system: "siem"),
      effective: Entry.Window(from: Self.from, to: Self.now),
      population: population ? PopulationDraft() : nil)
    let commit = EvidenceCommit(
      vault: try vault, period: Self.period, signers: signers, message: "evidence", time: Self.now,
      supersedeReason: supersede, workers: 1)
    return try commit.run(found, draft: draft)
  }

  /// The newest line of a ref as a push to another vault, whose disk gets the packs.
  func newest(_ ref: ChainName = .ref(ref), to other: PushScene) throws -> OfferedLine {
    let (path, packs): (String, String) =
      switch ref {
      case .ref(let name): ("\(Self.root)/refs/\(name).log", "\(Self.root)/packs/\(name.period)")
      case .trust: ("\(Self.root)/refs/trust.log", "\(Self.root)/packs/@vault")
      }
    let last = try #require(try disk.readWholeFile(path, limit: 1 << 24).split(separator: 0x0A).last)
    let line = try Array(last).withUnsafeBytes {
      try RefLine(decoding: $0, kind: ref == .trust ? .trust : .commit)
    }
    let folder = PackFolder(disk, path: packs)
    return try other.push(
      ref, line.sequence, line.document, line.signatures,
      line.packs.map { try folder.read($0.file, at: $0.offset, count: Int($0.length)) })
  }

  /// The population of 40 records that every scene has, as reviews name it.
  func population() throws -> PopulationReference {
    let reader = try vault.period(Self.period)
    let record = try #require(reader.index.latest(try EvidencePath("CC8/prs.ndjson")))
    return try ReviewedPopulation(reader, record, try reader.entry(record)).reference
  }

  // MARK: - The remote

  /// A push whose packs lie in this remote's quarantine.
  func push(
    _ ref: ChainName, _ sequence: Int, _ document: ObjectID, _ signatures: [ObjectID], _ packs: [[UInt8]],
    files: (any FileLayer)? = nil
  ) throws -> OfferedLine {
    try disk.makeDirectories(Self.quarantine)
    return OfferedLine(
      ref: ref, sequence: sequence, document: document, signatures: signatures,
      packs: try packs.map { bytes in
        let id = ObjectID(of: bytes)
        let path = "\(Self.quarantine)/\(id.hex).part"
        try disk.writeNewFile(path, bytes, replace: true)
        let file = try SharedFile(files ?? disk, path: path)
        return OfferedLine.Pack(id: id, length: UInt64(bytes.count), place: .file(file))
      })
  }

  func acceptance(_ limits: PushLimits = PushLimits()) throws -> Acceptance {
    Acceptance(try vault, limits: limits, workers: 2)
  }

  /// Checks and places a push as a server does.
  @discardableResult
  func take(_ push: OfferedLine, at received: Timestamp = now) throws -> Accepted {
    let accepted = try acceptance().check(push, received: received)
    try accepted.place { _ in }
    return accepted
  }

  /// The vault's own files: what a refused push must leave as it is.
  var contents: [String: [UInt8]] {
    disk.allFiles().filter { path, _ in
      path.hasPrefix(Self.root + "/") && path != "\(Self.root)/access.log"
        && !path.hasPrefix("\(Self.root)/quarantine/")
    }
  }

  func expectSound(_ place: String = "", waived: Int = 0) throws {
    let outcome = try Fsck.run(disk, root: Self.root, Fsck.Options(workers: 1))
    #expect(outcome.sound, "\(place) \(outcome.findings)")
    let others = outcome.disclosures.filter { $0.name != .repudiated }
    #expect(others.count == waived, "\(place) \(others)")
    #expect(others.allSatisfy { $0.name == .waived }, "\(place) \(others)")
  }

  /// Expects that a push is refused with a code for a reason, that nothing of the vault has changed, and that an
  /// honest push is still taken. Without limits of its own it is refused in a session of the protocol, too, there with
  /// the code `wired`.
  func expectRefused(
    _ push: OfferedLine, _ code: Refusal.Code, _ reason: String = "", at received: Timestamp = now,
    _ limits: PushLimits? = nil, wired: Refusal.Code? = nil, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let before = contents
    if limits == nil {
      let answer = try pushOverTheWire(push, at: received)
      let refusal = #expect(throws: Refusal.self, sourceLocation: sourceLocation) { try answer.get() }
      #expect(refusal?.code == wired ?? code, "\(refusal?.reason ?? "")", sourceLocation: sourceLocation)
      #expect(contents == before, "a refused session changed the vault", sourceLocation: sourceLocation)
    }
    let refusal = #expect(throws: Refusal.self, sourceLocation: sourceLocation) {
      _ = try acceptance(limits ?? PushLimits()).check(push, received: received)
    }
    #expect(refusal?.code == code, "\(refusal?.reason ?? "")", sourceLocation: sourceLocation)
    #expect(
      refusal?.reason.contains(reason) == true, "\(refusal?.reason ?? "")", sourceLocation: sourceLocation)
    #expect(contents == before, "a refused push changed the vault", sourceLocation: sourceLocation)
    let number = try vault.period(Self.period).index.sequence
    try take(try Forgery.add("CC6/honest-\(number).txt", Self.text("honest \(number)\n")).push(to: self))
    try expectSound()
  }
}
