import Testing

@testable import VaultCore

struct SampleLotteryTests {
  private static let root = MerkleHash(Digest.of([1, 2, 3]))
  private static let seed = Array(repeating: UInt8(7), count: 16)

  private func lottery(_ count: UInt64) -> SampleLottery {
    SampleLottery(seed: Self.seed, root: Self.root, count: count)
  }

  private func draw(_ size: Int, of count: Int, seed: [UInt8] = seed) -> SampleDraw {
    SampleDraw(
      population: PopulationReference(
        path: try! EvidencePath("a"), revision: 1, leaf: 1, hash: Self.root, count: count, root: Self.root),
      seed: seed, size: size)
  }

  @Test func `tickets that share their first block are those that are hashed whole`() {
    for seed in [16, 17, 64].map({ [UInt8](repeating: 9, count: $0) }) {
      let lottery = SampleLottery(seed: seed, root: Self.root, count: 300)
      #expect(lottery.smallest(300, of: 0..<300) == (0..<300).map { lottery.ticket(of: $0) }.sorted())
    }
  }

  @Test func `a ticket is the hash that the format page spells out`() {
    var message =
      Digest.of(Self.seed).bytes + Self.root.digest.bytes + Array("evidence-vault.org/sample/1".utf8)
    message += [44, 1, 0, 0, 0, 0, 0, 0] + [2, 1, 0, 0, 0, 0, 0, 0]
    #expect(message.count == 107)
    #expect(lottery(300).ticket(of: 258).hash == Digest.of(message))
  }

  @Test func `the smallest tickets are found however many are asked for`() {
    let lottery = lottery(1000)
    let all = (0..<1000).map { lottery.ticket(of: $0) }.sorted()
    for size in [0, 1, 2, 3, 25, 999, 1000] {
      #expect(lottery.smallest(size, of: 0..<1000) == Array(all.prefix(size)))
    }
  }

  @Test func `ranges that are searched apart give the same draw`() {
    let lottery = lottery(1000)
    let parts = [0..<1, 1..<400, 400..<1000].map { lottery.smallest(60, of: $0.lowerBound..<$0.upperBound) }
    #expect(SampleLottery.merged(parts, size: 60) == lottery.smallest(60, of: 0..<1000))
  }

  @Test func `a larger draw of the same seed begins with the smaller one`() {
    let large = SampleLottery.records(of: draw(60, of: 500))
    #expect(SampleLottery.records(of: draw(25, of: 500)) == Array(large.prefix(25)))
    #expect(Set(large).count == 60 && large.allSatisfy { $0 < 500 })
    #expect(SampleLottery.records(of: draw(500, of: 500)).sorted() == Array(0..<500))
  }

  @Test func `seed, root and count each draw anew`() {
    let base = SampleLottery.records(of: draw(25, of: 500))
    #expect(SampleLottery.records(of: draw(25, of: 501)) != base)
    #expect(SampleLottery.records(of: draw(25, of: 500, seed: Self.seed + [0])) != base)
    let other = SampleLottery(seed: Self.seed, root: MerkleHash(.zero), count: 500)
    #expect(other.smallest(25, of: 0..<500).map(\.record) != base)
  }

  @Test func `only a larger draw of the same population and seed extends another`() {
    let small = draw(25, of: 500)
    #expect(draw(26, of: 500).extends(small))
    #expect(!draw(25, of: 500).extends(small))
    #expect(!draw(26, of: 501).extends(small))
    #expect(!draw(26, of: 500, seed: Self.seed + [1]).extends(small))
  }
}
