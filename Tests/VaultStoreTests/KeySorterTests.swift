import Testing
import VaultFiles

@testable import VaultStore

@Suite struct `Keys are sorted outside memory` {
  private static let staging = "/staging"

  private func keys(_ count: Int, seed: UInt64, spread: UInt64) -> [SortKey] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { SortKey(random.next() % spread, random.next() % 3, UInt64($0)) }
  }

  private func sorted(_ keys: [SortKey], memory: Int, _ bench: PackBench) throws -> (
    keys: [SortKey], runs: Int
  ) {
    let sorter = KeySorter(bench.files, staging: Self.staging, memoryLimit: memory)
    for start in stride(from: 0, to: keys.count, by: 7) {
      try sorter.add(Array(keys[start..<min(start + 7, keys.count)]))
    }
    var out: [SortKey] = []
    try sorter.forEachKey { out.append($0) }
    return (out, sorter.runCount)
  }

  @Test(arguments: [0, 1, 2, 3, 48, 49, 1000, 20_000], [UInt64(1), 5, 1 << 40, .max])
  func `in whatever memory, as the plain sort does`(count: Int, spread: UInt64) throws {
    let bench = try PackBench()
    let keys = keys(count, seed: UInt64(count) &+ spread, spread: spread)
    for memory in [0, 24 * 10, 24 * 4097, 1 << 30] {
      #expect(try sorted(keys, memory: memory, bench).keys == keys.sorted())
    }
  }

  @Test(arguments: [UInt64(1), 300, .max])
  func `on several cores where they are many`(spread: UInt64) throws {
    let bench = try PackBench()
    let keys = keys(70_000, seed: spread, spread: spread)
    #expect(try sorted(keys, memory: 1 << 30, bench).keys == keys.sorted())
    var records = keys
    records.withUnsafeMutableBufferPointer { RadixSort.sort($0, keyLength: 16, workers: 3, by: <) }
    #expect(records == keys.sorted())
  }

  @Test func `runs are spilled, and leave no file behind`() throws {
    let bench = try PackBench()
    let (found, runs) = try sorted(keys(10_000, seed: 9, spread: .max), memory: 24 * 100, bench)
    #expect(found.count == 10_000 && runs >= 99)
    #expect(try bench.files.list(Self.staging).isEmpty)
  }

  @Test func `words order as numbers do`() {
    #expect(SortKey(1, 0, 0) < SortKey(256, 0, 0) && SortKey(1, 2, 9) < SortKey(1, 3, 0))
    #expect(SortKey(7, 8, 1) < SortKey(7, 8, 2) && SortKey(258, 0, 0).first == 258)
  }
}
