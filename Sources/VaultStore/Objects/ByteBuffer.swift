/// Memory that one thread uses again and again.
package final class ByteBuffer {
  private var memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  package init() {}

  deinit { SpareMemory.shared.give(memory) }

  /// `count` bytes with any content, valid until the next call.
  package func room(_ count: Int) -> UnsafeMutableRawBufferPointer {
    if memory.count < count || memory.count > max(8 << 20, 4 * count) {
      SpareMemory.shared.give(memory)
      // In steps, since what is asked for differs a little from time to time.
      memory = SpareMemory.shared.take(max(count, 64 << 10))
    }
    return UnsafeMutableRawBufferPointer(rebasing: memory[..<count])
  }
}
