import CLibCrypto

/// The two hashes of an RFC 6962 §2.1 tree, with one reused context.
public struct MerkleHasher {
  private let hasher = SHA256Hasher()
  /// Whether leaves and nodes are hashed without EVP, whose calls cost as much as a short record.
  private let isDirect: Bool

  public init() { self.init(isDirect: SHA256Hasher.isDefault) }

  init(isDirect: Bool) { self.isDirect = isDirect }

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

  /// The root of the empty tree: SHA-256 of nothing.
  public static let emptyRoot = Digest.of([])
}
