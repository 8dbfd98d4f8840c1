/// Hashes messages that are at hand, two at a time where the processor gains by it.
public struct SHA256Pair {
  private struct Lane {
    let hasher = SHA256Hasher()
    var number = 0
    var rest = UnsafeRawBufferPointer(start: nil, count: 0)
  }

  private var first = Lane()
  private var second = Lane()

  public init() {}

  /// The digest of each of `parts` of `bytes`.
  public mutating func hash(_ bytes: UnsafeRawBufferPointer, parts: [Range<Int>]) -> [Digest] {
    var digests = [Digest](repeating: .zero, count: parts.count)
    var next = 0
    func start(_ lane: inout Lane) -> Bool {
      guard next < parts.count else { return false }
      lane.number = next
      lane.rest = UnsafeRawBufferPointer(rebasing: bytes[parts[next]])
      next += 1
      return true
    }
    guard start(&first) else { return digests }
    // While both have a message, the one that ends sooner is finished, and the next one takes its place.
    while start(&second) {
      advance()
      if !second.rest.isEmpty { swap(&first, &second) }
      digests[second.number] = second.hasher.finish()
    }
    first.hasher.update(first.rest)
    digests[first.number] = first.hasher.finish()
    return digests
  }

  /// Takes one message to its end, and as many whole blocks of the other.
  private mutating func advance() {
    let count = min(first.rest.count, second.rest.count)
    let blocks = count & ~63
    let a = first.rest.count == count ? count : blocks
    let b = second.rest.count == count ? count : blocks
    first.hasher.update(
      UnsafeRawBufferPointer(rebasing: first.rest[..<a]), beside: second.hasher,
      UnsafeRawBufferPointer(rebasing: second.rest[..<b]))
    first.rest = UnsafeRawBufferPointer(rebasing: first.rest[a...])
    second.rest = UnsafeRawBufferPointer(rebasing: second.rest[b...])
  }
}
