import Glibc

/// The memory that a thread's allocations come from.
public enum ThreadMemory {
  /// Has the system give the calling thread so many bytes at once that its next allocations will use: one call instead
  /// of a page fault for each 4 KiB of it. For a thread that is about to use as many. A system that does not know the
  /// call (Linux has it since 5.14) gives them one by one, as ever.
  public static func prepare(_ count: Int) {
    guard let memory = malloc(count) else { return }
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let start = UnsafeMutableRawPointer(
      bitPattern: (UInt(bitPattern: memory) + UInt(page) - 1) & ~(UInt(page) - 1))
    if let start, count > 2 * page { madvise(start, (count - page) & ~(page - 1), populateWrite) }
    free(memory)
  }

  /// `MADV_POPULATE_WRITE` of Linux.
  private static let populateWrite: Int32 = 23
}
