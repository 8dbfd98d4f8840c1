import Testing
import VaultCore
import VaultFiles
import VaultStore

@testable import VaultAudit

struct RecordProofTests {
  private func record(_ n: Int, _ width: Int) -> String {
    "{\"n\":\(n),\"text\":\"" + String(repeating: "x", count: (n * 37) % width) + "\"}"
  }

  @Test(arguments: [1, 2, 3, 7, 8, 13])
  func `every record of a small population is proved under its root`(count: Int) throws {
    let population = try AuditScene().population("CC8/a", (0..<count).map { record($0, 40) })
    let stored = try StoredPopulation(population.reader, population.entry)
    let proofs = try stored.prove((0..<count).map { UInt64($0) }, workers: 2)
    for (n, proof) in proofs.enumerated() {
      #expect(String(decoding: proof.bytes, as: UTF8.self) == record(n, 40) && proof.record == UInt64(n))
      #expect(proof.verifies(root: population.reference.root, count: count, MerkleHasher()))
      #expect(!proof.verifies(root: population.reference.root, count: count + 1, MerkleHasher()))
    }
  }

  @Test func `records of many frames are proved, those at the frames' edges too`() throws {
    let count = 6001
    let population = try AuditScene().population("CC8/a", (0..<count).map { record($0, 600) })
    let stored = try StoredPopulation(population.reader, population.entry)
    try #require(stored.frameCount > 4)
    var wanted: Set<UInt64> = [0, UInt64(count - 1)]
    for frame in 0..<stored.frameCount {
      let records = stored.records(ofFrame: frame)
      wanted.formUnion([
        records.lowerBound, records.upperBound - 1, (records.lowerBound + records.upperBound) / 2,
      ])
    }
    for proof in try stored.prove(wanted.sorted(), workers: 2) {
      #expect(proof.verifies(root: population.reference.root, count: count, MerkleHasher()))
      #expect(String(decoding: proof.bytes, as: UTF8.self) == record(Int(proof.record), 600))
    }
    #expect(throws: StoreError.self) { try stored.prove([UInt64(count)], workers: 1) }
  }

  @Test func `so are records so short that a frame has hundreds of thousands`() throws {
    let count = 300_001
    let population = try AuditScene().population("CC8/a", (0..<count).map { $0 % 3 == 0 ? "" : "x" })
    let stored = try StoredPopulation(population.reader, population.entry)
    try #require(stored.frameCount > 1)
    let edges = (1..<stored.frameCount).flatMap { number in
      let first = stored.records(ofFrame: number).lowerBound
      return [first - 1, first]
    }
    for proof in try stored.prove([0, 131_071, 131_072, UInt64(count - 1)] + edges, workers: 2) {
      #expect(proof.verifies(root: population.reference.root, count: count, MerkleHasher()))
    }
  }

  @Test func `a document is no population, and an empty one has no records`() throws {
    let scene = try AuditScene()
    let empty = try scene.population("CC8/empty", [])
    let stored = try StoredPopulation(empty.reader, empty.entry)
    #expect(try stored.prove([], workers: 2).isEmpty)
    #expect(throws: StoreError.self) { try stored.prove([0], workers: 1) }
  }
}
