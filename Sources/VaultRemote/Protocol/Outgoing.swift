import Glibc
import Synchronization
import VaultCore
import VaultSigning

/// What is sent to a descriptor: by the session's thread, and a keep-alive by another where that one is busy.
final class Outgoing: Sendable {
  private struct State {
    /// What is left of a keep-alive that did not fit; it goes before anything else.
    var unsent: [UInt8] = []
    var lastSent = Deadline.now()
    var total: Int64 = 0
    var isClosed = false
  }

  let descriptor: Int32
  /// Milliseconds after which a keep-alive is due.
  private let interval: Int64
  private let state = Mutex(State())

  /// Writes to `descriptor`, which does not block.
  init(_ descriptor: Int32, keepAlive: Int) {
    self.descriptor = descriptor
    interval = Int64(keepAlive)
  }

  /// All bytes that were ever taken from us.
  var total: Int64 { state.withLock { $0.total } }

  /// Refuses everything from now on.
  func close() { state.withLock { $0.isClosed = true } }

  /// Sends all of `bytes`; `wait` returns when more may be taken, or throws. Throws `gone` where nobody reads any more,
  /// `closed`, `system`, and what `wait` throws; nothing can be sent after that, since a frame may be cut.
  func write(
    _ bytes: UnsafeRawBufferPointer, wait: () throws(ChannelError) -> Void
  ) throws(ChannelError) {
    try state.withLock { (state) throws(ChannelError) in
      guard !state.isClosed else { throw ChannelError(.closed, "the channel is closed") }
      state.isClosed = true
      while !state.unsent.isEmpty {
        if try sendRest(&state) == 0 { try wait() }
      }
      var done = 0
      while done < bytes.count {
        let taken = try attempt(UnsafeRawBufferPointer(rebasing: bytes[done...]), &state)
        if taken == 0 { try wait() }
        done += taken
      }
      state.isClosed = false
    }
  }

  /// Sends a keep-alive where one is due, without waiting; gives the milliseconds until the next one may be. A peer
  /// whose pipe is full of what it has not read needs none.
  func keepAlive() -> Int? {
    state.withLock { state in
      guard !state.isClosed else { return nil }
      let due = state.lastSent + interval - Deadline.now()
      guard due <= 0 else { return Int(due) }
      if state.unsent.isEmpty { state.unsent = FrameHeader.keepAlive }
      // A failure is told to the session's thread, at its next write.
      guard (try? sendRest(&state)) != nil else { return nil }
      return Int(interval)
    }
  }

  /// Sends what it can of an unsent keep-alive.
  private func sendRest(_ state: inout State) throws(ChannelError) -> Int {
    let unsent = state.unsent
    let taken = try unsent.withBytes { (bytes) throws(ChannelError) in try attempt(bytes, &state) }
    state.unsent.removeFirst(taken)
    return taken
  }

  /// One write(2): how many bytes were taken, 0 where none could be now.
  private func attempt(
    _ bytes: UnsafeRawBufferPointer, _ state: inout State
  ) throws(ChannelError) -> Int {
    while true {
      let (count, reason) = quietWrite(descriptor, bytes)
      if count > 0 {
        state.total += Int64(count)
        state.lastSent = Deadline.now()
        return count
      }
      switch reason {
      case EINTR: continue
      case EAGAIN: return 0
      case EPIPE, ECONNRESET: throw ChannelError(.gone, "the peer no longer reads")
      default: throw ChannelError(.system, "the peer could not be written to, errno \(reason)")
      }
    }
  }
}

extension FrameHeader {
  /// A whole keep-alive.
  fileprivate static let keepAlive = [UInt8](repeating: 0, count: byteCount)
}

/// write(2), and its errno. A peer that is gone is an error and never SIGPIPE, whatever the process does with that: it
/// is blocked for this thread, and taken back where this call has raised it.
private func quietWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> (Int, Int32) {
  var signal = sigset_t()
  var before = sigset_t()
  var pending = sigset_t()
  sigemptyset(&signal)
  sigaddset(&signal, SIGPIPE)
  pthread_sigmask(SIG_BLOCK, &signal, &before)
  sigpending(&pending)
  let count = Glibc.write(descriptor, bytes.baseAddress, bytes.count)
  let reason = count < 0 ? errno : 0
  if reason == EPIPE && sigismember(&pending, SIGPIPE) == 0 {
    var atOnce = timespec()
    while sigtimedwait(&signal, nil, &atOnce) < 0 && errno == EINTR {}
  }
  pthread_sigmask(SIG_SETMASK, &before, nil)
  return (count, reason)
}
