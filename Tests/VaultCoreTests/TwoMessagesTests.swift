import Testing

@testable import VaultCore

/// Two messages at once must hash as each does alone, through EVP, which knows nothing of that.
@Suite struct TwoMessagesTests {
  private let evp = SHA256Hasher(isDirect: false)

  private func bytes(_ count: Int, _ random: inout SplitMix) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
  }

  @Test func `messages of any lengths, added in any pieces beside each other, have their own digests`() {
    var random = SplitMix(seed: 11)
    let (first, second) = (SHA256Hasher(), SHA256Hasher())
    for round in 0..<2000 {
      let a = bytes(Int(random.next() % 700), &random)
      let b = bytes(Int(random.next() % (round % 3 == 0 ? 5000 : 200)), &random)
      var (restA, restB) = (a[...], b[...])
      while !restA.isEmpty || !restB.isEmpty {
        let pieceA = restA.prefix(Int(random.next() % 300))
        let pieceB = restB.prefix(Int(random.next() % 900))
        pieceA.withUnsafeBytes { pieceA in
          pieceB.withUnsafeBytes { first.update(pieceA, beside: second, $0) }
        }
        restA = restA.dropFirst(pieceA.count)
        restB = restB.dropFirst(pieceB.count)
      }
      #expect(first.finish() == evp.hash(a), "round \(round): \(a.count) bytes beside \(b.count)")
      #expect(second.finish() == evp.hash(b), "round \(round): \(b.count) bytes beside \(a.count)")
    }
  }

  @Test func `a message over the 32 bits of a length word is counted on`() {
    // 2^29 bytes are 2^32 bits: the count goes on into the other word, in the blocks that are taken at once too.
    let piece = [UInt8](repeating: 0xA5, count: 1 << 20)
    let (first, second, alone) = (SHA256Hasher(), SHA256Hasher(), SHA256Hasher(isDirect: false))
    for _ in 0..<513 {
      piece.withUnsafeBytes { first.update($0, beside: second, $0) }
      alone.update(piece)
    }
    let digest = alone.finish()
    #expect(first.finish() == digest)
    #expect(second.finish() == digest)
  }

  @Test func `the parts of a block have the digests that each has alone`() {
    var random = SplitMix(seed: 12)
    var pair = SHA256Pair()
    for count in 0..<40 {
      let lengths = (0..<count).map { _ in Int(random.next() % (random.next() % 4 == 0 ? 3000 : 70)) }
      let all = bytes(lengths.reduce(0, +), &random)
      var end = 0
      let parts = lengths.map { length in
        end += length
        return end - length..<end
      }
      let digests = all.withUnsafeBytes { pair.hash($0, parts: parts) }
      #expect(digests == parts.map { evp.hash(Array(all[$0])) }, "lengths \(lengths)")
    }
  }

  @Test func `two leaves have the hashes that each has alone, at every length`() {
    let (hasher, alone) = (MerkleHasher(), MerkleHasher(isDirect: false))
    var random = SplitMix(seed: 13)
    for count in 0...1100 {
      let a = bytes(count, &random)
      let b = bytes(Int(random.next() % 1100), &random)
      let (left, right) = a.withBytes { a in b.withBytes { hasher.leaves(a, $0) } }
      #expect(left == alone.leaf(a), "\(a.count) bytes beside \(b.count)")
      #expect(right == alone.leaf(b), "\(b.count) bytes beside \(a.count)")
    }
  }

  @Test func `a range of leaves made at once is the one that appending makes`() {
    let (hasher, alone) = (MerkleHasher(), MerkleHasher(isDirect: false))
    for begin in UInt64(0)..<35 {
      var appended = CompactRange(at: begin)
      var leaves: [Digest] = []
      for number in 0..<70 {
        #expect(CompactRange(at: begin, leaves: leaves, hasher) == appended, "\(leaves.count) from \(begin)")
        leaves.append(alone.leaf([UInt8(number)]))
        appended.append(leaves[number], alone)
      }
    }
  }
}
