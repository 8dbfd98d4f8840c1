import Testing

@testable import VaultCore

/// MTH by the letter of RFC 6962 §2.1, to check the incremental code against.
private func mth(_ leaves: ArraySlice<Digest>, _ hasher: MerkleHasher) -> Digest {
  if leaves.isEmpty { return Digest.of([]) }
  if leaves.count == 1 { return leaves.first! }
  var k = 1
  while k * 2 < leaves.count { k *= 2 }
  return hasher.node(
    mth(leaves.prefix(k), hasher), mth(leaves.dropFirst(k), hasher))
}

@Suite struct MerkleTests {
  let hasher = MerkleHasher()

  func leaves(_ count: Int) -> [Digest] { (0..<count).map { hasher.leaf(Array("leaf \($0)".utf8)) } }

  @Test func `the roots of the Certificate Transparency test vectors come out`() {
    let inputs: [[UInt8]] = [
      [], [0x00], [0x10], [0x20, 0x21], [0x30, 0x31], [0x40, 0x41, 0x42, 0x43],
      [0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57], Array(0x60...0x6f),
    ]
    let roots = [
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]
    var range = CompactRange()
    for (input, root) in zip(inputs, roots) {
      range.append(hasher.leaf(input), hasher)
      #expect(range.root(hasher).digest.hex == root)
    }
  }

  @Test func `leaves and nodes are the same hashes with EVP and without it`() {
    let (direct, evp) = (MerkleHasher(isDirect: true), MerkleHasher(isDirect: false))
    let bytes = (0..<600).map { UInt8(truncatingIfNeeded: $0 * 7 + $0 / 64) }
    for count in 0...bytes.count {
      let (a, b) = (direct.leaf(Array(bytes[..<count])), evp.leaf(Array(bytes[..<count])))
      #expect(a == b, "\(count) bytes")
      #expect(b == Digest.of([0] + bytes[..<count]))
      #expect(direct.node(a, Digest.of(a.bytes)) == evp.node(b, Digest.of(b.bytes)))
    }
  }

  @Test func `every leaf of every small tree has a proof that gives the root`() {
    for size in 1...70 {
      let all = leaves(size)
      var range = CompactRange()
      var nodes: [[UInt64]: Digest] = [:]
      for leaf in all { range.append(leaf, hasher) { nodes[[UInt64($0), $1]] = $2 } }
      #expect(range.root(hasher).digest == mth(all[...], hasher))
      for index in 0..<size {
        let proof = InclusionProof.make(index: UInt64(index), treeSize: UInt64(size), hasher) {
          nodes[[UInt64($0), $1]]!
        }
        #expect(proof.root(leaf: all[index], hasher) == range.root(hasher))
        #expect(proof.root(leaf: Digest.zero, hasher) != range.root(hasher))
        let short = InclusionProof(index: proof.index, treeSize: proof.treeSize, path: proof.path.dropLast())
        #expect(size == 1 || short.root(leaf: all[index], hasher) != range.root(hasher))
      }
    }
  }

  @Test func `a compact range from any leaf has the subtrees that its bounds say`() {
    for begin in 0..<20 {
      var range = CompactRange(at: UInt64(begin))
      for end in begin..<40 {
        #expect(range.hashes.count == CompactRange.subtreeLevels(range.begin, range.end).count)
        range.append(hasher.leaf([UInt8(end)]), hasher)
      }
    }
  }
}
