import Testing
import VaultCore
import VaultFiles

@testable import VaultStore

@Suite struct `What the index knows of repudiated leaves` {
  /// An opening, then `commits` commits of three entries.
  private func vault(_ commits: Int = 3) throws -> TestVault {
    let vault = try TestVault()
    try vault.openPeriod()
    for commit in 1...commits {
      try vault.add((0..<3).map { ("\(commit)/\($0)", [UInt8(commit), UInt8($0)]) })
    }
    return vault
  }

  private func repudiate(_ vault: TestVault, _ named: [(id: ObjectID, sequence: Int)]) throws {
    let lines = named.map { Repudiation(commit: $0.id, sequence: $0.sequence, reason: "r").encoded() }
    try vault.commit(RefWriter.Addition(lines: lines))
  }

  private func id(_ vault: TestVault, _ sequence: Int) throws -> ObjectID {
    try #require(try vault.index().commit(sequence)).id
  }

  @Test func `is where the commit's leaves are, in every index of the ref`() throws {
    let vault = try vault(12)
    for (number, target) in [9, 2, 5].enumerated() {
      try repudiate(vault, [(try id(vault, target), target)])
      try vault.add([("more/\(number)", [9, UInt8(number)])])
    }
    let stored = try vault.index()
    let made = try RefIndex.rebuilt(vault.folder, TestVault.period, stored.folder)
    #expect(stored.stored == stored.segments.count, "nothing is left to be replayed")
    for index in [stored, made] {
      #expect(index.repudiated.map(\.sequence) == [2, 5, 9])
      #expect(index.repudiated.map(\.by) == [16, 18, 14])
      let hit = (0..<index.count).filter { !index.repudiations(ofLeaf: $0).isEmpty }
      #expect(hit == [1, 2, 3, 10, 11, 12, 22, 23, 24])
    }
  }

  @Test func `is nothing where the line does not name an earlier commit by id and sequence`() throws {
    let vault = try vault()
    let third = try id(vault, 3)
    try repudiate(vault, [(third, 2), (ObjectID(of: []), 3), (third, 5), (third, 99)])
    #expect(try vault.index().repudiated.isEmpty)
  }

  @Test func `is told once for one commit, however often that says so, and by each that does`() throws {
    let vault = try vault()
    let third = try id(vault, 3)
    try repudiate(vault, [(third, 3), (third, 3)])
    try repudiate(vault, [(third, 3)])
    #expect(try vault.index().repudiations(ofLeaf: 4).map(\.by) == [5, 6])
  }
}
