import Synchronization

/// Memory of blocks and buffers that are done with, kept for the next ones. A block's memory that goes back to the allocator
/// is soon broken up by what is small, and the next block has to ask the system for pages that it must first clear.
final class SpareMemory: Sendable {
  /// The process's.
  static let shared = SpareMemory()

  /// Nobody else knows of it while it lies here.
  private struct Piece: @unchecked Sendable {
    let memory: UnsafeMutableRawBufferPointer
  }

  private struct Pieces {
    var pieces: [Piece] = []
    var bytes = 0
  }

  private let spare = Mutex(Pieces())
  /// What is smaller is the allocator's.
  private static let smallest = 64 << 10
  private static let most = 8 << 20

  /// Memory of at least `count` bytes with any content; ``give(_:)`` takes it back.
  func take(_ count: Int) -> UnsafeMutableRawBufferPointer {
    guard count >= Self.smallest else { return .allocate(byteCount: count, alignment: 16) }
    return found(count)
      ?? .allocate(byteCount: (count + Self.smallest - 1) / Self.smallest * Self.smallest, alignment: 16)
  }

  /// The smallest piece that is large enough, and not much too large.
  private func found(_ count: Int) -> UnsafeMutableRawBufferPointer? {
    spare.withLock { spare -> Piece? in
      var best: Int?
      for (place, piece) in spare.pieces.enumerated() {
        let size = piece.memory.count
        guard size >= count, size / 2 <= count else { continue }
        if best.map({ size < spare.pieces[$0].memory.count }) ?? true { best = place }
      }
      guard let best else { return nil }
      let piece = spare.pieces.remove(at: best)
      spare.bytes -= piece.memory.count
      return piece
    }?.memory
  }

  func give(_ memory: UnsafeMutableRawBufferPointer) {
    let piece = Piece(memory: memory)
    let isKept = spare.withLock { spare in
      guard piece.memory.count >= Self.smallest, spare.bytes + piece.memory.count <= Self.most else {
        return false
      }
      spare.pieces.append(piece)
      spare.bytes += piece.memory.count
      return true
    }
    if !isKept { memory.deallocate() }
  }
}
