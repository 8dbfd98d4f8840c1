import VaultCore
import VaultFiles

extension SampleDraw {
  /// The records of the draw in the order of their tickets, found on all cores (docs/format.md, §16.1).
  public func records(workers: Int) -> [UInt64] {
    let lottery = SampleLottery(self)
    let share = max(1 << 14, lottery.count / UInt64(max(1, workers)) + 1)
    let ranges = stride(from: 0, to: lottery.count, by: Int(share)).map {
      $0..<min(lottery.count, $0 + share)
    }
    let parts = Parallel.map(ranges, workers: min(workers, ranges.count)) { lottery.smallest(size, of: $0) }
    return SampleLottery.merged(parts, size: size).map(\.record)
  }
}
