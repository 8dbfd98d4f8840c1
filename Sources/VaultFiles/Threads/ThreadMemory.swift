import Glibc

/// The memory that a thread's allocations come from.
enum ThreadMemory {
  /// Bytes that most work needs at a time; more is asked for bit by bit, as ever.
  private static let room = 8 << 20

  /// Has the allocator set so much aside for the calling thread at once. Bit by bit each step would need the lock of the
  /// whole process's memory, for which all its threads wait then. Nothing of it is used before it is written to.
  static func reserve() { free(malloc(room)) }
}
