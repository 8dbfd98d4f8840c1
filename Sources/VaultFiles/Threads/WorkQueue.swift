/// A bounded queue between threads: producers wait while it is full, consumers while it is empty.
public final class WorkQueue<Element: Sendable>: Sendable {
  private let monitor = Monitor()
  private nonisolated(unsafe) var slots: [Element?]
  private nonisolated(unsafe) var head = 0
  private nonisolated(unsafe) var count = 0
  private nonisolated(unsafe) var closed = false

  public init(capacity: Int) {
    precondition(capacity > 0, "a queue without room would never move")
    slots = Array(repeating: nil, count: capacity)
  }

  /// Adds an element, waiting while the queue is full. False, without adding it, once the queue is closed
  /// or cancelled.
  @discardableResult
  public func push(_ element: Element) -> Bool {
    monitor.enter {
      while !closed && count == slots.count { monitor.wait() }
      if closed { return false }
      slots[(head + count) % slots.count] = element
      count += 1
      monitor.wakeAll()
      return true
    }
  }

  /// Takes the oldest element, waiting while there is none. Nil once the queue is closed and empty.
  public func pop() -> Element? {
    monitor.enter {
      while !closed && count == 0 { monitor.wait() }
      if count == 0 { return nil }
      let element = slots[head]
      slots[head] = nil
      head = (head + 1) % slots.count
      count -= 1
      monitor.wakeAll()
      return element
    }
  }

  /// No more elements will come; those inside can still be taken.
  public func close() {
    monitor.enter {
      closed = true
      monitor.wakeAll()
    }
  }

  /// Gives up: drops what is inside and wakes everyone.
  public func cancel() {
    let dropped = monitor.enter {
      closed = true
      count = 0
      monitor.wakeAll()
      defer { slots = Array(repeating: nil, count: slots.count) }
      return slots
    }
    // Released outside: an element's own end may come back to this queue.
    _ = consume dropped
  }
}
