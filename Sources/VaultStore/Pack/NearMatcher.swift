import CZstd
import Glibc

/// Finds what a target shares with a base that is nearly the same: both are compared from their starts on, and
/// where they differ, a few tables of a few KiB find where they agree again. Filling a table from the whole
/// base, as zstd does, takes longer than that.
struct NearMatcher {
  /// A base of one part of a block: both as places in the block and in its prefix.
  struct Pair {
    let target: Range<Int>
    let base: Range<Int>
  }

  private let raw: UnsafeRawBufferPointer
  private let prefix: UnsafeRawBufferPointer
  private var sequences: SequenceList
  /// How many bytes may match nothing before the two are no near ones.
  private var literalsLeft: Int
  /// Where what matches nothing yet begins.
  private var pending = 0

  /// Shorter matches cost as much as their bytes do.
  private static let shortest = 8
  /// A block that gains less is given to zstd's own matcher, which sees more.
  private static let literalShare = 8

  /// The sequences of `raw`, of which each pair's target is nearly its base in `prefix`; nil where they differ in
  /// more than an eighth of the bytes. The targets fill `raw`, one after the other.
  static func sequences(
    of raw: UnsafeRawBufferPointer, against prefix: UnsafeRawBufferPointer, _ pairs: [Pair],
    _ window: inout NearWindow, _ gaps: GapMatcher
  ) -> [ZSTD_Sequence]? {
    gaps.reset()
    var matcher = NearMatcher(raw, prefix)
    for pair in pairs { guard matcher.match(pair, &window, gaps) else { return nil } }
    matcher.closeGap(at: raw.count, gaps)
    return matcher.sequences.finished(literals: raw.count - matcher.pending)
  }

  private init(_ raw: UnsafeRawBufferPointer, _ prefix: UnsafeRawBufferPointer) {
    self.raw = raw
    self.prefix = prefix
    sequences = SequenceList()
    literalsLeft = raw.count / Self.literalShare
  }

  /// False where too little matches.
  private mutating func match(_ pair: Pair, _ window: inout NearWindow, _ gaps: GapMatcher) -> Bool {
    var place = NearPlace(target: pair.target.lowerBound, base: pair.base.lowerBound)
    while true {
      let length = common(place, pair)
      if length >= Self.shortest {
        take(place, length, gaps)
        place.target += length
        place.base += length
      }
      let next = nearby(place, pair) ?? window.find(after: place, pair, raw, prefix)
      guard let next else { return spend(pair.target.upperBound - place.target) }
      guard spend(next.target - place.target) else { return false }
      place = extended(next, pair)
    }
  }

  private mutating func spend(_ literals: Int) -> Bool {
    literalsLeft -= literals
    return literalsLeft >= 0
  }

  /// Looks for matches in what the base does not have before `end`.
  private mutating func closeGap(at end: Int, _ gaps: GapMatcher) {
    pending = gaps.match(raw, from: pending, to: end, into: &sequences)
  }

  private mutating func take(_ place: NearPlace, _ length: Int, _ gaps: GapMatcher) {
    closeGap(at: place.target, gaps)
    sequences.add(
      literals: place.target - pending, match: length, offset: prefix.count + place.target - place.base)
    pending = place.target + length
  }

  /// How many bytes agree from a place on.
  private func common(_ place: NearPlace, _ pair: Pair) -> Int {
    commonLength(
      UnsafeRawBufferPointer(rebasing: raw[place.target..<pair.target.upperBound]),
      UnsafeRawBufferPointer(rebasing: prefix[place.base..<pair.base.upperBound]))
  }

  /// The next place of eight equal bytes where only a value of a few bytes has changed.
  private func nearby(_ place: NearPlace, _ pair: Pair) -> NearPlace? {
    let room = min(pair.target.upperBound - place.target, pair.base.upperBound - place.base) - 8
    guard room > 0 else { return nil }
    for step in 1...min(room, 48) {
      let here = NearPlace(target: place.target + step, base: place.base + step)
      if here.agrees(raw, prefix) { return here }
    }
    return nil
  }

  /// The place with the equal bytes before it, as far as nothing else matches them.
  private func extended(_ place: NearPlace, _ pair: Pair) -> NearPlace {
    var place = place
    while place.target > max(pending, pair.target.lowerBound), place.base > pair.base.lowerBound,
      raw[place.target - 1] == prefix[place.base - 1]
    {
      place.target -= 1
      place.base -= 1
    }
    return place
  }
}

/// A place in a block and the one in its prefix that it is compared with.
struct NearPlace {
  var target: Int
  var base: Int

  /// Whether the eight bytes from here on are the same.
  func agrees(_ raw: UnsafeRawBufferPointer, _ prefix: UnsafeRawBufferPointer) -> Bool {
    raw.loadUnaligned(fromByteOffset: target, as: UInt64.self)
      == prefix.loadUnaligned(fromByteOffset: base, as: UInt64.self)
  }
}

/// How many bytes two buffers have in common from their starts on.
func commonLength(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> Int {
  let end = min(first.count, second.count)
  guard end > 0, let one = first.baseAddress, let other = second.baseAddress else { return 0 }
  var at = 0
  // The C library compares with the widest registers there are; where they differ is found by words.
  while at + 512 <= end, memcmp(one + at, other + at, 512) == 0 { at += 512 }
  while at + 8 <= end {
    let difference =
      one.loadUnaligned(fromByteOffset: at, as: UInt64.self)
      ^ other.loadUnaligned(fromByteOffset: at, as: UInt64.self)
    if difference != 0 { return at + UInt64(littleEndian: difference).trailingZeroBitCount / 8 }
    at += 8
  }
  while at < end, first[at] == second[at] { at += 1 }
  return at
}
