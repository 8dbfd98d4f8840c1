import Testing
import VaultAudit
import VaultCore
import VaultFiles
import VaultRemote
import VaultSigning

@testable import VaultStore

@Suite struct `A log's key that is changed` {
  private static let newKey = "/keys/new"
  private static let later = PushScene.time("04-01")

  /// A remote with a log, and the file of its next key.
  private static func prepared() throws -> MemoryFiles {
    let scene = PushScene.remote()
    try scene.disk.makeDirectories("/keys")
    _ = try LogKeyChange.prepare(scene.vault, file: newKey, seed: [UInt8](repeating: 9, count: 32))
    return scene.disk
  }

  private static func change(_ files: any FileLayer) throws {
    let vault = try OpenVault(VaultFolder.open(files, root: PushScene.root))
    try LogKeyChange(vault, file: newKey).run(at: later)
  }

  private static func log(_ files: any FileLayer) throws -> RemoteLog {
    let folder = try VaultFolder.open(files, root: PushScene.root)
    return try RemoteLog(folder, LogKeyFiles(files, root: folder.root).verifier())
  }

  @Test func `can be read wherever the process dies, and the same command ends it`() throws {
    let start = try Self.prepared()
    let old = try Self.log(start)
    let counting = FaultingFiles(start.copy())
    try Self.change(counting)
    #expect(counting.mutationCount > 10)
    for call in 0..<counting.mutationCount {
      let memory = start.copy()
      try? Self.change(FaultingFiles(memory, faults: [Fault(at: call, .die)]))
      let between = try Self.log(memory)
      #expect(between.size == old.size && between.checkpoint?.root == old.checkpoint?.root, "\(call)")
      try Self.change(memory)
      let after = try Self.log(memory)
      #expect(after.checkpoint?.key == (try Self.log(counting)).checkpoint?.key, "\(call)")
      #expect(after.checkpoint?.root == old.checkpoint?.root)
      #expect(try LogKeyFiles(memory, root: PushScene.root).signer().verifier == after.checkpoint?.key)
    }
  }

  @Test func `keeps the log's name and leaves, and its checkpoint is younger`() throws {
    let files = try Self.prepared()
    let before = try Self.log(files)
    let leaves = try before.leaves(from: 0, limit: 100)
    try Self.change(files)
    let after = try Self.log(files)
    #expect(after.checkpoint?.key.name == before.checkpoint?.key.name)
    #expect(after.checkpoint?.key != before.checkpoint?.key)
    #expect(try after.leaves(from: 0, limit: 100) == leaves)
    #expect(try #require(after.checkpoint).received > #require(before.checkpoint).received)
  }

  @Test func `is later than before even where the clock went back`() throws {
    let files = try Self.prepared()
    let before = try #require(try Self.log(files).checkpoint)
    let vault = try OpenVault(VaultFolder.open(files, root: PushScene.root))
    try LogKeyChange(vault, file: Self.newKey).run(at: PushScene.time("01-01"))
    #expect(try #require(Self.log(files).checkpoint).received > before.received)
  }

  @Test func `is not one that others may use`() throws {
    let files = try Self.prepared()
    let vault = try OpenVault(VaultFolder.open(files, root: PushScene.root))
    let key = try files.readWholeFile(Self.newKey, limit: 1 << 12)
    try files.writeNewFile("/keys/open", key, permissions: 0o644)
    let error = #expect(throws: StoreError.self) { _ = try LogKeyChange(vault, file: "/keys/open") }
    #expect(error?.code == .refused)
  }
}
