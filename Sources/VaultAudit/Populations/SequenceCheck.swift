import VaultFiles
import VaultStore

/// Finds gaps and duplicates among sequence numbers, which come as runs of consecutive ones.
struct SequenceCheck: ~Copyable {
  private let runs: KeySorter
  private var open: ClosedRange<Int64>?

  init(_ files: any FileLayer, staging: String, memoryLimit: Int) {
    runs = KeySorter(files, staging: staging, memoryLimit: memoryLimit)
  }

  mutating func add(_ more: [FrameExamination.Run]) throws {
    for run in more {
      if let open, open.upperBound < run.numbers.lowerBound, open.upperBound + 1 == run.numbers.lowerBound {
        self.open = open.lowerBound...run.numbers.upperBound
      } else {
        try flush()
        open = run.numbers
      }
    }
  }

  private mutating func flush() throws {
    if let open { try runs.add(SortKey(Self.biased(open.lowerBound), Self.biased(open.upperBound), 0)) }
    open = nil
  }

  /// The numbers between the least and the greatest that no record has, and those that more than one has.
  mutating func finish() throws -> (gaps: NumberRanges, duplicates: NumberRanges) {
    try flush()
    var gaps = NumberRanges()
    var duplicates = NumberRanges()
    var covered: Int64?
    try runs.forEachKey { key in
      let (low, high) = (Self.number(key.first), Self.number(key.second))
      if let last = covered {
        if low <= last { duplicates.add(low...min(high, last)) }
        if low > last, low - 1 > last { gaps.add(last + 1...low - 1) }
      }
      covered = max(covered ?? high, high)
    }
    return (gaps, duplicates)
  }

  /// Numbers that order without a sign as these do with one.
  private static func biased(_ number: Int64) -> UInt64 { UInt64(bitPattern: number) ^ 1 << 63 }
  private static func number(_ biased: UInt64) -> Int64 { Int64(bitPattern: biased ^ 1 << 63) }
}
