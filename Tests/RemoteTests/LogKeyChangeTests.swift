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

  /// A remote whose server died after it appended a leaf and before it signed the log: the checkpoint lags behind the
  /// leaves by one.
  private static func lagging() throws -> MemoryFiles {
    let start = try prepared()
    let scene = PushScene(disk: start)
    let id = try scene.vault.folder.id
    func append(_ files: any FileLayer) throws {
      let folder = try VaultFolder.open(files, root: PushScene.root)
      let leaf = LogLeaf(
        acceptingTrust: ObjectID(of: [3]), number: 3, vault: id, signatures: [], received: PushScene.now)
      _ = try RemoteLogWriter(folder, LogKeyFiles(files, root: folder.root).signer()).append(leaf)
    }
    let counting = FaultingFiles(start.copy())
    try append(counting)
    let covered = try log(start).size
    for call in 0..<counting.mutationCount {
      let memory = start.copy()
      try? append(FaultingFiles(memory, faults: [Fault(at: call, .die)]))
      let leaves = try memory.readWholeFile("\(PushScene.root)/log/leaves.log", limit: 1 << 20)
      if leaves.count(where: { $0 == 0x0A }) > covered, try log(memory).size == covered { return memory }
    }
    throw StoreError(.notFound, "no fault left a checkpoint that lags")
  }

  @Test func `can be read wherever the process dies, also where the checkpoint lagged behind the leaves`()
    throws
  {
    let start = try Self.lagging()
    let old = try Self.log(start)
    let counting = FaultingFiles(start.copy())
    try Self.change(counting)
    #expect(counting.mutationCount > 10)
    // Once is enough: the new key has signed all leaves.
    #expect(try Self.log(counting).size == old.size + 1)
    for call in 0..<counting.mutationCount {
      let memory = start.copy()
      try? Self.change(FaultingFiles(memory, faults: [Fault(at: call, .die)]))
      let between = try Self.log(memory)
      #expect(between.size == old.size || between.size == old.size + 1, "\(call)")
      #expect(try between.leaves(from: 0, limit: old.size) == old.leaves(from: 0, limit: old.size), "\(call)")
      try Self.change(memory)
      let after = try Self.log(memory)
      #expect(after.size == old.size + 1, "\(call)")
      #expect(after.checkpoint?.key == (try Self.log(counting)).checkpoint?.key, "\(call)")
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
