import CZstd
import Testing
import VaultCore
import VaultFiles

@testable import VaultStore

@Suite struct `The matcher of near bytes` {
  /// A target and its base in some of the ways in which an export changes from day to day.
  private enum Change: CaseIterable {
    case none, replace, insert, delete, move, grow, shrink, all

    func apply(_ base: [UInt8], seed: UInt64) -> [UInt8] {
      var random = SplitMix64(seed: seed)
      func place(_ count: Int) -> Int { Int(random.next() % UInt64(max(1, count))) }
      var out = base
      switch self {
      case .none: break
      case .replace: out = Content.edited(base, changes: 1 + base.count / 500, seed: seed)
      case .insert: out.insert(contentsOf: Content.text(place(3000), seed: seed + 1), at: place(out.count))
      case .delete:
        let from = place(out.count)
        out.removeSubrange(from..<min(out.count, from + place(3000)))
      case .move:
        let from = place(out.count)
        let part = Array(out[from..<min(out.count, from + 400)])
        out.removeSubrange(from..<from + part.count)
        out.insert(contentsOf: part, at: place(out.count))
      case .grow: out += Content.text(500, seed: seed + 2)
      case .shrink: out.removeFirst(min(out.count, 300))
      case .all:
        for change in [Change.replace, .insert, .delete, .move, .grow] { out = change.apply(out, seed: seed) }
      }
      return out
    }
  }

  private struct Near {
    let raw: [UInt8]
    let prefix: [UInt8]
    let pairs: [NearMatcher.Pair]

    init(_ items: [(target: [UInt8], base: [UInt8])]) {
      raw = concatenated(items.map(\.target))
      prefix = concatenated(items.map(\.base))
      var (target, base) = (0, 0)
      pairs = items.map { item in
        defer { (target, base) = (target + item.target.count, base + item.base.count) }
        return NearMatcher.Pair(
          target: target..<target + item.target.count, base: base..<base + item.base.count)
      }
    }

    func sequences() -> [ZSTD_Sequence]? {
      var window = NearWindow()
      let gaps = GapMatcher()
      return raw.withBytes { raw in
        prefix.withBytes { NearMatcher.sequences(of: raw, against: $0, pairs, &window, gaps) }
      }
    }

    /// What the sequences say, copied byte by byte, with the length of each of their blocks.
    func replayed(_ sequences: [ZSTD_Sequence]) -> (bytes: [UInt8], blocks: [Int]) {
      var bytes = prefix
      var blocks: [Int] = []
      var start = prefix.count
      for sequence in sequences {
        let at = bytes.count - prefix.count
        bytes += raw[at..<at + Int(sequence.litLength)]
        for _ in 0..<sequence.matchLength { bytes.append(bytes[bytes.count - Int(sequence.offset)]) }
        guard sequence.matchLength == 0 else { continue }
        blocks.append(bytes.count - start)
        start = bytes.count
      }
      return (Array(bytes[prefix.count...]), blocks)
    }
  }

  @Test(arguments: [0, 1, 7, 8, 9, 100, 5000, 70_000, 131_072, 300_000])
  func `says of any near bytes how they come from their base`(size: Int) throws {
    let zstd = Zstd()
    var matched = 0
    for (number, change) in Change.allCases.enumerated() {
      for seed in 0..<4 {
        let base = Content.text(size, seed: UInt64(seed))
        let target = change.apply(base, seed: UInt64(100 * number + seed))
        // Between others, so that no place of its own is the start of all.
        let other = Content.text(700, seed: 9)
        let near = Near([(other, other), (target, base), (other, other)])
        guard let sequences = near.sequences() else { continue }
        matched += 1
        let (bytes, blocks) = near.replayed(sequences)
        #expect(bytes == near.raw && blocks.allSatisfy { (1...128 << 10).contains($0) }, "\(change) \(seed)")
        #expect(sequences.allSatisfy { $0.matchLength == 0 || $0.matchLength >= 6 })
        let frame = near.raw.withBytes { raw in
          near.prefix.withBytes { zstd.compress(raw, prefix: $0, sequences, level: 1) }
        }
        let stored = try #require(frame, "\(change) \(seed)")
        var decoded = [UInt8](repeating: 0, count: near.raw.count)
        try decoded.withUnsafeMutableBytes { out in
          try stored.withBytes { frame in
            try near.prefix.withBytes { try Zstd().decompress(frame, prefix: $0, into: out) }
          }
        }
        #expect(decoded == near.raw)
      }
    }
    // What was put in or taken out may be more than an eighth.
    #expect(matched >= (size < 5000 ? 4 : 20), "\(matched)")
  }

  @Test func `finds most of what changed a little`() throws {
    for change in Change.allCases {
      let base = Content.text(60_000, seed: 3)
      let near = Near([(change.apply(base, seed: 4), base)])
      let sequences = try #require(near.sequences(), "\(change)")
      let literals = sequences.reduce(0) { $0 + Int($1.litLength) }
      #expect(literals < 7000, "\(change): \(literals)")
    }
  }

  @Test func `finds what is new in what stands near it`() throws {
    func record(_ number: UInt64) -> [UInt8] {
      Array(
        #"{"id":"\#(number &* 0x9E37_79B9_7F4A_7C15)","login":"user\#(number)","roles":["viewer"],"mfa":true},"#
          .utf8)
    }
    let base = (0..<300).flatMap { record($0) }
    let grown = Near([
      (
        base + (300..<304).flatMap { record($0) } + Content.text(400, seed: 1),
        base + Content.text(400, seed: 1)
      )
    ])
    let sequences = try #require(grown.sequences())
    #expect(grown.replayed(sequences).bytes == grown.raw)
    // Of four new records little more than their numbers is new.
    let literals = sequences.reduce(0) { $0 + Int($1.litLength) }
    #expect(literals < 4 * 40, "\(literals)")
    #expect(sequences.contains { $0.matchLength > 0 && $0.offset < 4096 })
  }

  @Test func `forgets one block before the next`() throws {
    let gaps = GapMatcher()
    let text = Content.text(300, seed: 1)
    let filling = Content.noise(5000, seed: 2)
    let other = Content.text(60_000, seed: 3)
    // Where the first block has the text, the second has it for the second time: a place that is still noted would be
    // taken for one before the first.
    for bytes in [filling + Content.noise(300, seed: 4) + text, text + filling + text] {
      let near = Near([(bytes, other), (other, other)])
      var window = NearWindow()
      let sequences = near.raw.withBytes { raw in
        near.prefix.withBytes { NearMatcher.sequences(of: raw, against: $0, near.pairs, &window, gaps) }
      }
      #expect(near.replayed(try #require(sequences)).bytes == near.raw)
    }
  }

  @Test func `leaves what has little in common to zstd`() {
    let base = Content.noise(50_000, seed: 1)
    let target = Content.noise(50_000, seed: 2)
    #expect(Near([(target, base)]).sequences() == nil)
    #expect(Near([(target, [])]).sequences() == nil)
    #expect(Near([([], base), (base, base)]).sequences() != nil)
  }

  @Test func `cuts what is larger than a block of zstd, up to what a block of a pack holds`() throws {
    let base = Content.noise(15 << 20, seed: 5)
    var target = base
    target.insert(contentsOf: Content.noise(200_000, seed: 6), at: 1 << 20)
    let near = Near([(target, base)])
    // What was put in is out of the window's reach.
    #expect(near.sequences() == nil)
    let same = Near([(base, base)])
    let sequences = try #require(same.sequences())
    #expect(same.replayed(sequences).bytes == base && sequences.count == 2 * 120)
  }

  @Test func `proves each frame: sequences that say something else give none`() throws {
    let base = Content.text(20_000, seed: 7)
    let near = Near([(Content.edited(base, changes: 20, seed: 8), base)])
    var sequences = try #require(near.sequences())
    sequences[sequences.count / 2].offset += 1
    let frame = near.raw.withBytes { raw in
      near.prefix.withBytes { Zstd().compress(raw, prefix: $0, sequences, level: 1) }
    }
    #expect(frame == nil)
  }
}
