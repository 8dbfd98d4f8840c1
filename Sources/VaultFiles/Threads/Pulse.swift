import Glibc

/// A thread beside its owner's that does something small again and again.
public final class Pulse: Sendable {
  private let state: State
  private let thread: pthread_t

  /// Calls `beat` after `first` milliseconds, and then whenever as many have passed as it said the last time; never
  /// again after it gave nil. It must not hold on to whoever holds the pulse.
  public init(after first: Int, _ beat: @escaping @Sendable () -> Int?) {
    let state = State()
    self.state = state
    thread = Parallel.start(0) { _ in
      var pause: Int? = first
      while let milliseconds = pause, state.wait(milliseconds) { pause = beat() }
    }
  }

  /// Returns once the thread has ended; a beat that runs is not interrupted.
  deinit {
    state.stop()
    pthread_join(thread, nil)
  }
}

private final class State: Sendable {
  private let monitor = Monitor()
  private nonisolated(unsafe) var isStopped = false

  /// False, and at once, when the pulse is stopped.
  func wait(_ milliseconds: Int) -> Bool {
    var left = milliseconds
    let start = ContinuousClock.now
    return monitor.enter {
      while !isStopped && left > 0 {
        monitor.wait(milliseconds: left)
        let passed = (ContinuousClock.now - start).components
        left = milliseconds - Int(passed.seconds) * 1000 - Int(passed.attoseconds / 1_000_000_000_000_000)
      }
      return !isStopped
    }
  }

  func stop() {
    monitor.enter {
      isStopped = true
      monitor.wakeAll()
    }
  }
}
