import VaultFiles

/// State that workers touch one at a time, in the order of their tickets, and in no other way.
final class Turnstile<State>: Sendable {
  private let gate = OrderedGate()
  // Only inside the gate, whose lock orders one turn before the next.
  private nonisolated(unsafe) var state: State

  init(_ state: sending State) { self.state = state }

  /// Waits for `ticket`'s turn and runs `body`; nil, without running it, once a worker has failed.
  func pass<R>(_ ticket: Int, _ body: (inout State) throws -> R) throws -> R? {
    try gate.pass(ticket) { try body(&state) }
  }

  /// Turns everyone away: a worker has failed.
  func abort() { gate.abort() }

  /// The state once all workers have returned.
  func finalState() -> State { state }
}
