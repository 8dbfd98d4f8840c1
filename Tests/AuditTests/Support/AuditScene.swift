import VaultAudit
import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

/// A vault in memory with one period, a collector and an auditor.
struct AuditScene {
  static let root = "/vault"
  static let period = "soc2-2026"
  static let seed = [UInt8](repeating: 5, count: 16)

  let files = MemoryFiles()

  init() throws {
    let now = Self.time
    _ = try TrustEditing.createVault(
      files, root: Self.root, signers: [Self.key("root")], threshold: 1,
      nonce: [UInt8](repeating: 7, count: 32), time: now)
    _ = try TrustEditing.edit(try vault, signers: [Self.key("root")], time: now) { draft in
      draft.signers = [try Self.signer("collector", .collect), try Self.signer("auditor", .audit)]
    }
    let opening = PeriodOpening(
      period: Self.period, framework: "soc2", from: now,
      to: Timestamp(canonical: "2027-01-01T00:00:00.000Z") ?? now)
    _ = try PeriodOpenings.open(
      try vault, opening, predecessor: nil, signers: [Self.key("root")], time: now, message: "")
  }

  static var time: Timestamp { Timestamp(canonical: "2026-01-01T00:00:00.000Z").unsafelyUnwrapped }

  /// A key that is the same in every run: its name's hash is the private number.
  static func key(_ name: String) throws -> SSHPrivateKey {
    let der = Hex.decode(("302e020100300506032b657004220420" + ObjectID(of: Array(name.utf8)).hex).utf8) ?? []
    let text = "-----BEGIN PRIVATE KEY-----\n\(Base64.encode(der))\n-----END PRIVATE KEY-----\n"
    return try SSHPrivateKey(file: Array(text.utf8))
  }

  private static func signer(_ name: String, _ role: Role) throws -> Trust.Signer {
    Trust.Signer(
      name: name, key: try key(name).publicKey.openSSHLine, roles: [role], periods: [try Glob("*")],
      paths: [try Glob("**")])
  }

  var vault: OpenVault { get throws { try OpenVault(VaultFolder.open(files, root: Self.root)) } }

  /// Commits records as a population, and gives it as reviews name it.
  func population(_ path: String, _ records: [String]) throws -> ReviewedPopulation {
    let file = "/in-" + path.split(separator: "/").joined(separator: "-")
    try files.writeNewFile(file, Array(records.map { $0 + "\n" }.joined().utf8))
    let found = try EvidenceWalk.walk([file], base: path, followsLinks: false, files: files)
    let draft = EvidenceDraft(
      controls: ["CC8.1"], source: Entry.Source(system: "github"),
      effective: Entry.Window(from: Self.time, to: Self.time),
      // Records of every kind: what is looked for in them is not what these tests are about.
      population: PopulationDraft(idField: "/n", incomplete: "records of a test"))
    _ = try EvidenceCommit(
      vault: try vault, period: Self.period, signers: [Self.key("collector")], message: "", time: Self.time,
      workers: 2
    ).run(found, draft: draft)
    let reader = try vault.period(Self.period)
    guard let record = reader.index.latest(try EvidencePath(path)) else {
      throw StoreError(.notFound, "the population is not there")
    }
    return try ReviewedPopulation(reader, record, try reader.entry(record))
  }

  func review(_ lines: [Line]) throws -> ReviewCommit.Result {
    try ReviewCommit(
      vault: try vault, period: Self.period, signers: [Self.key("auditor")], message: "", time: Self.time
    ).run(lines)
  }
}
