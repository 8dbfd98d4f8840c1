import VaultCore

/// A part of an object that several blocks make up.
struct RunPiece {
  /// The part's bytes; nil where its block cannot be relied on.
  let bytes: UnsafeRawBufferPointer?
  /// The object, by its place in the pack's footer.
  let object: Int
  /// The block's first byte in the packfile.
  let block: UInt64
  let begins: Bool
  let ends: Bool
}

/// The running hash of the objects of a pack that several blocks make up, one after the other.
final class RunHash {
  private let hasher = SHA256Hasher()
  private var isWhole = true
  private var firstBlock: UInt64 = 0

  /// Takes the next piece; after an object's last one, tells `done` where it began and what its bytes hash
  /// to, or nil where some could not be read.
  func take(_ piece: RunPiece, _ done: (_ object: Int, _ block: UInt64, ObjectID?) -> Void) {
    begin(piece)
    if let bytes = piece.bytes { hasher.update(bytes) } else { isWhole = false }
    end(piece, done)
  }

  /// As ``take(_:_:)``; as many bytes as the piece has are taken from the front of `packed` into the hash of the pack, at
  /// the same time.
  func take(
    _ piece: RunPiece, beside pack: SHA256Hasher, _ packed: inout UnsafeRawBufferPointer,
    _ done: (_ object: Int, _ block: UInt64, ObjectID?) -> Void
  ) {
    begin(piece)
    if let bytes = piece.bytes {
      let count = min(bytes.count, packed.count)
      hasher.update(bytes, beside: pack, UnsafeRawBufferPointer(rebasing: packed[..<count]))
      packed = UnsafeRawBufferPointer(rebasing: packed[count...])
    } else {
      isWhole = false
    }
    end(piece, done)
  }

  private func begin(_ piece: RunPiece) {
    guard piece.begins else { return }
    hasher.reset()
    isWhole = true
    firstBlock = piece.block
  }

  private func end(_ piece: RunPiece, _ done: (_ object: Int, _ block: UInt64, ObjectID?) -> Void) {
    if piece.ends { done(piece.object, firstBlock, isWhole ? ObjectID(hasher.finish()) : nil) }
  }
}
