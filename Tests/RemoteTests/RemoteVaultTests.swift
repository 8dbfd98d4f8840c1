import Foundation
import Testing
import VaultAudit
import VaultCore
import VaultFiles
import VaultFsck
import VaultRemote
import VaultSigning
import VaultStore

/// A vault in memory with three trust documents and a period, to make remotes of.
private struct Source {
  let files = MemoryFiles()
  let vault: OpenVault

  init() throws {
    let root = try Self.key(1)
    let made = try TrustEditing.createVault(
      files, root: "/source/.vault", signers: [root], threshold: 1, nonce: Array(repeating: 7, count: 32),
      time: Self.time)
    for name in ["origin", "mirror"] {
      let log = Trust.Log(
        name: name, key: try Self.log("example.org/" + name, 9).description)
      _ = try TrustEditing.edit(
        try OpenVault(made.folder), signers: [root], time: Self.time, { $0.logs.append(log) })
    }
    let opening = PeriodOpening(
      period: "p", framework: "f", from: Self.time, to: Timestamp(date: "2027-01-01")!)
    vault = try OpenVault(made.folder)
    _ = try PeriodOpenings.open(
      vault, opening, predecessor: nil, signers: [root], time: Self.time, message: "")
  }

  static let time = Timestamp(date: "2026-01-01")!

  static func keyFile(_ seed: UInt8) throws -> [UInt8] {
    try NoteSigner.keyFile(seed: Array(repeating: seed, count: 32), comment: "test")
  }

  static func key(_ seed: UInt8) throws -> SSHPrivateKey { try SSHPrivateKey(file: keyFile(seed)) }

  static func log(_ name: String, _ seed: UInt8) throws -> NoteVerifier {
    try NoteSigner(name: name, file: keyFile(seed)).verifier
  }

  func remote(
    _ files: any FileLayer, name: String? = nil, file: String? = nil, seed: UInt8 = 5,
    time: Timestamp = Self.time
  ) throws -> RemoteVault {
    try RemoteVault.create(
      files, root: "/srv/acme.vault", from: vault,
      key: RemoteVault.LogKey(name: name, file: file, seed: Array(repeating: seed, count: 32)), time: time)
  }

  func text(_ path: String) throws -> String {
    String(decoding: try files.readWholeFile(path, limit: 1 << 20), as: UTF8.self)
  }
}

private func refusal(_ body: () throws -> Void) throws -> StoreError.Code? {
  do {
    try body()
    return nil
  } catch let error as StoreError {
    return error.code
  }
}

@Suite struct `A remote's vault` {
  @Test func `has the trust of its source, none of its periods, and a log's key`() throws {
    let source = try Source()
    let made = try source.remote(source.files)
    let copy = try OpenVault(VaultFolder.open(source.files, root: "/srv/acme.vault"))
    #expect(copy.folder.id == source.vault.folder.id)
    #expect(
      try TrustStore(copy.folder).all().map(\.signatures)
        == TrustStore(source.vault.folder).all().map(\.signatures))
    #expect(copy.trust.documents.map(\.id) == source.vault.trust.documents.map(\.id))
    #expect(try copy.folder.periods().isEmpty)
    #expect(try Fsck.run(copy.folder, Fsck.Options(workers: 1)).sound)

    #expect(try source.text("/srv/acme.vault/log.pub") == made.log.description + "\n")
    #expect(try Source.log(made.log.name, 5) == made.log)
    #expect(made.log.name.hasPrefix("evidence-vault.org/\(copy.folder.id.hex.prefix(16))/"))
    #expect(made.log.name.utf8.count == 19 + 16 + 1 + 16)
    #expect(try source.files.status(path: "/srv/acme.vault/log.key", followLinks: false).mode == 0o600)
    #expect(try source.files.list("/srv/acme.vault/staging").isEmpty)
  }

  @Test func `is made whole or is no vault, wherever the process dies, and the next attempt takes over`()
    throws
  {
    let source = try Source()
    let counting = FaultingFiles(MemoryFiles())
    _ = try source.remote(counting)
    for call in 0..<counting.mutationCount {
      let memory = MemoryFiles()
      let dying = FaultingFiles(memory, faults: [Fault(at: call, .die)])
      #expect(throws: (any Error).self) { _ = try source.remote(dying) }
      if try memory.exists("/srv/acme.vault/vault.json") {
        #expect(try OpenVault(VaultFolder.open(memory, root: "/srv/acme.vault")).trust.documents.count == 3)
        #expect(try refusal { _ = try source.remote(memory, seed: 6) } == .exists)
      } else {
        let hadKey = try memory.exists("/srv/acme.vault/log.key")
        let hadName = try memory.exists("/srv/acme.vault/log.pub")
        if hadName {
          #expect(try refusal { _ = try source.remote(memory, name: "other", seed: 6) } == .exists)
        }
        // By a clock that went back meanwhile.
        let made = try source.remote(memory, seed: 6, time: Timestamp(date: "2025-12-31")!)
        #expect(
          made.log.publicKey == (try Source.log("n", hadKey ? 5 : 6)).publicKey)
      }
      #expect(try accepted(memory) == [1, 2, 3])
      // The check of all bytes takes longest.
      guard call % 8 == 0 else { continue }
      let outcome = try Fsck.run(memory, root: "/srv/acme.vault", Fsck.Options(workers: 1))
      #expect(outcome.sound, "\(call): \(outcome.findings)")
      let log = try memory.readWholeFile("/srv/acme.vault/log.pub", limit: 400)
      #expect(throws: Never.self) {
        _ = try NoteVerifier(log: String(decoding: log.dropLast(), as: UTF8.self))
      }
    }
  }

  /// The numbers of the trust documents that a remote's log accepts, in order.
  private func accepted(_ files: any FileLayer) throws -> [Int] {
    let folder = try VaultFolder.open(files, root: "/srv/acme.vault")
    let log = try RemoteLog(folder, try LogKeyFiles(files, root: folder.root).verifier())
    let documents = try TrustStore(folder).all()
    return try log.leaves(from: 0, limit: 10).map { bytes in
      let leaf = try bytes.withUnsafeBytes { raw throws(LogError) in try LogLeaf(leaf: raw) }
      #expect(leaf.subject == .trust && leaf.trust == documents[leaf.number - 1].id)
      #expect(
        leaf.signatures == LogLeaf.hash(ofSignatures: documents[leaf.number - 1].record.line.signatures))
      return leaf.number
    }
  }

  @Test func `has a log that accepts each trust document`() throws {
    let source = try Source()
    _ = try source.remote(source.files)
    #expect(try accepted(source.files) == [1, 2, 3])
  }

  @Test func `is not made over another vault's remains, or in a vault`() throws {
    let source = try Source()
    let other = MemoryFiles()
    _ = try TrustEditing.createVault(
      other, root: "/srv/acme.vault", signers: [try Source.key(2)], threshold: 1,
      nonce: Array(repeating: 1, count: 32),
      time: Source.time)
    #expect(try refusal { _ = try source.remote(other) } == .exists)
    try other.unlink("/srv/acme.vault/vault.json")
    #expect(try refusal { _ = try source.remote(other) } == .exists)
    let taken = MemoryFiles()
    try taken.makeDirectories("/srv/acme.vault")
    try taken.writeNewFile("/srv/acme.vault/notes", [1])
    #expect(try refusal { _ = try source.remote(taken) } == .exists)
    #expect(taken.allFiles().count == 1)
  }

  @Test func `takes a key that is brought along, or puts it elsewhere`() throws {
    let source = try Source()
    let brought = MemoryFiles()
    try brought.makeDirectories("/keys")
    let pem = try Source.keyFile(3)
    try brought.writeNewFile("/keys/log", pem, permissions: 0o644)
    #expect(
      try refusal { _ = try source.remote(brought, file: "/keys/log") } == .refused, "others may read it")
    #expect(try !brought.exists("/srv"))
    try brought.setPermissions("/keys/log", 0o600)
    let made = try source.remote(brought, name: "log.example.org/acme", file: "/keys/log")
    #expect(made.log == (try Source.log("log.example.org/acme", 3)))
    #expect(try !brought.exists("/srv/acme.vault/log.key"))
    #expect(try brought.readWholeFile("/keys/log", limit: 1000) == pem)

    let elsewhere = MemoryFiles()
    try elsewhere.makeDirectories("/keys")
    #expect(try source.remote(elsewhere, file: "/keys/log").keyFile == "/keys/log")
    #expect(try elsewhere.status(path: "/keys/log", followLinks: false).mode == 0o600)
    #expect(try elsewhere.list("/keys") == ["log"])
    #expect(try !elsewhere.exists("/srv/acme.vault/log.key"))
  }

  @Test(arguments: ["", "a b", "a+b", "a\u{A0}b", "a\nb", String(repeating: "x", count: 256)])
  func `takes no name that a note cannot hold`(_ name: String) throws {
    let files = MemoryFiles()
    let source = try Source()
    #expect(try refusal { _ = try source.remote(files, name: name) } == .badInput)
    #expect(try refusal { _ = try source.remote(files, file: "/srv/acme.vault/secret") } == .badInput)
    #expect(files.allFiles().isEmpty)
  }
}
