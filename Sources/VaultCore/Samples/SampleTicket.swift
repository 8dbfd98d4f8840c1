/// A record's place in the lottery of a draw (docs/format.md, §16.1): the smallest tickets are drawn.
public struct SampleTicket: Hashable, Comparable, Sendable {
  public let hash: Digest
  /// The record's index in the population.
  public let record: UInt64

  public init(hash: Digest, record: UInt64) {
    self.hash = hash
    self.record = record
  }

  /// By the tickets' bytes, equal ones by the record.
  public static func < (a: SampleTicket, b: SampleTicket) -> Bool {
    a.hash != b.hash ? a.hash < b.hash : a.record < b.record
  }
}

/// The smallest tickets of those that were offered: a heap of at most `limit`, the largest on top.
struct SmallestTickets {
  private let limit: Int
  private var heap: [SampleTicket] = []

  init(limit: Int) {
    self.limit = limit
    heap.reserveCapacity(min(limit, 1 << 16))
  }

  /// The first eight bytes above which no ticket is taken any more.
  private(set) var ceiling = UInt64.max

  mutating func offer(_ ticket: SampleTicket) {
    if heap.count < limit {
      heap.append(ticket)
      rise(from: heap.count - 1)
    } else if let top = heap.first, ticket < top {
      heap[0] = ticket
      sink()
    }
    if heap.count == limit, let top = heap.first { ceiling = top.hash.prefix64 }
  }

  /// The tickets in order.
  func sorted() -> [SampleTicket] { heap.sorted() }

  private mutating func rise(from place: Int) {
    var at = place
    while at > 0, case let parent = (at - 1) / 2, heap[parent] < heap[at] {
      heap.swapAt(at, parent)
      at = parent
    }
  }

  private mutating func sink() {
    var at = 0
    while true {
      var largest = at
      for child in [2 * at + 1, 2 * at + 2] where child < heap.count && heap[largest] < heap[child] {
        largest = child
      }
      if largest == at { return }
      heap.swapAt(at, largest)
      at = largest
    }
  }
}
