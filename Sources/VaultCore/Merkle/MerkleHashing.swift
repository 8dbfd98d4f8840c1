/// The two hashes of an RFC 6962 §2.1 tree, with one reused context.
public struct MerkleHasher {
  private let hasher = SHA256Hasher()

  public init() {}

  /// SHA-256(0x00 ‖ entry).
  public func leaf(_ entry: UnsafeRawBufferPointer) -> Digest {
    hasher.update(byte: 0)
    hasher.update(entry)
    return hasher.finish()
  }

  /// SHA-256(0x00 ‖ entry).
  public func leaf(_ entry: [UInt8]) -> Digest { entry.withBytes { leaf($0) } }

  /// SHA-256(0x01 ‖ left ‖ right).
  public func node(_ left: Digest, _ right: Digest) -> Digest {
    withUnsafeTemporaryAllocation(byteCount: 65, alignment: 1) { buffer in
      buffer[0] = 1
      left.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: buffer[1..<33]).copyMemory(from: $0) }
      right.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: buffer[33..<65]).copyMemory(from: $0) }
      return hasher.hash(UnsafeRawBufferPointer(buffer))
    }
  }

  /// The root of the empty tree: SHA-256 of nothing.
  public static let emptyRoot = Digest.of([])
}
