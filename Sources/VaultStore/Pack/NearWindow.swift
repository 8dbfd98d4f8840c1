/// Finds where a target and a base agree again after bytes were put in or taken out, by a table of a few KiB of
/// the base; one per thread.
struct NearWindow {
  /// How far behind a difference both are searched: mostly a record was put in or taken out, seldom many.
  private static let reaches = [(bytes: 1024, bits: 11), (bytes: 8192, bits: 13)]
  /// A match of this length is taken at once; below, the longest of those near the first is.
  private static let sure = 96
  private static let shortest = 16
  private static let patience = 128
  /// The base is put into the table at one place of so many: the target is looked up at each, and what agrees before a
  /// match is found from there.
  private static let stride = 4

  /// By the hash of eight bytes: their place behind the window's start, from 1 on; 0 for none.
  private var table = [UInt16](repeating: 0, count: 1 << 13)

  /// The next place behind `place` where the two agree; nil where there is none in reach.
  mutating func find(
    after place: NearPlace, _ pair: NearMatcher.Pair, _ raw: UnsafeRawBufferPointer,
    _ prefix: UnsafeRawBufferPointer
  ) -> NearPlace? {
    for reach in Self.reaches {
      if let found = find(after: place, within: reach.bytes, reach.bits, pair, raw, prefix) { return found }
    }
    return nil
  }

  private mutating func find(
    after place: NearPlace, within reach: Int, _ bits: Int, _ pair: NearMatcher.Pair,
    _ raw: UnsafeRawBufferPointer, _ prefix: UnsafeRawBufferPointer
  ) -> NearPlace? {
    // The base from before the difference on, too: what was skipped too far is found again.
    let low = max(pair.base.lowerBound, place.base - reach / 2)
    let high = min(pair.base.upperBound - 8, place.base + reach)
    let end = min(pair.target.upperBound - 8, place.target + reach)
    guard low <= high, place.target <= end else { return nil }
    fill(low, high, bits, prefix)
    var best: (place: NearPlace, length: Int)?
    var target = place.target
    while target <= end {
      let found = table[Self.hash(raw, target, bits)]
      let here = NearPlace(target: target, base: low + Int(found) - 1)
      if found > 0, here.agrees(raw, prefix) {
        let length = commonLength(
          UnsafeRawBufferPointer(rebasing: raw[target..<pair.target.upperBound]),
          UnsafeRawBufferPointer(rebasing: prefix[here.base..<pair.base.upperBound]))
        if length >= Self.sure { return here }
        if length >= Self.shortest, length > best?.length ?? 0 { best = (here, length) }
      }
      if let best, target > best.place.target + Self.patience { break }
      target += 1
    }
    return best?.place
  }

  /// Those near the difference are put in last, over others of the same bytes.
  private mutating func fill(_ low: Int, _ high: Int, _ bits: Int, _ prefix: UnsafeRawBufferPointer) {
    table.withUnsafeMutableBufferPointer { table in
      UnsafeMutableBufferPointer(rebasing: table[..<(1 << bits)]).update(repeating: 0)
      var place = high
      while place >= low {
        table[Self.hash(prefix, place, bits)] = UInt16(truncatingIfNeeded: place - low + 1)
        place -= Self.stride
      }
    }
  }

  private static func hash(_ bytes: UnsafeRawBufferPointer, _ place: Int, _ bits: Int) -> Int {
    let word = bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
    return Int(truncatingIfNeeded: (word &* 0x9E37_79B9_7F4A_7C15) >> UInt64(64 - bits))
  }
}
