import VaultCore
import VaultStore

/// Whether a period takes more lines (docs/format.md, §14.2): asked under the ref's lock by whatever adds some.
enum PeriodAdmission {
  /// Checks that the period of `index` takes `lines` in one commit. Throws `refused`.
  static func check(_ lines: [Line], _ index: RefIndex) throws {
    guard case .period(let period) = index.ref, index.sequence > 0 else { return }
    var progress = index.progress
    guard progress.state != .open || lines.contains(where: \.movesAPeriod) else { return }
    let base = index.point
    for (number, line) in lines.enumerated() {
      let point = number == 0 ? base : nil
      if let breach = progress.breach(line, after: point) { throw refusal(breach, line, period) }
      progress.take(line, after: point)
    }
  }

  private static func refusal(_ breach: PeriodProgress.Breach, _ line: Line, _ period: String) -> StoreError {
    switch breach {
    case .ended(.sealed):
      StoreError(
        .refused, "the period \(period) is sealed: nothing can be added to it", hint: hint(line, period))
    case .ended(.closed), .ended(.open):
      StoreError(
        .refused, "the period \(period) is closed: it takes no more of this", hint: hint(line, period))
    case .notClosed:
      StoreError(
        .refused, "the period \(period) is open, and only a closed one can be sealed",
        hint: "close it first with 'vault period close \(period)'")
    case .signedAlready: StoreError(.refused, "that key has sealed the period \(period) already")
    case .sealNotFirst: StoreError(.refused, "a seal is a commit of its own")
    }
  }

  private static func hint(_ line: Line, _ period: String) -> String? {
    guard case .entry = line else { return nil }
    return "late evidence goes to the next period: commit it there with --concerns \(period)"
  }
}

extension Line {
  /// Whether the line changes what a period takes, or depends on it even in an open one.
  fileprivate var movesAPeriod: Bool {
    switch self {
    case .close, .seal: true
    default: false
    }
  }
}
