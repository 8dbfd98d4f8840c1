import VaultCore

/// What there is of one expected series, slot by slot.
public struct SeriesCoverage: Sendable {
  /// What is known of a slot.
  public enum Slot: Sendable, Hashable {
    case met
    /// No evidence, and the slot is over.
    case missing
    /// No evidence, and an approver has waived that.
    case waived
    /// No evidence yet; the slot is not over.
    case due
  }

  public let expectation: Expectation
  public let slots: Slots
  public internal(set) var states: [Slot]
  /// Entries that count and are of the expected source.
  public let entries: Int
  /// The newest time that they speak about.
  public let newest: Timestamp?
  /// Whether the newest slot that is over has nothing, and nothing is newer either.
  public let isStale: Bool
  /// Entries of another source than the expected, by what is wrong.
  public let strange: [(what: String, entries: Int)]

  init(
    _ expectation: Expectation, _ opening: PeriodOpening, _ evidence: CoverageSums.Evidence?, at: Timestamp
  ) {
    self.expectation = expectation
    let slots = Slots(expectation, in: opening)
    let newest = evidence?.newest.flatMap { Timestamp(milliseconds: $0) }
    let due = min(at.milliseconds, slots.window.upperBound)
    var states = slots.starts.indices.map { slots.range($0).upperBound <= due ? Slot.missing : .due }
    if let evidence { Self.meet(&states, slots, evidence) }
    let over = slots.starts.indices.last { slots.range($0).upperBound <= due }
    isStale = over.map { states[$0] != .met && (newest?.milliseconds ?? 0) < slots.starts[$0] } ?? false
    entries = evidence?.entries ?? 0
    strange = (evidence?.strange ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    self.slots = slots
    self.newest = newest
    self.states = states
  }

  private static func meet(_ states: inout [Slot], _ slots: Slots, _ evidence: CoverageSums.Evidence) {
    for instant in evidence.instants {
      if let slot = slots.slot(at: instant) { states[slot] = .met }
    }
    for slot in slots.covered(by: evidence.windows.sorted { $0.lowerBound < $1.lowerBound }) {
      states[slot] = .met
    }
    if evidence.snapshots > 0, !states.isEmpty { states[states.count - 1] = .met }
  }

  /// How many slots are in a state.
  public func count(_ state: Slot) -> Int { states.count { $0 == state } }

  /// The runs of slots in one state, by the days on which the first and the last of each begin.
  func runs(_ state: Slot) -> [(first: String, last: String)] {
    var out: [(first: String, last: String)] = []
    for (slot, found) in states.enumerated() where found == state {
      let day = day(slot)
      if slot > 0, states[slot - 1] == state { out[out.count - 1].last = day } else { out.append((day, day)) }
    }
    return out
  }

  /// The day on which a slot begins.
  public func day(_ slot: Int) -> String { Timestamp(milliseconds: slots.starts[slot])?.date ?? "" }
}
