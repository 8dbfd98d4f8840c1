import Synchronization

/// Decoded blocks of one folder of packs, up to so many bytes, the oldest given up first; shared by threads, whose
/// neighbouring work needs the same ones.
public final class BlockCache: Sendable {
  struct Key: Hashable, Sendable {
    let file: Int
    let offset: UInt64
  }

  private struct State {
    var blocks: [Key: DecodedBlock] = [:]
    var order: [Key] = []
    var bytes = 0
  }

  private let limit: Int
  private let state = Mutex(State())

  /// A cache of at most `limit` decoded bytes; 0 keeps nothing.
  public init(limit: Int) { self.limit = limit }

  subscript(key: Key) -> DecodedBlock? { limit == 0 ? nil : state.withLock { $0.blocks[key] } }

  func keep(_ key: Key, _ block: DecodedBlock) {
    guard block.bytes.count <= limit else { return }
    state.withLock { state in
      // Another thread may have decoded the same one meanwhile.
      guard state.blocks.updateValue(block, forKey: key) == nil else { return }
      state.bytes += block.bytes.count
      state.order.append(key)
      while state.bytes > limit {
        let oldest = state.order.removeFirst()
        if let dropped = state.blocks.removeValue(forKey: oldest) { state.bytes -= dropped.bytes.count }
      }
    }
  }
}
