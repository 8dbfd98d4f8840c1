/// Numbers that come in ascending order, as the first ranges of them and how many there are: bounded however many come.
public struct NumberRanges: Sendable, Equatable {
  /// Ranges that are kept.
  public static let limit = 1000

  public private(set) var ranges: [ClosedRange<Int64>] = []
  /// How many numbers there are; the greatest number that a document holds where there are more.
  public private(set) var count: UInt64 = 0
  /// Whether there are ranges that are not kept.
  public private(set) var isCut = false
  private var last: Int64?

  init() {}

  /// Adds a range that begins at or behind the end of the last one.
  mutating func add(_ range: ClosedRange<Int64>) {
    let width = UInt64(bitPattern: range.upperBound &- range.lowerBound)
    count = width >= Self.most - count ? Self.most : count + width + 1
    let isNext = last.map { range.lowerBound <= $0 || range.lowerBound == $0 + 1 } ?? false
    last = max(last ?? range.upperBound, range.upperBound)
    if isNext, isCut { return }
    if isNext, let open = ranges.popLast() {
      ranges.append(open.lowerBound...max(open.upperBound, range.upperBound))
    } else if ranges.count < Self.limit {
      ranges.append(range)
    } else {
      isCut = true
    }
  }

  /// Adds the numbers of others, which follow these.
  mutating func add(_ others: NumberRanges) {
    let total = min(Self.most, count + others.count)
    for range in others.ranges { add(range) }
    count = total
    if others.isCut {
      isCut = true
      last = others.last
    }
  }

  /// 2^53 - 1.
  private static let most: UInt64 = (1 << 53) - 1
}
