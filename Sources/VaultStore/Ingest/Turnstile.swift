import VaultFiles

/// State that workers touch one at a time, in the order of their tickets, and in no other way.
final class Turnstile<State>: Sendable {
  private let gate = OrderedGate()
  // Only inside the gate, whose lock orders one turn before the next.
  private nonisolated(unsafe) var state: State

  /// What a posted body threw.
  private nonisolated(unsafe) var failure: (any Error)?

  init(_ state: sending State) { self.state = state }

  /// Waits for `ticket`'s turn and runs `body`; nil, without running it, once a worker has failed.
  func pass<R>(_ ticket: Int, _ body: (inout State) throws -> R) throws -> R? {
    try gate.pass(ticket) { try body(&state) }
  }

  /// Has `body` run at `ticket`'s turn, by whichever worker is there then; nil once a worker has failed. What `body`
  /// throws turns everyone away, and ``finalState()`` throws it.
  func post(_ ticket: Int, _ body: @escaping @Sendable (inout State) throws -> Void) -> Void? {
    let isPosted = gate.post(ticket) {
      do { try body(&self.state) } catch {
        self.failure = error
        self.abort()
      }
    }
    return isPosted ? () : nil
  }

  /// Turns everyone away: a worker has failed.
  func abort() { gate.abort() }

  /// The state once all workers have returned. Throws what a posted body threw.
  func finalState() throws -> State {
    if let failure { throw failure }
    return state
  }
}
