import Testing
import VaultAudit
import VaultCore
import VaultFiles
import VaultStore

@Suite struct `The verification of a population` {
  private let scene: AuditScene
  private static let original = #"[{"n":1},{"n":2}]"#

  init() throws { scene = try AuditScene() }

  /// Commits the records of the original, or `others` in their place, and verifies what then stands there.
  private func verify(_ path: String, others: String? = nil) throws -> [PopulationVerification.Check] {
    let files = scene.files
    let file = "/in-\(path.split(separator: "/").joined(separator: "-")).json"
    try files.writeNewFile(file, Array(Self.original.utf8))
    let found = try EvidenceWalk.walk([file], base: path, followsLinks: false, files: files)
    let draft = EvidenceDraft(
      controls: ["CC8.1"], source: Entry.Source(system: "github"),
      effective: Entry.Window(from: AuditScene.time, to: AuditScene.time),
      population: PopulationDraft(idField: "/n"))
    let vault = try scene.vault
    let addition = PopulationAddition(found[0], draft: draft, input: nil, response: nil)
    let pieces = try addition.pieces(files, staging: vault.folder.staging)
    if let others {
      guard case .file(let cut) = pieces[0].found.origin else {
        throw StoreError(.badInput, "nothing was cut")
      }
      files.plant(cut, Array(others.utf8))
    }
    _ = try EvidenceCommit(
      vault: vault, period: AuditScene.period, signers: [AuditScene.key("collector")], message: "",
      time: AuditScene.time, workers: 1
    ).run(pieces)
    let reader = try vault.period(AuditScene.period)
    let place = try #require(reader.index.latest(try EvidencePath(path)))
    return try PopulationVerification.run(vault, reader, place)
  }

  @Test func `cuts the original again`() throws {
    let checks = try verify("CC8.1/a.ndjson")
    #expect(checks.allSatisfy(\.isSound) && checks.contains { $0.name == "cut" })
  }

  @Test(arguments: [
    "{\"n\":1}\n{\"n\":3}\n", "{\"n\":1}\n", "{\"n\":2}\n{\"n\":1}\n", "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n",
  ])
  func `finds records that the original does not give`(records: String) throws {
    let flawed = try verify("CC8.1/b.ndjson", others: records).filter { !$0.isSound }
    #expect(flawed.map(\.name) == ["cut"])
    #expect(flawed.first?.flaw?.contains("the original gives other records") == true)
  }
}
