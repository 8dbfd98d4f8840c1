import Synchronization

/// Decoded blocks of one folder of packs, up to so many bytes, those given up first that were used longest ago; shared by threads, whose
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

  subscript(key: Key) -> DecodedBlock? {
    if limit == 0 { return nil }
    return state.withLock { state in
      guard let found = state.blocks[key] else { return nil }
      if state.order.last != key, let place = state.order.lastIndex(of: key) {
        state.order.remove(at: place)
        state.order.append(key)
      }
      return found
    }
  }

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
