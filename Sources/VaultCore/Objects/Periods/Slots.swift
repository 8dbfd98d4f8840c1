/// The parts of a period's window in each of which something is expected (docs/format.md, §14.4).
public struct Slots: Sendable {
  /// The window of the expectation: the period's, or the part of it that the expectation names.
  public let window: Range<Int64>
  /// Where each slot begins, in milliseconds since 1970; each ends where the next begins, the last with the window.
  public let starts: [Int64]

  /// The slots of an expectation in a period; none where its part lies outside the window.
  public init(_ expectation: Expectation, in opening: PeriodOpening) {
    let from = max(opening.from, expectation.from ?? opening.from).milliseconds
    let to = min(opening.to, expectation.to ?? opening.to).milliseconds
    window = from..<max(from, to)
    starts = window.isEmpty ? [] : Self.starts(expectation.cadence, window)
  }

  private static let day: Int64 = 86_400_000

  private static func starts(_ cadence: Expectation.Cadence, _ window: Range<Int64>) -> [Int64] {
    let first = window.lowerBound
    switch cadence {
    case .daily: return [first] + stride(from: (first / day + 1) * day, to: window.upperBound, by: Int(day))
    case .weekly: return Array(stride(from: first, to: window.upperBound, by: Int(7 * day)))
    case .monthly: return [first] + turns(of: 1, in: window)
    case .quarterly: return [first] + turns(of: 3, in: window)
    case .once: return [first]
    }
  }

  /// The beginnings of calendar months, or of groups of so many, inside a window and not at its start.
  private static func turns(of months: Int, in window: Range<Int64>) -> [Int64] {
    guard let start = Timestamp(milliseconds: window.lowerBound) else { return [] }
    var (year, month, _) = start.civilDate
    var out: [Int64] = []
    while true {
      month = (month - 1) / months * months + 1 + months
      if month > 12 { (year, month) = (year + 1, month - 12) }
      guard let turn = Timestamp(year: year, month: month, day: 1)?.milliseconds, turn < window.upperBound
      else {
        return out
      }
      out.append(turn)
    }
  }

  public var count: Int { starts.count }

  /// A slot's part of time.
  public func range(_ slot: Int) -> Range<Int64> {
    starts[slot]..<(slot + 1 < starts.count ? starts[slot + 1] : window.upperBound)
  }

  /// The slot in which an instant lies.
  public func slot(at instant: Int64) -> Int? {
    guard window.contains(instant) else { return nil }
    var low = 0
    var high = starts.count
    while low < high {
      let middle = (low + high) / 2
      if starts[middle] <= instant { low = middle + 1 } else { high = middle }
    }
    return low - 1
  }

  /// Which slots windows cover whole; `windows` are in the order of their starts.
  public func covered(by windows: [Range<Int64>]) -> [Int] {
    var out: [Int] = []
    var joined: Range<Int64>?
    func settle() {
      guard let joined, var slot = slot(at: max(joined.lowerBound, window.lowerBound)) else { return }
      while slot < count, range(slot).upperBound <= joined.upperBound {
        if range(slot).lowerBound >= joined.lowerBound { out.append(slot) }
        slot += 1
      }
    }
    for next in windows where !next.isEmpty {
      if let current = joined, next.lowerBound <= current.upperBound {
        joined = current.lowerBound..<max(current.upperBound, next.upperBound)
      } else {
        settle()
        joined = next
      }
    }
    settle()
    return out
  }
}
