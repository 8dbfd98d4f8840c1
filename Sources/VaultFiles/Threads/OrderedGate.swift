/// A stage that lets ticket n pass only after tickets 0 to n-1 have left: workers that finish out of order
/// write in order.
public final class OrderedGate: Sendable {
  private let monitor = Monitor()
  private nonisolated(unsafe) var next: Int
  private nonisolated(unsafe) var aborted = false

  /// `first` is the ticket that may pass first.
  public init(first: Int = 0) {
    next = first
  }

  /// Waits for `ticket`'s turn, runs `body`, and lets the next one pass. Nil, without running `body`, once
  /// the gate is aborted. A body that throws aborts the gate: its ticket cannot leave, and the ones behind
  /// must not wait for ever.
  ///
  /// Each ticket passes once; one that passes again would wait for a turn that is over, so it traps.
  public func pass<R, E: Error>(_ ticket: Int, _ body: () throws(E) -> R) throws(E) -> R? {
    let mayPass = monitor.enter {
      precondition(aborted || ticket >= next, "a ticket passes once")
      while !aborted && next != ticket { monitor.wait() }
      return !aborted
    }
    guard mayPass else { return nil }
    do throws(E) {
      let result = try body()
      monitor.enter {
        next += 1
        monitor.wakeAll()
      }
      return result
    } catch {
      abort()
      throw error
    }
  }

  /// Turns away everyone who waits and everyone who comes; a body that runs is not interrupted.
  public func abort() {
    monitor.enter {
      aborted = true
      monitor.wakeAll()
    }
  }

  public var isAborted: Bool { monitor.enter { aborted } }
}
