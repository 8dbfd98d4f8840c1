import Glibc

/// A time on the monotonic clock after which nothing is waited for.
package struct Deadline {
  private let end: Int64

  package init(milliseconds: Int) {
    let (end, isOver) = Self.now().addingReportingOverflow(Int64(max(milliseconds, 0)))
    self.end = isOver ? .max : end
  }

  /// How many milliseconds are left; 0 when it has passed.
  package var remaining: Int32 { Int32(clamping: max(end - Self.now(), 0)) }

  /// Milliseconds of the monotonic clock.
  package static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }

  static let passed = SigningError(.timedOut, "a program did not end in time")
}
