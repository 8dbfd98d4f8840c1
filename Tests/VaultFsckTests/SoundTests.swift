import Testing
import VaultCore
import VaultFiles

@testable import VaultFsck
@testable import VaultStore

struct SoundTests {
  @Test func `a sound vault is sound, and everything in it is counted`() throws {
    let outcome = try check(Samples.whole)
    #expect(outcome.sound, "\(outcome.text)")
    #expect(outcome.disclosures.isEmpty)
    #expect(outcome.counts.periods == 2)
    #expect(outcome.counts.trustDocuments == 2)
    #expect(outcome.counts.commits == 7)
    #expect(outcome.counts.entries == 9)
    #expect(outcome.counts.records == 2603)
    #expect(outcome.counts.signatures == 9)
    #expect(outcome.level == "self")
  }

  @Test func `the sample holds what it is meant to hold`() throws {
    let vault = try TestVault(Samples.whole)
    var flags: Set<UInt8> = []
    var codecs: Set<UInt8> = []
    for (path, bytes) in Samples.whole where path.hasSuffix(".pack") {
      for at in 0..<bytes.count - 24 where bytes[at..<at + 4].elementsEqual(BlockHeader.magic) {
        codecs.insert(bytes[at + 4])
        flags.insert(bytes[at + 5])
      }
    }
    #expect(codecs == [Codec.raw.rawValue, Codec.zstd.rawValue])
    #expect(flags.isSuperset(of: [0, 1, 2, 4]), "delta, continued and unfinished blocks, not \(flags)")
    #expect(try vault.folder.periods().count == 2)
  }

  @Test func `a quick check finds no damage and never says sound`() throws {
    let outcome = try check(Samples.whole, Fsck.Options(quick: true, workers: 2))
    #expect(outcome.isClean, "\(outcome.text)")
    #expect(!outcome.sound)
    #expect(outcome.mode == .quick)
  }

  @Test func `one period can be checked alone`() throws {
    let outcome = try check(Samples.whole, Fsck.Options(periods: ["iso-2026"], workers: 1))
    #expect(outcome.sound, "\(outcome.text)")
    #expect(outcome.counts.commits == 2)
    let absent = #expect(throws: StoreError.self) {
      try check(Samples.whole, Fsck.Options(periods: ["none"], workers: 1))
    }
    #expect(absent?.code == .notFound)
  }

  @Test func `a check never needs or trusts the index, and leaves staging and quarantine alone`() throws {
    var contents = Samples.whole
    for folder in ["index", "staging", "quarantine"] {
      contents["\(TestVault.root)/\(folder)/periods/junk"] = [1, 2, 3]
    }
    #expect(try check(contents).sound)
  }

  private static let remoteFiles = [
    "log/leaves.log", "log/checkpoint", "log/hashes", "log/next", "log.key", "log.pub", "access.log",
    "receipts/origin.log", "receipts/origin.seen", "receipts/off-site_2.log",
    "log/.tmp-checkpoint", "receipts/.tmp-origin.seen",
  ]

  @Test func `the files of a remote and of receipts belong in a vault, and the log's key is never opened`()
    throws
  {
    let vault = try TestVault(Samples.whole)
    for path in Self.remoteFiles {
      try vault.files.makeDirectories(Paths.parent("\(TestVault.root)/\(path)"))
      try vault.files.writeNewFile("\(TestVault.root)/\(path)", [1, 2, 3])
    }
    let counting = FaultingFiles(vault.files)
    let outcome = try Fsck.run(counting, root: TestVault.root, Fsck.Options(workers: 1))
    #expect(outcome.sound, "\(outcome.text)")
    #expect(counting.calls.contains { $0.path.hasSuffix("/log.key") && $0.operation == "stat" })
    #expect(!counting.calls.contains { $0.path.hasSuffix("/log.key") && $0.operation != "stat" })
  }

  @Test(arguments: [
    "log/other", "log/leaves.log/deep", "log.key/deep", "log.pub2", "access.log.1", "access.log/deep",
    "receipts/origin", "receipts/origin.log2", "receipts/.log", "receipts/a b.seen",
    "receipts/origin.log/deep", "logs",
    "log/.tmp-leaves.log", "log/.tmp-", "receipts/.tmp-origin.log", "receipts/.tmp-.seen",
  ]) func `what only resembles the files of a remote is told of`(_ path: String) throws {
    var contents = Samples.whole
    contents["\(TestVault.root)/\(path)"] = [1]
    let outcome = try check(contents)
    #expect(outcome.names == [.unknownFile], "\(outcome.text)")
    #expect(!outcome.sound)
  }

  @Test(arguments: [1, 2, 5]) func `the outcome does not depend on the number of threads`(_ workers: Int)
    throws
  {
    var contents = Samples.whole
    let pack = "\(TestVault.root)/packs/soc2-2026/000001.pack"
    for at in [700, 5000, 9000] { contents[pack]![at] ^= 0x20 }
    let outcome = try check(contents, Fsck.Options(workers: workers))
    #expect(outcome.findings == (try check(contents, Fsck.Options(workers: 1))).findings)
  }

  @Test func `progress reaches its total`() throws {
    let seen = Seen()
    _ = try check(Samples.whole, Fsck.Options(workers: 2, progress: { seen.note($0, $1) }))
    #expect(seen.isMonotonic)
    #expect(seen.last.0 == seen.last.1 && seen.last.1 > 0)
  }
}

/// Progress as it was told.
private final class Seen: @unchecked Sendable {
  private(set) var last: (UInt64, UInt64) = (0, 0)
  private(set) var isMonotonic = true

  func note(_ done: UInt64, _ total: UInt64) {
    isMonotonic = isMonotonic && done >= last.0 && done <= total
    last = (done, total)
  }
}
