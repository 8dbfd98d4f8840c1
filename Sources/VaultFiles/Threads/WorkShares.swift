import Synchronization

/// Numbers from 0 on, handed out to workers some at a time. Each has a part of its own, whose neighbours are mostly in the same
/// folders and blocks, and helps the one that has most left when that is done.
public final class WorkShares: Sendable {
  private let left: Mutex<[Range<Int>]>
  private static let share = 32

  /// The numbers below `count`.
  public init(_ count: Int, workers: Int) {
    left = Mutex((0..<workers).map { $0 * count / workers..<($0 + 1) * count / workers })
  }

  /// The next numbers for a worker; nil where there are none left.
  public func next(_ worker: Int) -> Range<Int>? {
    left.withLock { left in
      if let own = Self.take(&left[worker]) { return own }
      guard let most = left.indices.max(by: { left[$0].count < left[$1].count }) else { return nil }
      // From the end, where its owner comes last.
      let all = left[most]
      guard !all.isEmpty else { return nil }
      let start = max(all.lowerBound, all.upperBound - Self.share)
      left[most] = all.lowerBound..<start
      return start..<all.upperBound
    }
  }

  private static func take(_ range: inout Range<Int>) -> Range<Int>? {
    guard !range.isEmpty else { return nil }
    let end = min(range.upperBound, range.lowerBound + share)
    defer { range = end..<range.upperBound }
    return range.lowerBound..<end
  }

  /// Hands out nothing more.
  public func end() { left.withLock { left in for worker in left.indices { left[worker] = 0..<0 } } }
}
