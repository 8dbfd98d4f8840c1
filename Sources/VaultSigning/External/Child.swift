import Glibc

/// A time on the monotonic clock after which nothing is waited for.
struct Deadline {
  private let end: Int64

  init(milliseconds: Int) {
    let (end, isOver) = Self.now().addingReportingOverflow(Int64(max(milliseconds, 0)))
    self.end = isOver ? .max : end
  }

  /// How many milliseconds are left; 0 when it has passed.
  var remaining: Int32 { Int32(clamping: max(end - Self.now(), 0)) }

  private static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }

  static let passed = SigningError(.timedOut, "the signer did not end in time")
}

/// A started process: waited for exactly once, killed if nobody waits for it.
struct Child: ~Copyable {
  private let process: pid_t
  private let ownsSession: Bool
  private var isReaped = false

  init(_ process: pid_t, ownsSession: Bool) {
    self.process = process
    self.ownsSession = ownsSession
  }

  /// The process has not been waited for, so its number is still its own.
  deinit {
    guard !isReaped else { return }
    if ownsSession { kill(-process, SIGKILL) }
    kill(process, SIGKILL)
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
  }

  /// Waits for the end; both outputs are closed by now as a rule, so it is near.
  mutating func wait(until deadline: Deadline) throws(SigningError) -> ProcessResult.Ending {
    var status: Int32 = 0
    var pause: UInt32 = 50
    while true {
      let result = waitpid(process, &status, WNOHANG)
      if result == process {
        isReaped = true
        let signal = status & 0x7f
        return signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal)
      }
      if result < 0 && errno != EINTR {
        isReaped = true
        throw SigningError(.spawnFailed, "the signer's end could not be observed, errno \(errno)")
      }
      guard deadline.remaining > 0 else { throw Deadline.passed }
      usleep(pause)
      pause = min(pause * 2, 10_000)
    }
  }
}
