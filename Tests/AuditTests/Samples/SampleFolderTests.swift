import Testing
import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

@testable import VaultAudit

struct SampleFolderTests {
  private static let folder = "/sample"

  /// A scene with an extended draw of five of thirty records, and its folder.
  private func makeScene() throws -> (AuditScene, SampleFiles) {
    let scene = try AuditScene()
    let population = try scene.population("CC8/prs", (0..<30).map { "{\"n\":\($0)}" })
    let small = SampleDraw(population: population.reference, seed: AuditScene.seed, size: 2)
    let draw = SampleDraw(population: population.reference, seed: AuditScene.seed, size: 5, extends: 0)
    _ = try scene.review([.draw(small)])
    let leaf = try scene.review([.draw(draw)]).firstLeaf
    let stored = try StoredPopulation(population.reader, population.entry)
    let records = try stored.prove(draw.records(workers: 2), workers: 2)
    let content = try SampleContent.collect(
      try scene.vault, population, records: records, drawLeaf: leaf, receipt: nil)
    let files = try SampleFiles(content, workpaper: Workpaper(records: records, idField: "/n"))
    try files.write(scene.files, newFolder: Self.folder)
    return (scene, files)
  }

  private func check(_ scene: AuditScene, pinned: ObjectID? = nil) throws -> SampleCheck.Proved {
    try SampleCheck.run(
      try StoredSample(scene.files, folder: Self.folder), pinned: pinned ?? scene.vault.folder.id, workers: 2
    ) { _, _, _, _ in AuditScene.time }
  }

  private func replace(_ scene: AuditScene, _ name: String, _ bytes: [UInt8]) throws {
    try scene.files.writeNewFile("\(Self.folder)/\(name)", bytes, replace: true)
  }

  @Test func `a folder proves its records, its draw and its vault`() throws {
    let (scene, _) = try makeScene()
    let proved = try check(scene)
    #expect(proved.records.count == 5 && proved.draw?.leaf == 1 && proved.draw?.author == "auditor")
    #expect(proved.author == "collector" && proved.population.count == 30)
    let finding = #expect(throws: SampleFinding.self) { try check(scene, pinned: ObjectID(of: [1])) }
    #expect(finding?.name == .vaultMismatch)
  }

  @Test func `a byte that flips in any file is found`() throws {
    let (scene, files) = try makeScene()
    for (name, bytes) in files.files + [(SampleManifest.name, files.manifest)] {
      for place in Set(
        [0, bytes.count / 2, bytes.count - 1] + Array(stride(from: 7, to: bytes.count, by: 131)))
      {
        for mask: UInt8 in [1, 0x20] {
          var damaged = bytes
          damaged[place] ^= mask
          try replace(scene, name, damaged)
          #expect(throws: SampleFinding.self, "\(name) at \(place)") { try check(scene) }
        }
      }
      try replace(scene, name, bytes)
    }
    _ = try check(scene)
  }

  @Test func `a file that is missing is found`() throws {
    let (scene, files) = try makeScene()
    for (name, bytes) in files.files + [(SampleManifest.name, files.manifest)] {
      try scene.files.unlink("\(Self.folder)/\(name)")
      let finding = #expect(throws: SampleFinding.self, "\(name)") { try check(scene) }
      #expect(finding?.name == .fileMismatch)
      try replace(scene, name, bytes)
    }
  }

  /// Writes the folder anew from other content, with a list of files that fits.
  private func rewrite(_ scene: AuditScene, _ content: SampleContent) throws {
    let workpaper = try Workpaper(records: content.records, idField: "/n")
    try SampleFiles(content, workpaper: workpaper).write(scene.files, into: Self.folder)
  }

  private func expect(
    _ name: SampleFinding.Name, _ scene: AuditScene, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let finding = #expect(throws: SampleFinding.self, sourceLocation: sourceLocation) { try check(scene) }
    #expect(finding?.name == name, "\(String(describing: finding))", sourceLocation: sourceLocation)
  }

  @Test func `a folder that was made anew around a lie is found`() throws {
    let (scene, _) = try makeScene()
    let good = try StoredSample(scene.files, folder: Self.folder).content
    func with(
      trust: [SampleContent.Signed]? = nil, commit: SampleContent.Signed? = nil,
      entry: SampleContent.ProvedLine? = nil, records: [RecordProof]? = nil, drawn: SampleContent.Drawn? = nil
    ) -> SampleContent {
      SampleContent(
        vault: good.vault, period: good.period, trust: trust ?? good.trust, commit: commit ?? good.commit,
        entry: entry ?? good.entry, records: records ?? good.records, drawn: drawn ?? good.drawn, receipt: nil
      )
    }
    try rewrite(scene, with(records: Array(good.records.dropLast())))
    expect(.drawMismatch, scene)
    try rewrite(scene, with(records: good.records.reversed()))
    expect(.drawMismatch, scene)
    var record = good.records[0]
    record = RecordProof(bytes: record.bytes + [0x20], proof: record.proof)
    try rewrite(scene, with(records: [record] + good.records.dropFirst()))
    expect(.recordUnproved, scene)
    let line = Array(
      String(decoding: good.entry.line, as: UTF8.self).replacing("github", with: "gitlab").utf8)
    try rewrite(scene, with(entry: .init(line: line, proof: good.entry.proof)))
    expect(.lineUnproved, scene)
    try rewrite(scene, with(commit: .init(bytes: good.commit.bytes, signatures: [])))
    expect(.commitInvalid, scene)
    let drawn = try #require(good.drawn)
    try rewrite(scene, with(commit: .init(bytes: good.commit.bytes, signatures: drawn.commit.signatures)))
    expect(.commitInvalid, scene)
    try rewrite(scene, with(trust: Array(good.trust.dropLast())))
    expect(.commitInvalid, scene)
    try rewrite(scene, with(trust: [good.trust[0], good.trust[0]]))
    expect(.trustBroken, scene)
    try rewrite(scene, with(drawn: .init(commit: drawn.commit, draw: drawn.draw, extended: nil)))
    expect(.drawMismatch, scene)
    let smaller = try #require(drawn.extended)
    try rewrite(scene, with(drawn: .init(commit: drawn.commit, draw: smaller, extended: nil)))
    expect(.lineUnproved, scene)
    try rewrite(scene, good)
    _ = try check(scene)
  }

  @Test func `a folder is made whole or not at all, and never over another`() throws {
    let (scene, files) = try makeScene()
    let before = scene.files.allFiles()
    #expect(throws: FileError.self) { try files.write(scene.files, newFolder: Self.folder) }
    #expect(scene.files.allFiles() == before)
  }
}
