import Foundation
import Testing
import VaultCore
import VaultRemote
import VaultSigning

/// The receipt that docs/protocol.md shows is one: to the code, to the page's own Python and to openssl.
struct ReceiptPageTests {
  private let page: FormatPage
  private let key: String
  /// The file as the page has it, whose last line ends.
  private let proof: [UInt8]

  init() throws {
    page = try FormatPage("docs/protocol.md")
    key = try #require(page.blocks("log-key").first?.lines.first)
    proof = try #require(page.blocks("tlog-proof").first).bytes + [0x0A]
  }

  @Test func `the receipt holds, by the key that the page gives`() throws {
    let receipt = try Receipt(tlogProof: proof)
    let leaf = try receipt.decodedLeaf()
    let verified = try receipt.verify(by: [NoteVerifier(key)], vault: leaf.vault)
    #expect(verified.checkpoint.size == 6 && receipt.index == 5 && leaf.number == 3)
    #expect(try #require(page.blocks("leaf").first).bytes == receipt.leaf)
    #expect(try #require(page.blocks("leaf").first).bytes == leaf.encoded())
  }

  @Test func `it is of the newest commit of the format's example`() throws {
    let leaf = try Receipt(tlogProof: proof).decodedLeaf()
    let example = try #require(try FormatPage().blocks("json", "commit").last).bytes
    let commit = try Commit(decoding: example)
    #expect(
      leaf.accepted
        == .commit(
          ObjectID(of: example), ref: commit.ref, sequence: commit.sequence, count: commit.count,
          root: commit.root))
    #expect(leaf.vault == commit.vault)
  }

  @Test func `no byte of it could be another`() throws {
    let vault = try Receipt(tlogProof: proof).decodedLeaf().vault
    for place in proof.indices {
      var altered = proof
      altered[place] ^= 1 << UInt8(place % 8)
      #expect(throws: LogError.self, "byte \(place)") {
        try Receipt(tlogProof: altered).verify(by: [NoteVerifier(key)], vault: vault)
      }
    }
  }

  @Test func `the page's Python and openssl prove it, and nothing that was altered`() throws {
    let script = try #require(page.blocks("python", "tlog-proof").first).lines.joined(separator: "\n")
    let printed = try #require(page.blocks("printed").first).lines.joined(separator: "\n") + "\n"
    let openssl = try #require(page.blocks("console").first?.commands.first)
    let folder = try Folder()
    func run(_ program: String) throws -> Repository.Outcome {
      try Repository.run("/bin/sh", ["-ec", "cd '\(folder.path)'; " + program])
    }
    func write(_ bytes: [UInt8]) throws {
      try Data(key.utf8 + [0x0A]).write(to: URL(filePath: folder.path + "/log.pub"))
      try Data(bytes).write(to: URL(filePath: folder.path + "/commit.tlog-proof"))
      try Data(script.utf8).write(to: URL(filePath: folder.path + "/prove.py"))
    }
    try write(proof)
    let python = try run("python3 prove.py")
    #expect(python.status == 0 && python.output == printed, "\(python.errors)")
    let signed = try run(openssl.command)
    #expect(signed.status == 0 && signed.output == openssl.output, "\(signed.errors)")

    let text = String(decoding: proof, as: UTF8.self)
    let times = text.replacing("\nreceived 20", with: "\nreceived 19")
    for altered in [text.replacing("\nindex 5\n", with: "\nindex 4\n"), times] {
      #expect(altered != text)
      try write(Array(altered.utf8))
      #expect(try run("python3 prove.py && \(openssl.command)").status != 0)
    }
  }
}
