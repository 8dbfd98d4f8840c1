/// Memory that one thread uses again and again.
package final class ByteBuffer {
  private var memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  private static let step = 64 << 10

  package init() {}

  deinit { memory.deallocate() }

  /// `count` bytes with any content, valid until the next call.
  package func room(_ count: Int) -> UnsafeMutableRawBufferPointer {
    if memory.count < count || memory.count > max(8 << 20, 4 * count) {
      memory.deallocate()
      // In steps, since what is asked for differs a little from time to time.
      memory = .allocate(byteCount: (max(count, 1) + Self.step - 1) / Self.step * Self.step, alignment: 16)
    }
    return UnsafeMutableRawBufferPointer(rebasing: memory[..<count])
  }
}
