import Synchronization

/// Counts what was checked, from all threads, and reports progress.
final class Meter: Sendable {
  private struct State {
    var counts = Counts()
    var done: UInt64 = 0
    var total: UInt64 = 0
  }

  private let state = Mutex(State())
  private let progress: (@Sendable (UInt64, UInt64) -> Void)?

  init(_ progress: (@Sendable (UInt64, UInt64) -> Void)?) { self.progress = progress }

  /// Sets how many bytes there are to check.
  func expect(_ total: UInt64) { state.withLock { $0.total = total } }

  func add(_ counts: Counts) { state.withLock { $0.counts.add(counts) } }

  /// Says that so many bytes of packfiles are done.
  func advance(_ bytes: UInt64) {
    state.withLock { state in
      state.done += bytes
      state.counts.bytesStored += bytes
      progress?(min(state.done, state.total), state.total)
    }
  }

  var counts: Counts { state.withLock { $0.counts } }
}
