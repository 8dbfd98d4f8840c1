/// Finds what the stretches of a target that its base does not have share with one another, and long ones with the bytes
/// before them: a record that was put in is much like its neighbours, and of values that changed much is the same.
/// One per thread.
final class GapMatcher {
  /// From here on a stretch is looked for in the bytes before it, too: below, it is a value.
  private static let longGap = 32
  /// How far before a long stretch its likes are looked for: twice its length, within these.
  private static let reaches = 512...4096
  private static let bits = 12
  /// A shorter match costs as much as its bytes do.
  private static let shortest = 6

  /// By the hash of eight bytes, and behind these by that of six: the newest place of such, from 1 on; 0 for none.
  private let places = UnsafeMutableBufferPointer<Int32>.allocate(capacity: 2 << GapMatcher.bits)

  deinit { places.deallocate() }

  /// Forgets the block before.
  func reset() { places.update(repeating: 0) }

  /// Adds the matches within `raw[start..<end]`, which its base does not have, to the sequences; the bytes from the
  /// returned place on match nothing.
  func match(
    _ raw: UnsafeRawBufferPointer, from start: Int, to end: Int, into sequences: inout SequenceList
  ) -> Int {
    // Eight bytes are read at each place.
    let last = min(end - Self.shortest, raw.count - 8)
    guard start <= last else { return start }
    if end - start >= Self.longGap {
      let reach = min(max(2 * (end - start), Self.reaches.lowerBound), Self.reaches.upperBound)
      for place in max(0, start - reach)..<start { note(raw, place) }
    }
    var pending = start
    var place = start
    while place <= last {
      guard var best = longest(raw, at: place, to: end) else {
        place += 1
        continue
      }
      if place < last, let next = longest(raw, at: place + 1, to: end), next.length > best.length {
        place += 1
        best = next
      }
      while place > pending, best.from > 0, raw[place - 1] == raw[best.from - 1] {
        place -= 1
        best = (best.from - 1, best.length + 1)
      }
      sequences.add(literals: place - pending, match: best.length, offset: place - best.from)
      pending = place + best.length
      for inside in place..<max(place, min(pending, last + 1)) { note(raw, inside) }
      place = pending
    }
    return pending
  }

  /// The longest match of the bytes at `place` that is worth a sequence; notes the place.
  private func longest(_ raw: UnsafeRawBufferPointer, at place: Int, to end: Int) -> (
    from: Int, length: Int
  )? {
    let (eight, six) = Self.slots(raw, place)
    let (far, near) = (Int(places[eight]) - 1, Int(places[six]) - 1)
    note(place, eight, six)
    var best: (from: Int, length: Int)?
    if far >= 0 { Self.compare(raw, place, end, far, &best) }
    if near >= 0, near != far { Self.compare(raw, place, end, near, &best) }
    return best
  }

  private static func compare(
    _ raw: UnsafeRawBufferPointer, _ place: Int, _ end: Int, _ from: Int,
    _ best: inout (from: Int, length: Int)?
  ) {
    let length = commonLength(
      UnsafeRawBufferPointer(rebasing: raw[place..<end]), UnsafeRawBufferPointer(rebasing: raw[from..<end]))
    if length > best?.length ?? 0, isWorth(length, place - from) { best = (from, length) }
  }

  /// Whether so many bytes take more as they are, about 3.5 bits each, than a sequence with such an offset.
  private static func isWorth(_ length: Int, _ offset: Int) -> Bool {
    length >= shortest && length * 7 / 2 > 10 + Int.bitWidth - offset.leadingZeroBitCount
  }

  private func note(_ raw: UnsafeRawBufferPointer, _ place: Int) {
    let (eight, six) = Self.slots(raw, place)
    note(place, eight, six)
  }

  private func note(_ place: Int, _ eight: Int, _ six: Int) {
    places[eight] = Int32(truncatingIfNeeded: place + 1)
    places[six] = Int32(truncatingIfNeeded: place + 1)
  }

  /// Where the places of these eight and these six bytes are noted.
  private static func slots(_ raw: UnsafeRawBufferPointer, _ place: Int) -> (Int, Int) {
    let word = raw.loadUnaligned(fromByteOffset: place, as: UInt64.self)
    return (hash(word), (1 << bits) + hash(word << 16))
  }

  private static func hash(_ word: UInt64) -> Int {
    Int(truncatingIfNeeded: (word &* 0x9E37_79B9_7F4A_7C15) >> UInt64(64 - bits))
  }
}
