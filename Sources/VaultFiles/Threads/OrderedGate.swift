/// A stage that lets ticket n pass only after tickets 0 to n-1 have left: workers that finish out of order
/// write in order.
public final class OrderedGate: Sendable {
  private let monitor = Monitor()
  private nonisolated(unsafe) var next: Int
  private nonisolated(unsafe) var aborted = false
  /// What was posted and waits for its turn, by ticket.
  private nonisolated(unsafe) var posted: [Int: @Sendable () -> Void] = [:]
  /// Whether a body runs, in its turn.
  private nonisolated(unsafe) var isTaken = false
  /// How many may wait: who posts more waits too, so that what they hold stays small.
  private static let maxPosted = 8

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
      while !aborted && (next != ticket || isTaken) { monitor.wait() }
      isTaken = !aborted
      return !aborted
    }
    guard mayPass else { return nil }
    do throws(E) {
      let result = try body()
      leave()
      runPosted()
      return result
    } catch {
      abort()
      throw error
    }
  }

  /// Has `body` run at `ticket`'s turn: by the caller where that has come, else by whoever leaves the turn before it,
  /// so that nobody waits. False, without running it, once the gate is aborted.
  @discardableResult
  public func post(_ ticket: Int, _ body: @escaping @Sendable () -> Void) -> Bool {
    let isPosted = monitor.enter {
      precondition(aborted || ticket >= next, "a ticket passes once")
      while !aborted && ticket - next > Self.maxPosted { monitor.wait() }
      if !aborted { posted[ticket] = body }
      return !aborted
    }
    runPosted()
    return isPosted
  }

  /// Runs what was posted for the turns that have come.
  private func runPosted() {
    while let body = takePosted() {
      body()
      leave()
    }
  }

  /// What was posted for the turn that has come, where nobody else has it.
  private func takePosted() -> (@Sendable () -> Void)? {
    monitor.enter {
      guard !aborted, !isTaken, let body = posted.removeValue(forKey: next) else { return nil }
      isTaken = true
      return body
    }
  }

  private func leave() {
    monitor.enter {
      isTaken = false
      next += 1
      monitor.wakeAll()
    }
  }

  /// Turns away everyone who waits and everyone who comes; a body that runs is not interrupted.
  public func abort() {
    monitor.enter {
      aborted = true
      posted = [:]
      monitor.wakeAll()
    }
  }

  public var isAborted: Bool { monitor.enter { aborted } }
}
