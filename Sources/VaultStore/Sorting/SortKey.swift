/// Three numbers that order one after the other; kept so that memory orders as they do.
public struct SortKey: Comparable, BitwiseCopyable, Sendable {
  private let bigFirst: UInt64
  private let bigSecond: UInt64
  private let bigThird: UInt64

  public init(_ first: UInt64, _ second: UInt64, _ third: UInt64) {
    bigFirst = first.bigEndian
    bigSecond = second.bigEndian
    bigThird = third.bigEndian
  }

  public var first: UInt64 { UInt64(bigEndian: bigFirst) }
  public var second: UInt64 { UInt64(bigEndian: bigSecond) }
  public var third: UInt64 { UInt64(bigEndian: bigThird) }

  public static func < (a: SortKey, b: SortKey) -> Bool {
    if a.bigFirst != b.bigFirst { return a.first < b.first }
    if a.bigSecond != b.bigSecond { return a.second < b.second }
    return a.third < b.third
  }
}
