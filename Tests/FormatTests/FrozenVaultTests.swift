import Foundation
import Testing
import VaultCore
import VaultFiles
import VaultFsck
import VaultStore

/// A vault that an earlier program made is read for ever.
struct FrozenVaultTests {
  private static let root = "Fixtures/frozen-vault/vault"

  private func open() throws -> VaultFolder {
    try VaultFolder.open(SystemFiles.shared, root: Repository.path(Self.root))
  }

  /// `sha256sum` lines as period, path and digest.
  private func sums(_ name: String) throws -> [(period: String, path: String, digest: String)] {
    try Repository.text("Fixtures/frozen-vault/" + name).split(separator: "\n").map { line in
      let digest = line.prefix(64)
      let parts = line.dropFirst(66).split(separator: "/", maxSplits: 1)
      return (String(parts[0]), String(parts[1]), String(digest))
    }
  }

  @Test func `the frozen vault is sound`() throws {
    let outcome = try Fsck.run(try open())
    #expect(outcome.sound, "\(outcome.findings)")
    #expect(outcome.counts.periods == 2 && outcome.counts.commits == 16 && outcome.counts.entries == 21)
    #expect(outcome.disclosures.map(\.name) == [.unfinishedWrite, .unfinishedWrite])
  }

  @Test func `all evidence that stands in the frozen vault is what went in`() throws {
    let vault = try open()
    var read = 0
    for period in try vault.periods() {
      let reader = RefReader(try RefIndex.open(vault, .period(period)))
      for (_, path, digest) in try sums("SHA256SUMS").filter({ $0.period == period }) {
        let record = try #require(reader.index.latest(try EvidencePath(path)), "\(path)")
        let entry = try reader.entry(record)
        let bytes = try reader.objects.read(entry.object, limit: 16 << 20)
        #expect(Digest.of(bytes).hex == digest && bytes.count == Int(entry.size), "\(path)")
        read += 1
      }
      var paths: Set<[UInt8]> = []
      try reader.index.forEachPath(in: nil) { paths.insert($0.path) }
      #expect(paths == Set(try sums("SHA256SUMS").filter { $0.period == period }.map { Array($0.path.utf8) }))
    }
    #expect(read == 19)
  }

  @Test func `what was superseded in the frozen vault is still there`() throws {
    let vault = try open()
    for (period, path, digest) in try sums("SUPERSEDED") {
      let reader = RefReader(try RefIndex.open(vault, .period(period)))
      let revisions = reader.index.revisions(try EvidencePath(path))
      try #require(revisions.count == 2)
      let first = try reader.entry(revisions[0])
      #expect(Digest.of(try reader.objects.read(first.object, limit: 16 << 20)).hex == digest)
      #expect(try reader.entry(revisions[1]).supersedes?.leaf == Int(revisions[0].leaf))
    }
  }

  @Test func `the frozen vault has every kind of block that a writer makes`() throws {
    let vault = try open()
    let folder = PackFolder(SystemFiles.shared, path: vault.packs("soc2-2026-h1"))
    let reader = RefReader(try RefIndex.open(vault, .period("soc2-2026-h1")))
    let file = try Repository.bytes(Self.root + "/packs/soc2-2026-h1/000001.pack")
    var kinds: Set<String> = []
    var depths: [ObjectID: Int] = [:]
    for sequence in 1...reader.index.sequence {
      for location in try reader.refLine(sequence).packs {
        try folder.footer(location).forEachObject { id, place in
          let (header, bases) = try file[Int(place.block)...].withUnsafeBytes { raw in
            let header = try BlockHeader(decoding: raw)
            let block = UnsafeRawBufferPointer(rebasing: raw[..<header.totalLength])
            return (header, try BlockCheck.split(header, block).0.bases)
          }
          let size = header.flags.contains(.unfinished) ? "run" : place.ordinal > 0 ? "solid" : "single"
          let depth = bases.map { 1 + (depths[$0.object] ?? 0) }.max() ?? 0
          depths[id] = depth
          kinds.insert("\(header.codec) \(size) \(depth)")
        }
      }
    }
    let all: Set = [
      "raw single 0", "zstd solid 0", "zstd run 0", "zstd run 1", "zstd single 1",
    ]
    #expect(kinds.isSuperset(of: all) && depths.values.max() == 1, "\(kinds)")
  }

  @Test func `a vault whose commits are repudiated is sound, and says what does not count`() throws {
    let root = Repository.path("Fixtures/repudiated-vault")
    let outcome = try Fsck.run(SystemFiles.shared, root: root)
    #expect(outcome.sound, "\(outcome.findings)")
    #expect(outcome.counts.entries == 2 && outcome.counts.repudiatedEntries == 2)
    #expect(outcome.disclosures.map(\.name) == [.repudiated, .repudiated])
    #expect(outcome.disclosures.map(\.subject) == ["periods/soc2-2026-h1@3", "periods/soc2-2026-h1@4"])
  }

  @Test func `the repudiate line of the page is one of that vault`() throws {
    let vault = try VaultFolder.open(
      SystemFiles.shared, root: Repository.path("Fixtures/repudiated-vault"))
    let reader = RefReader(try RefIndex.open(vault, .period("soc2-2026-h1")))
    let line = try #require(FormatPage().blocks("repudiate").first).bytes
    #expect(try Line(decoding: line).encoded() == line)
    #expect(try reader.addedLines(5) == line + [0x0A])
  }

  @Test func `a vault whose periods are sealed is sound, and says what was waived`() throws {
    let outcome = try Fsck.run(SystemFiles.shared, root: Repository.path("Fixtures/sealed-vault"))
    #expect(outcome.sound, "\(outcome.findings)")
    #expect(outcome.counts.entries == 4 && outcome.counts.repudiatedEntries == 1)
    #expect(outcome.disclosures.map(\.name) == [.waived, .repudiated])
    #expect(
      outcome.disclosures[0].detail
        == "series-missing:access-review/2026-04-01, by approver: nobody was hired or left")
  }

  @Test func `the lines of the page about a period's end are lines of that vault`() throws {
    let vault = try VaultFolder.open(SystemFiles.shared, root: Repository.path("Fixtures/sealed-vault"))
    let reader = RefReader(try RefIndex.open(vault, .period("soc2-2026-h1")))
    var lines: Set<[UInt8]> = []
    for sequence in 1...reader.index.sequence {
      lines.formUnion(try reader.addedLines(sequence).split(separator: 0x0A).map { Array($0) })
    }
    let page = try FormatPage()
    for (kind, count) in [("expect", 2), ("waive", 1), ("close", 1), ("seal", 1)] {
      let shown = page.blocks(kind).flatMap(\.lines).map { Array($0.utf8) }
      #expect(shown.count == count)
      for line in shown {
        #expect(lines.contains(line), "\(kind)")
        #expect(try Line(decoding: line).encoded() == line)
      }
    }
    let seal = try #require(page.blocks("sealed").first).bytes
    #expect(try Seal(decoding: seal).encoded() == seal)
    #expect(reader.index.sealed == ObjectID(of: seal) && reader.index.progress.state == .sealed)
    #expect(try reader.objects.read(ObjectID(of: seal), limit: Limits.sealBytes) == seal)
    #expect(try reader.tally(through: 9, workers: 1).expectations.count == 2)
    let opening = try reader.opening()
    let sums = try reader.tally(through: reader.index.sequence, workers: 2)
    #expect(sums.contents(opening, repudiated: [5]) == (try Seal(decoding: seal)).contents)
  }

  @Test func `reading the frozen vault leaves it as it is`() throws {
    _ = try Fsck.run(try open())
    _ = RefReader(try RefIndex.open(try open(), .period("soc2-2026-h1")))
    let names = try FileManager.default.contentsOfDirectory(atPath: Repository.path(Self.root))
    #expect(names.sorted() == ["packs", "refs", "vault.json"])
  }
}
