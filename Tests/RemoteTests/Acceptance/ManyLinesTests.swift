import Testing
import VaultAudit
import VaultCore
import VaultFiles
import VaultStore

@testable import VaultFsck
@testable import VaultRemote

/// What bounds the memory that the lines of commits take at both ends.
@Suite struct `Many lines` {
  private static let id = ObjectID(of: [])

  private func run(_ bytes: [Int]) throws -> Int {
    try PushedRun(.ref(PushScene.ref), 0..<bytes.count) { sequence in
      let pack = RefLine.PackLocation(
        pack: ObjectID(of: [UInt8(sequence)]), file: 1, offset: 0, length: 1)
      let line = RefLine(
        kind: .commit, document: Self.id, sequence: sequence, signatures: [], packs: [pack], previous: nil)
      return (line, .trust(Self.id, number: sequence), UInt64(bytes[sequence - 1]))
    }.lines.count
  }

  @Test func `go together in a run as far as a remote takes them`() throws {
    let limit = Limits.linesBlobBytes
    #expect(try run([1, 1, 1]) == 3)
    #expect(try run([limit / 2, limit / 2, 1]) == 2)
    #expect(try run([limit, 1]) == 1)
  }

  @Test func `are refused where the commits of a push have more than one may have`() throws {
    let budget = DecodeBudget(.max)
    try budget.lines(Limits.linesBlobBytes - 1)
    try budget.lines(1)
    #expect(throws: DecodeLimitExceeded.self) { try budget.lines(1) }
  }

  @Test func `that are few may not hide many small blocks`() throws {
    let small = 64 << 10
    try DecodeBudget(.max).footer(blocks: small, objects: 1, raw: 0)
    try DecodeBudget(.max).footer(blocks: small + 10, objects: 1, raw: 10 * small)
    let budget = DecodeBudget(.max)
    try budget.footer(blocks: small, objects: 1, raw: 0)
    #expect(throws: DecodeLimitExceeded.self) { try budget.footer(blocks: 1, objects: 1, raw: 1) }
    #expect(throws: DecodeLimitExceeded.self) {
      try DecodeBudget(.max).footer(blocks: Limits.blocksPerPack + 1, objects: 1, raw: .max)
    }
  }

  @Test func `of one commit are refused with the advice to commit in parts`() {
    for lines in [
      [[UInt8]](repeating: [0x7B], count: Limits.linesPerCommit + 1),
      [[UInt8]](
        repeating: [UInt8](repeating: 0x61, count: Limits.lineBytes), count: Limits.linesBlobBytes >> 16),
    ] {
      let error = #expect(throws: StoreError.self) { try RefWriter.joined(lines) }
      #expect(error?.hint == "commit it in parts")
    }
  }

  @Test func `are refused before any file is read`() throws {
    let found = EvidenceWalk.Found(origin: .file("a"), path: try EvidencePath("a"))
    let piece = EvidencePiece(found, draft: EvidenceDraft(source: Entry.Source(system: "s")))
    let pieces = [EvidencePiece](repeating: piece, count: Limits.linesPerCommit + 1)
    let error = #expect(throws: StoreError.self) {
      try EvidenceIntake(pieces, opening: nil, MemoryFiles(), staging: "/staging")
    }
    #expect(error?.hint == "commit them in parts")
  }
}
