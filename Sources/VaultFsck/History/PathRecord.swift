import VaultCore

/// The first 16 bytes of a SHA-256, in memory order.
struct ShortHash: Hashable, Sendable {
  private let high: UInt64
  private let low: UInt64

  init(_ digest: Digest) {
    (high, low) = digest.withUnsafeBytes {
      ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }
  }

  static func < (a: ShortHash, b: ShortHash) -> Bool {
    (UInt64(bigEndian: a.high), UInt64(bigEndian: a.low)) < (
      UInt64(bigEndian: b.high), UInt64(bigEndian: b.low)
    )
  }
}

/// What a ref's ledger of paths keeps of one entry.
struct PathRecord: Sendable {
  /// The hash of the path's folded key.
  let key: ShortHash
  /// The hash of what a next revision must share: the leaf that it names, the kind and the series.
  let identity: ShortHash
  /// A hash of the path's exact bytes.
  let exact: UInt64
  let leaf: UInt32
  let revision: UInt32

  static func < (a: PathRecord, b: PathRecord) -> Bool { a.key != b.key ? a.key < b.key : a.leaf < b.leaf }
}

/// What an entry of a later revision says that it supersedes.
struct PathClaim: Sendable {
  let leaf: UInt32
  let supersedes: Int
  let identity: ShortHash
}

/// Hashes paths, leaves and series; belongs to one thread.
struct PathHasher {
  private let hasher = SHA256Hasher()

  /// The folded key's hash and the exact bytes' hash.
  func path(_ path: EvidencePath, folded: [UInt8]) -> (key: ShortHash, exact: UInt64) {
    let digest = hasher.hash(folded)
    let isFolded = path.text.utf8.elementsEqual(folded)
    return (ShortHash(digest), (isFolded ? digest : hasher.hash(Array(path.text.utf8))).prefix64)
  }

  /// The hash of a folder's folded key.
  func folder(_ folded: ArraySlice<UInt8>) -> ShortHash {
    ShortHash(folded.withUnsafeBytes { hasher.hash($0) })
  }

  func identity(_ leaf: Digest, kind: Entry.Kind, series: String?) -> ShortHash {
    leaf.withUnsafeBytes { hasher.update($0) }
    hasher.update(byte: kind == .population ? 1 : 0)
    if let series { hasher.update([1] + Array(series.utf8)) } else { hasher.update(byte: 0) }
    return ShortHash(hasher.finish())
  }
}
