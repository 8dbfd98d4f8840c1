import CLibCrypto
import Glibc

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

  /// Waits for the end, which is near as a rule: its pipes are closed by now.
  mutating func wait(until deadline: Deadline) throws(SigningError) -> ProcessResult.Ending {
    let descriptor = CLibCrypto_pidfd_open(process)
    defer { if descriptor >= 0 { close(descriptor) } }
    var status: Int32 = 0
    while true {
      let result = waitpid(process, &status, WNOHANG)
      if result == process {
        isReaped = true
        let signal = status & 0x7f
        return signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal)
      }
      if result < 0 && errno != EINTR {
        isReaped = true
        throw SigningError(.spawnFailed, "a program's end could not be observed, errno \(errno)")
      }
      guard deadline.remaining > 0 else { throw Deadline.passed }
      // A system without such descriptors is asked again and again.
      var end = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      poll(&end, descriptor >= 0 ? 1 : 0, descriptor >= 0 ? deadline.remaining : min(deadline.remaining, 2))
    }
  }
}
