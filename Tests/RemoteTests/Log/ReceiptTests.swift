import Foundation
import Testing
import VaultCore
import VaultFiles
import VaultSigning

@testable import VaultRemote

@Suite struct ReceiptTests {
  private let scene: LogScene
  private let log: RemoteLog

  init() throws {
    scene = try LogScene()
    try scene.append(0..<13)
    log = try scene.log
  }

  private func verify(_ receipt: Receipt) throws -> VerifiedReceipt {
    try receipt.verify(by: [LogScene.key], vault: LogScene.id)
  }

  @Test func `receipts read back in both forms`() throws {
    for index in 0..<13 {
      let receipt = try log.receipt(of: index)
      #expect(try Receipt(decoding: receipt.encoded()) == receipt)
      #expect(try Receipt(tlogProof: receipt.tlogProof) == receipt)
    }
    let small = try LogScene()
    try small.append(0..<1)
    let receipt = try small.log.receipt(of: 0)
    #expect(try receipt.proof.isEmpty && (Receipt(decoding: receipt.encoded())) == receipt)
    #expect(try verify(Receipt(tlogProof: receipt.tlogProof)).checkpoint.size == 1)
  }

  @Test func `a receipt counts for what was pushed only`() throws {
    let receipt = try log.receipt(of: 3)
    let leaf = LogScene.leaf(3)
    let signatures = [ObjectID(of: [2, 0]), ObjectID(of: [1, 3])]
    func verify(_ accepted: LogLeaf.Accepted, _ signatures: [ObjectID]) throws -> VerifiedReceipt {
      try receipt.verify(
        by: [LogScene.key], vault: LogScene.id, accepting: accepted, signatures: signatures)
    }
    #expect(try verify(leaf.accepted, signatures).leaf == leaf)
    expectLogError(.wrongReceipt) { try verify(LogScene.leaf(5).accepted, signatures) }
    expectLogError(.wrongReceipt) { try verify(LogScene.leaf(3, fork: 1).accepted, signatures) }
    expectLogError(.wrongReceipt) { try verify(leaf.accepted, [signatures[0]]) }
    expectLogError(.otherVault) { try receipt.verify(by: [LogScene.key], vault: ObjectID(of: [9])) }
    let other = LogScene.made(name: LogScene.key.name, seed: 9).verifier
    expectLogError(.notSigned) { try receipt.verify(by: [other], vault: LogScene.id) }
    expectLogError(.notSigned) { try receipt.verify(by: [], vault: LogScene.id) }
    _ = try receipt.verify(by: [other, LogScene.key], vault: LogScene.id)
  }

  @Test func `a receipt whose parts do not belong together is refused`() throws {
    let sound = try log.receipt(of: 5)
    func with(
      index: Int? = nil, leaf: [UInt8]? = nil, proof: [MerkleHash]? = nil, checkpoint: [UInt8]? = nil
    ) -> Receipt {
      Receipt(
        index: index ?? sound.index, leaf: leaf ?? sound.leaf, proof: proof ?? sound.proof,
        checkpoint: checkpoint ?? sound.checkpoint)
    }
    for index in [-1, 4, 6, 12, 13, 1 << 53] {
      expectLogError(.wrongProof) { try verify(with(index: index)) }
    }
    for place in sound.proof.indices {
      var proof = sound.proof
      proof[place] = MerkleHash(Digest.zero)
      expectLogError(.wrongProof) { try verify(with(proof: proof)) }
      proof.remove(at: place)
      expectLogError(.wrongProof) { try verify(with(proof: proof)) }
    }
    expectLogError(.wrongProof) { try verify(with(proof: sound.proof + [MerkleHash(Digest.zero)])) }
    expectLogError(.wrongProof) { try verify(with(leaf: LogScene.leaf(5, fork: 1).encoded())) }
    expectLogError(.malformedLeaf) { try verify(with(leaf: Array("{}".utf8))) }
    expectLogError(.wrongProof) { try verify(with(checkpoint: ToldLog(0..<12).note)) }
    expectLogError(.malformedCheckpoint) { try verify(with(checkpoint: [])) }
    var told = ToldLog(0..<13)
    told.received = LogScene.time(4)
    expectLogError(.receivedWentBack) { try verify(with(checkpoint: told.note)) }
    told.signer = LogScene.made(name: "log.example/other", seed: 9)
    expectLogError(.notSigned) { try verify(with(checkpoint: told.note)) }
  }

  @Test func `no altered byte of a receipt verifies as anything else`() throws {
    let sound = try log.receipt(of: 5)
    let bytes = sound.encoded()
    for place in bytes.indices {
      var altered = bytes
      altered[place] ^= 1
      guard let read = try? Receipt(decoding: altered) else { continue }
      #expect(throws: LogError.self, "byte \(place)") { try verify(read) }
    }
  }

  @Test func `a tlog-proof that is altered is refused`() throws {
    let text = String(decoding: try log.receipt(of: 5).tlogProof, as: UTF8.self)
    for (part, other) in [
      ("@v1", "@v2"), ("index 5", "index 05"), ("index 5", "index -5"), ("index 5\n", ""),
      ("index 5", "index"),
      ("extra ", "extra  "), ("\n\n", "\n"), ("index 5\n", "index 5\n\n"), ("c2sp", "\nc2sp"),
      ("extra", "Extra"),
    ] {
      expectLogError(.malformedReceipt) {
        try Receipt(tlogProof: Array(text.replacing(part, with: other).utf8))
      }
    }
    let many = "index 5\n" + String(repeating: "\(String(repeating: "A", count: 43))=\n", count: 65)
    expectLogError(.malformedReceipt) {
      try Receipt(tlogProof: Array(text.replacing("index 5\n", with: many).utf8))
    }
    expectLogError(.malformedReceipt) { try Receipt(tlogProof: []) }
  }

  @Test func `Python and openssl verify a tlog-proof`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tlog-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func run(_ receipt: Receipt) throws -> ProcessResult {
      let file = folder.appending(path: "a.tlog-proof")
      try Data(receipt.tlogProof).write(to: file)
      let runner = SpawningRunner(environment: ProcessInfo.processInfo.environment)
      return try runner.run(
        ProcessRequest(
          program: "python3",
          arguments: ["-c", Self.script, file.path(), LogScene.key.description, folder.path()], input: []))
    }
    for index in [0, 5, 12] {
      let result = try run(try log.receipt(of: index))
      #expect(result.ending == .exited(0), "\(String(decoding: result.errorOutput, as: UTF8.self))")
      let leaf = String(decoding: LogScene.leaf(index).encoded(), as: UTF8.self)
      #expect(String(decoding: result.output, as: UTF8.self) == leaf + "\n")
    }
    let sound = try log.receipt(of: 5)
    var told = ToldLog(0..<13)
    told.signer = LogScene.made(name: LogScene.key.name, seed: 9)
    for wrong in [
      Receipt(index: 4, leaf: sound.leaf, proof: sound.proof, checkpoint: sound.checkpoint),
      Receipt(index: 5, leaf: sound.leaf + [0x20], proof: sound.proof, checkpoint: sound.checkpoint),
      Receipt(index: 5, leaf: sound.leaf, proof: sound.proof, checkpoint: told.note),
    ] {
      #expect(try run(wrong).ending != .exited(0))
    }
  }

  /// Verifies a C2SP tlog-proof by the words of C2SP and RFC 9162 §2.1.3.2; prints the leaf.
  private static let script = """
    import base64, hashlib, subprocess, sys
    data = open(sys.argv[1], "rb").read()
    name, key_hash, key = sys.argv[2].split("+", 2)
    key = base64.b64decode(key, validate=True)
    assert key[0] == 1 and len(key) == 33
    assert hashlib.sha256(name.encode() + b"\\n" + key).digest()[:4].hex() == key_hash
    head, _, note = data.partition(b"\\n\\n")
    lines = head.decode().split("\\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1" and lines[1].startswith("extra ")
    leaf = base64.b64decode(lines[1][6:], validate=True)
    assert lines[2].startswith("index ")
    index = int(lines[2][6:])
    path = [base64.b64decode(line, validate=True) for line in lines[3:]]
    text, _, signatures = note.rpartition(b"\\n\\n")
    text += b"\\n"
    origin, size, root, received = text.decode().splitlines()
    assert origin == name and received.startswith("received ")
    mine = [line for line in signatures.decode().splitlines() if line.split(" ")[1] == name]
    signature = base64.b64decode(mine[0].split(" ")[2], validate=True)
    assert signature[:4].hex() == key_hash
    folder = sys.argv[3]
    der = bytes.fromhex("302a300506032b6570032100") + key[1:]
    open(folder + "/key.der", "wb").write(der)
    open(folder + "/text", "wb").write(text)
    open(folder + "/signature", "wb").write(signature[4:])
    subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", folder + "/key.der",
        "-rawin", "-in", folder + "/text", "-sigfile", folder + "/signature"], check=True, stdout=sys.stderr)
    node = lambda left, right: hashlib.sha256(b"\\x01" + left + right).digest()
    fn, sn, r = index, int(size) - 1, hashlib.sha256(b"\\x00" + leaf).digest()
    assert 0 <= fn <= sn
    for p in path:
        assert sn != 0
        if fn & 1 or fn == sn:
            r = node(p, r)
            while not fn & 1 and fn: fn, sn = fn >> 1, sn >> 1
        else:
            r = node(r, p)
        fn, sn = fn >> 1, sn >> 1
    assert sn == 0 and r == base64.b64decode(root, validate=True)
    print(leaf.decode())
    """
}
