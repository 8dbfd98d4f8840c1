import Testing
import VaultCore
import VaultFiles
import VaultSigning

@testable import VaultAudit
@testable import VaultRemote
@testable import VaultStore

/// The receipt of a population in the folder of a sample, as an auditor draws it whose copy follows a remote's log.
@Suite struct `The receipt in a sample's folder` {
  private static let folder = "/sample"
  private static let seed = [UInt8](repeating: 5, count: 16)

  private let scene = PushScene.remote()
  private let log: RemoteLog
  /// The folder as it was drawn.
  private let content: SampleContent

  init() throws {
    let key = try LogKeyFiles(scene.disk, root: PushScene.root).verifier()
    try scene.changeTrust { $0.logs = [Trust.Log(name: "origin", key: key.description)] }
    log = try RemoteLog(scene.vault.folder, key)
    let newest = try #require(try log.newest(of: [.ref(PushScene.ref)])[.ref(PushScene.ref)])
    let draw = SampleDraw(population: try scene.population(), seed: Self.seed, size: 5)
    let leaf = try ReviewCommit(
      vault: scene.vault, period: PushScene.period, signers: [PushKeys.auditor], message: "",
      time: PushScene.now
    ).run([.draw(draw)]).firstLeaf
    let reader = try scene.vault.period(PushScene.period)
    let record = try #require(reader.index.latest(EvidencePath("CC8/prs.ndjson")))
    let population = try ReviewedPopulation(reader, record, reader.entry(record))
    let stored = try StoredPopulation(reader, population.entry)
    content = try SampleContent.collect(
      scene.vault, population, records: stored.prove(draw.records(workers: 1), workers: 1), drawLeaf: leaf,
      receipt: log.receipt(of: newest.index).encoded())
    try files(content).write(scene.disk, newFolder: Self.folder)
  }

  private func files(_ content: SampleContent) throws -> SampleFiles {
    try SampleFiles(content, workpaper: Workpaper(records: content.records, idField: nil))
  }

  private func with(receipt: [UInt8]?) -> SampleContent {
    SampleContent(
      vault: content.vault, period: content.period, trust: content.trust, commit: content.commit,
      entry: content.entry, records: content.records, drawn: content.drawn, receipt: receipt)
  }

  private func check() throws -> SampleCheck.Proved {
    try SampleCheck.run(
      StoredSample(scene.disk, folder: Self.folder), pinned: content.vault, workers: 1,
      receipt: SampleReceipt.check)
  }

  @Test func `says when the remote received the population`() throws {
    let proved = try check()
    #expect(proved.received == PushScene.from && proved.draw?.draw.size == 5)
    try files(with(receipt: nil)).write(scene.disk, into: Self.folder)
    #expect(try check().received == nil)
  }

  @Test func `has no byte that could be another, whether the folder's list of files fits it or not`() throws {
    let receipt = try #require(content.receipt)
    let place = "\(Self.folder)/\(SampleReceipt.name)"
    // The folder's own hash of the file tells it; only where that fits is it the receipt that has to.
    for byte in stride(from: 0, to: receipt.count, by: 29) {
      var damaged = receipt
      damaged[byte] ^= 1 << UInt8(byte % 8)
      try scene.disk.writeNewFile(place, damaged, durable: false, replace: true)
      let finding = #expect(throws: SampleFinding.self, "byte \(byte)") { try check() }
      #expect(finding?.name == .fileMismatch && finding?.subject == SampleReceipt.name, "byte \(byte)")
    }
    for byte in receipt.indices {
      var damaged = receipt
      damaged[byte] ^= 1 << UInt8(byte % 8)
      try files(with(receipt: damaged)).write(scene.disk, into: Self.folder)
      let finding = #expect(throws: SampleFinding.self, "byte \(byte)") { try check() }
      #expect([.malformed, .receiptInvalid].contains(finding?.name), "byte \(byte): \(finding as Any)")
    }
    try files(content).write(scene.disk, into: Self.folder)
    _ = try check()
  }

  @Test func `is of this commit, and signed by a log that the trust names`() throws {
    for index in 0..<log.size - 1 {
      try files(with(receipt: log.receipt(of: index).encoded())).write(scene.disk, into: Self.folder)
      let finding = #expect(throws: SampleFinding.self, "leaf \(index)") { try check() }
      #expect(finding?.name == .receiptInvalid, "leaf \(index)")
    }
    // The trust before the last document does not name the log.
    let older = SampleContent(
      vault: content.vault, period: content.period, trust: content.trust.dropLast(), commit: content.commit,
      entry: content.entry, records: content.records, drawn: nil, receipt: content.receipt)
    try scene.disk.unlink("\(Self.folder)/trust/000003.json")
    try files(older).write(scene.disk, into: Self.folder)
    let finding = #expect(throws: SampleFinding.self) { try check() }
    #expect(finding?.name == .receiptInvalid)
  }
}
