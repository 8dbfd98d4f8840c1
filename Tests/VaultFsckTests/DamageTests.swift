import Synchronization
import Testing
import VaultCore
import VaultFiles

@testable import VaultFsck
@testable import VaultStore

/// Damage to any byte of any file that is no derived data.
struct DamageTests {
  /// A byte of a file.
  private struct Place: CustomStringConvertible {
    let path: String
    let offset: Int

    var description: String { "\(path)@\(offset)" }
  }

  private static func places(_ contents: [String: [UInt8]]) -> [Place] {
    contents.sorted { $0.key < $1.key }.flatMap { path, bytes in
      bytes.indices.map { Place(path: path, offset: $0) }
    }
  }

  /// Damages a copy of `contents` at each place on all cores, checks it, and returns the places where `isRight` is
  /// false of the outcome.
  private static func missed(
    _ contents: [String: [UInt8]], quick: Bool = false, every step: Int = 1,
    isRight: @Sendable (Outcome) -> Bool = { !$0.isClean && !$0.sound },
    _ damage: @Sendable (inout [UInt8], _ offset: Int) -> Void
  ) throws -> [Place] {
    let all = places(contents)
    let failed = Mutex<[Int]>([])
    try Parallel.forEach((all.count + step - 1) / step) { number in
      let place = all[number * step]
      var copy = contents
      let before = copy[place.path] ?? []
      damage(&copy[place.path, default: []], place.offset)
      if copy[place.path] == before { return }
      let outcome = try check(copy, Fsck.Options(quick: quick, workers: 1))
      if !isRight(outcome) { failed.withLock { $0.append(number * step) } }
    }
    return failed.withLock { $0.sorted() }.map { all[$0] }
  }

  @Test func `the compact sample is sound, small, and holds one of everything`() throws {
    let outcome = try check(Samples.compact)
    #expect(outcome.sound, "\(outcome.text)")
    #expect(outcome.counts.periods == 2 && outcome.counts.trustDocuments == 3)
    #expect(outcome.counts.entries == 10 && outcome.counts.records == 3)
    var kinds: Set<UInt8> = []
    let pack = Samples.compact[Insider.packfile("soc2-2026")]!
    for at in 0..<pack.count - 24 where pack[at..<at + 4].elementsEqual(BlockHeader.magic) {
      kinds.insert(pack[at + 4] << 4 | pack[at + 5])
    }
    // Codec and flags: raw, zstd, delta, the first, a middle and the last of a run.
    #expect(kinds.isSuperset(of: [0x00, 0x10, 0x11, 0x14, 0x16, 0x12]), "\(kinds)")
    #expect(Samples.compact.values.reduce(0) { $0 + $1.count } < 10_000)
  }

  @Test(arguments: [UInt8(0x01), 0xFF]) func `each byte that is flipped is found`(_ pattern: UInt8) throws {
    let missed = try Self.missed(Samples.compact) { bytes, offset in bytes[offset] ^= pattern }
    #expect(missed.isEmpty, "\(missed.prefix(5))")
  }

  @Test func `each byte that becomes zero is found`() throws {
    // A NUL makes a line of a ref file look like one that a power cut tore.
    let missed = try Self.missed(Samples.small) { bytes, offset in bytes[offset] = 0 }
    #expect(missed.isEmpty, "\(missed.prefix(5))")
  }

  @Test(arguments: [UInt8(0x10), 0xFF]) func `a quick check never says sound of a flipped byte`(
    _ pattern: UInt8
  ) throws {
    let missed = try Self.missed(
      Samples.small, quick: true, isRight: { !$0.sound }, { bytes, offset in bytes[offset] ^= pattern })
    #expect(missed.isEmpty, "\(missed.prefix(5))")
  }

  @Test func `a quick check finds each flipped byte of a packfile`() throws {
    let packs = Samples.compact.filter { $0.key.hasSuffix(".pack") }.keys
    for path in packs {
      let bytes = Samples.compact[path]!
      for offset in stride(from: 0, to: bytes.count, by: 3) {
        var contents = Samples.compact
        contents[path]![offset] ^= 0x10
        #expect(try !check(contents, Fsck.Options(quick: true, workers: 1)).isClean, "\(path)@\(offset)")
      }
    }
  }

  @Test func `each length to which a file is cut is found`() throws {
    let small = try Self.missed(Samples.small) { bytes, offset in bytes.removeSubrange(offset...) }
    #expect(small.isEmpty, "\(small.prefix(5))")
    let compact = try Self.missed(Samples.compact, every: 7) { bytes, offset in
      bytes.removeSubrange(offset...)
    }
    #expect(compact.isEmpty, "\(compact.prefix(5))")
  }

  @Test func `each file that is gone is found`() throws {
    for path in Samples.whole.keys {
      var contents = Samples.whole
      contents[path] = nil
      #expect(try !check(contents).isClean, "\(path)")
      #expect(try !check(contents, Fsck.Options(quick: true)).isClean, "\(path)")
    }
  }

  @Test(arguments: [[0x0A], [0x7E, 0x0A], [0x00], Array("VAULTPK1garbage".utf8), Array("{}\n".utf8)])
  func `bytes at the end of a file are found`(_ garbage: [UInt8]) throws {
    for path in Samples.whole.keys {
      var contents = Samples.whole
      contents[path]! += garbage
      let outcome = try check(contents)
      #expect(!outcome.isClean, "\(path)")
    }
  }

  @Test func `a pack that is there twice is found`() throws {
    for path in Samples.compact.keys.filter({ $0.hasSuffix(".pack") }) {
      var contents = Samples.compact
      contents[path]! += contents[path]!
      #expect(try check(contents).names == [.unfinishedWrite])
    }
  }

  @Test func `a byte put in anywhere is found`() throws {
    let missed = try Self.missed(Samples.small, every: 2) { bytes, offset in bytes.insert(0x41, at: offset) }
    #expect(missed.isEmpty, "\(missed.prefix(5))")
  }

  @Test func `a byte taken out anywhere is found`() throws {
    let missed = try Self.missed(Samples.small, every: 2) { bytes, offset in bytes.remove(at: offset) }
    #expect(missed.isEmpty, "\(missed.prefix(5))")
  }

  @Test func `a run of zeros or of another file's bytes anywhere is found`() throws {
    let other = Samples.whole[Insider.packfile("soc2-2026")]!
    let missed = try Self.missed(Samples.small, every: 3) { bytes, offset in
      let end = min(offset + 40, bytes.count)
      let zeros = [UInt8](repeating: 0, count: end - offset)
      bytes.replaceSubrange(offset..<end, with: offset % 2 == 0 ? zeros : Array(other[offset..<end]))
    }
    #expect(missed.isEmpty, "\(missed.prefix(5))")
  }
}
