import Testing
import VaultCore

/// MTH, PATH and PROOF by the letter of RFC 6962 §2.1, to check the incremental code against.
private struct Letter {
  let hasher = MerkleHasher()

  /// The largest power of two smaller than n.
  private func k(_ n: Int) -> Int {
    var k = 1
    while k * 2 < n { k *= 2 }
    return k
  }

  func mth(_ d: ArraySlice<Digest>) -> Digest {
    guard let first = d.first else { return Digest.of([]) }
    if d.count == 1 { return first }
    let k = k(d.count)
    return hasher.node(mth(d.prefix(k)), mth(d.dropFirst(k)))
  }

  func path(_ m: Int, _ d: ArraySlice<Digest>) -> [Digest] {
    if d.count == 1 { return [] }
    let k = k(d.count)
    return m < k
      ? path(m, d.prefix(k)) + [mth(d.dropFirst(k))] : path(m - k, d.dropFirst(k)) + [mth(d.prefix(k))]
  }

  func proof(_ m: Int, _ d: ArraySlice<Digest>) -> [Digest] { subproof(m, d, true) }

  private func subproof(_ m: Int, _ d: ArraySlice<Digest>, _ b: Bool) -> [Digest] {
    if m == d.count { return b ? [] : [mth(d)] }
    let k = k(d.count)
    return m <= k
      ? subproof(m, d.prefix(k), b) + [mth(d.dropFirst(k))]
      : subproof(m - k, d.dropFirst(k), false) + [mth(d.prefix(k))]
  }
}

@Suite struct ConsistencyTests {
  private static let largest = 70
  private let letter = Letter()
  private let hasher = MerkleHasher()
  private let leaves: [Digest]
  /// All hashes of a tree of 70 leaves, in the order in which they become complete.
  private let stored: [Digest]
  private let roots: [MerkleHash]

  init() {
    let hasher = MerkleHasher()
    let leaves = (0..<Self.largest).map { hasher.leaf([UInt8($0)]) }
    var range = CompactRange()
    var stored: [Digest] = []
    var roots = [range.root(hasher)]
    for leaf in leaves {
      range.append(leaf, hasher) { level, index, hash in
        #expect(StoredHashOrder.place(level: level, index: index) == UInt64(stored.count))
        stored.append(hash)
      }
      roots.append(range.root(hasher))
      #expect(StoredHashOrder.count(size: range.end) == UInt64(stored.count))
    }
    self.leaves = leaves
    self.stored = stored
    self.roots = roots
  }

  private func node(_ level: Int, _ index: UInt64) -> Digest {
    stored[Int(StoredHashOrder.place(level: level, index: index))]
  }

  private func make(_ old: Int, _ new: Int) -> ConsistencyProof {
    ConsistencyProof.make(from: UInt64(old), to: UInt64(new), hasher, subtree: node)
  }

  private func refuses(_ path: [Digest], _ old: Int, _ new: Int) -> Bool {
    !ConsistencyProof(oldSize: UInt64(old), newSize: UInt64(new), path: path)
      .verifies(from: roots[old], to: roots[new], hasher)
  }

  @Test func `roots and inclusion proofs from stored hashes are those of the RFC`() {
    for size in 1...Self.largest {
      #expect(roots[size].digest == letter.mth(leaves.prefix(size)))
      for index in 0..<size {
        let proof = InclusionProof.make(
          index: UInt64(index), treeSize: UInt64(size), hasher, subtree: node)
        #expect(proof.path == letter.path(index, leaves.prefix(size)))
        #expect(proof.root(leaf: leaves[index], hasher) == roots[size])
      }
    }
  }

  @Test func `consistency proofs between all small trees are those of the RFC and hold`() {
    for new in 0...Self.largest {
      for old in 0...new {
        let proof = make(old, new)
        #expect(proof.path == (old == 0 ? [] : letter.proof(old, leaves.prefix(new))), "\(old) to \(new)")
        #expect(proof.verifies(from: roots[old], to: roots[new], hasher), "\(old) to \(new)")
      }
    }
  }

  @Test func `a proof that is altered in any place is refused`() {
    for new in 1...Self.largest {
      for old in 0...new {
        let path = make(old, new).path
        #expect(refuses(path + [leaves[0]], old, new) && refuses([leaves[0]] + path, old, new))
        for place in path.indices {
          var altered = path
          altered[place] = hasher.leaf(path[place].bytes)
          #expect(refuses(altered, old, new), "\(old) to \(new), hash \(place)")
          altered.remove(at: place)
          #expect(refuses(altered, old, new), "\(old) to \(new) without hash \(place)")
          altered = path
          if place > 0 {
            altered.swapAt(place, place - 1)
            #expect(refuses(altered, old, new), "\(old) to \(new), hash \(place) swapped")
          }
        }
      }
    }
  }

  @Test func `a proof holds for its own sizes and roots only`() {
    let other = MerkleHash(hasher.leaf([]))
    for new in 1...Self.largest {
      for old in 0...new {
        let proof = make(old, new)
        #expect(!proof.verifies(from: other, to: roots[new], hasher))
        // Every tree begins with the empty one.
        #expect(proof.verifies(from: roots[old], to: other, hasher) == (old == 0))
        if old != new { #expect(!proof.verifies(from: roots[new], to: roots[old], hasher)) }
      }
    }
    let path = make(3, 7).path
    let accepted = (UInt64(0)...8).flatMap { old in (UInt64(0)...8).map { (old, $0) } }.filter { old, new in
      ConsistencyProof(oldSize: old, newSize: new, path: path).verifies(from: roots[3], to: roots[7], hasher)
    }
    // Trees of 5 to 8 leaves have one shape from leaf 3 on; which it is, a signed checkpoint says.
    #expect(accepted.map(\.0) == [3, 3, 3, 3] && accepted.map(\.1) == [5, 6, 7, 8])
    for size in [UInt64.max, UInt64.max - 1, 1 << 63] {
      #expect(
        !ConsistencyProof(oldSize: 3, newSize: size, path: path)
          .verifies(from: roots[3], to: roots[7], hasher))
      #expect(
        !ConsistencyProof(oldSize: size, newSize: size, path: path)
          .verifies(from: roots[3], to: roots[7], hasher))
    }
  }

  @Test func `the examples of RFC 6962 come out`() {
    // §2.1.3: nodes a to l over the leaves d0 to d6.
    let (a, b, c, d, j) = (leaves[0], leaves[1], leaves[2], leaves[3], leaves[6])
    let g = hasher.node(a, b)
    let h = hasher.node(c, d)
    let i = hasher.node(leaves[4], leaves[5])
    let k = hasher.node(g, h)
    let l = hasher.node(i, j)
    #expect(make(3, 7).path == [c, d, g, l])
    #expect(make(4, 7).path == [l])
    #expect(make(6, 7).path == [i, j, k])
  }
}
