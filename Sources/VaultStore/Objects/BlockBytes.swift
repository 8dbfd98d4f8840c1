/// A block's decoded bytes. They do not change once they are made, so that threads share them.
final class BlockBytes: Sendable {
  let count: Int
  private nonisolated(unsafe) let memory: UnsafeMutableRawBufferPointer

  /// Bytes that `fill` puts there, all of them unless it throws.
  init<E: Error>(count: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(E) -> Void) throws(E) {
    self.count = count
    memory = SpareMemory.shared.take(count)
    try fill(UnsafeMutableRawBufferPointer(rebasing: memory[..<count]))
  }

  deinit { SpareMemory.shared.give(memory) }

  func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    try body(UnsafeRawBufferPointer(rebasing: memory[..<count]))
  }
}
