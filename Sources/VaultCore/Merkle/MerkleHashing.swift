import CLibCrypto

/// The two hashes of an RFC 6962 §2.1 tree, with one reused context.
public struct MerkleHasher {
  private let hasher = SHA256Hasher()
  /// Whether leaves and nodes are hashed without EVP, whose calls cost as much as a short record.
  private let isDirect: Bool
  /// Whether two at once gain.
  private let hasPairs: Bool

  public init() { self.init(isDirect: SHA256Hasher.isDefault) }

  init(isDirect: Bool) {
    self.isDirect = isDirect
    hasPairs = isDirect && SHA256Hasher.hasPairs
  }

  /// SHA-256(0x00 ‖ entry).
  public func leaf(_ entry: UnsafeRawBufferPointer) -> Digest {
    guard isDirect else {
      hasher.update(byte: 0)
      hasher.update(entry)
      return hasher.finish()
    }
    return Self.digest {
      CLibCrypto_sha256_leaf(entry.baseAddress?.assumingMemoryBound(to: UInt8.self), entry.count, $0)
    }
  }

  /// SHA-256(0x00 ‖ entry).
  public func leaf(_ entry: [UInt8]) -> Digest { entry.withBytes { leaf($0) } }

  /// SHA-256(0x01 ‖ left ‖ right).
  public func node(_ left: Digest, _ right: Digest) -> Digest {
    guard isDirect else { return hashedNode(left, right) }
    return left.withUnsafeBytes { left in
      right.withUnsafeBytes { right in
        Self.digest {
          CLibCrypto_sha256_node(
            left.baseAddress?.assumingMemoryBound(to: UInt8.self),
            right.baseAddress?.assumingMemoryBound(to: UInt8.self), $0)
        }
      }
    }
  }

  /// The hashes of two leaves, in less time than one after the other where they are short.
  public func leaves(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> (Digest, Digest) {
    let limit = Int(CLibCrypto_SHA256_SHORT_LEAF)
    guard hasPairs, first.count <= limit, second.count <= limit, let a = first.baseAddress,
      let b = second.baseAddress
    else { return (leaf(first), leaf(second)) }
    return Self.digests {
      CLibCrypto_sha256_two_leaves(
        a.assumingMemoryBound(to: UInt8.self), first.count, $0, b.assumingMemoryBound(to: UInt8.self),
        second.count, $1)
    }
  }

  /// The hashes of the nodes above a row of nodes, each above two of them; one without another beside it has none.
  func nodes(above row: ArraySlice<Digest>) -> [Digest] {
    var made: [Digest] = []
    made.reserveCapacity(row.count / 2)
    var at = row.startIndex
    while hasPairs, row.endIndex - at >= 4 {
      let two = row[at..<at + 4].withUnsafeBytes { children in
        Self.digests {
          CLibCrypto_sha256_two_nodes(children.baseAddress?.assumingMemoryBound(to: UInt8.self), $0, $1)
        }
      }
      made.append(two.0)
      made.append(two.1)
      at += 4
    }
    while row.endIndex - at >= 2 {
      made.append(node(row[at], row[at + 1]))
      at += 2
    }
    return made
  }

  private func hashedNode(_ left: Digest, _ right: Digest) -> Digest {
    withUnsafeTemporaryAllocation(byteCount: 65, alignment: 1) { buffer in
      buffer[0] = 1
      left.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: buffer[1..<33]).copyMemory(from: $0) }
      right.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: buffer[33..<65]).copyMemory(from: $0) }
      return hasher.hash(UnsafeRawBufferPointer(buffer))
    }
  }

  @inline(__always) private static func digest(_ fill: (UnsafeMutablePointer<UInt8>?) -> Void) -> Digest {
    var out = Digest.zero
    withUnsafeMutableBytes(of: &out) { fill($0.baseAddress?.assumingMemoryBound(to: UInt8.self)) }
    return out
  }

  @inline(__always) private static func digests(
    _ fill: (UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt8>?) -> Void
  ) -> (Digest, Digest) {
    var second = Digest.zero
    let first = withUnsafeMutableBytes(of: &second) { other in
      digest { fill($0, other.baseAddress?.assumingMemoryBound(to: UInt8.self)) }
    }
    return (first, second)
  }

  /// The root of the empty tree: SHA-256 of nothing.
  public static let emptyRoot = Digest.of([])
}
