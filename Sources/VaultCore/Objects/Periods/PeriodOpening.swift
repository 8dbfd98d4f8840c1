/// The first line of a period: what it covers (docs/format.md, "Lines: open").
public struct PeriodOpening: VaultDocument, Hashable {
  public static let documentType = "open"

  /// The period's name, as in its ref.
  public let period: String
  /// The control framework, for example `soc2`.
  public let framework: String
  /// The first instant of the window.
  public let from: Timestamp
  /// The first instant after the window.
  public let to: Timestamp
  /// Whole days after `to` in which evidence may still be collected without being called late.
  public let graceDays: Int
  /// How many approvers must seal the period.
  public let approvers: Int
  /// The systems in scope.
  public let systems: [String]
  /// The period before and its opening commit, so that a gap between periods shows.
  public let predecessor: Predecessor?

  /// The period before.
  public struct Predecessor: Hashable, Sendable {
    public let period: String
    public let commit: ObjectID

    public init(period: String, commit: ObjectID) {
      self.period = period
      self.commit = commit
    }
  }

  public init(
    period: String, framework: String, from: Timestamp, to: Timestamp, graceDays: Int = 0,
    approvers: Int = Self.defaultApprovers, systems: [String] = [],
    predecessor: Predecessor? = nil
  ) {
    self.period = period
    self.framework = framework
    self.from = from
    self.to = to
    self.graceDays = graceDays
    self.approvers = approvers
    self.systems = systems
    self.predecessor = predecessor
  }

  /// How many approvers seal a period whose opening does not say.
  public static let defaultApprovers = 2

  public init(members m: inout Members) throws(FormatError) {
    let threshold = try m.optionalInteger("approvers", 1...64)
    guard threshold != Self.defaultApprovers else {
      throw m.bad("approvers", "is \(Self.defaultApprovers); it is left out instead")
    }
    approvers = threshold ?? Self.defaultApprovers
    framework = try m.text("framework", limit: 64)
    from = try m.time("from")
    graceDays = try m.optionalInteger("graceDays", 1...3660) ?? 0
    period = try m.text("period", limit: 64)
    if var p = try m.optionalMembers("predecessor") {
      predecessor = Predecessor(period: try p.text("period", limit: 64), commit: try p.objectID("commit"))
      try p.finish()
    } else {
      predecessor = nil
    }
    systems = try m.texts("systems", limit: 1024, orEmpty: true)
    to = try m.time("to")
    guard RefName.isPeriodName(period) else { throw m.bad("period", "is no period name") }
    guard from < to else { throw m.bad("to", "is not after \"from\"") }
    guard !framework.isEmpty else { throw m.bad("framework", "is empty") }
  }

  public var documentMembers: [(String, CanonicalValue?)] {
    let before: CanonicalValue? = predecessor.map {
      .make([("commit", .id($0.commit)), ("period", .string($0.period))])
    }
    return [
      ("approvers", approvers == Self.defaultApprovers ? nil : .integer(approvers)),
      ("framework", .string(framework)), ("from", .time(from)),
      ("graceDays", graceDays == 0 ? nil : .integer(graceDays)), ("period", .string(period)),
      ("predecessor", before), ("systems", .texts(systems)), ("to", .time(to)),
    ]
  }
}

extension PeriodOpening {
  /// Whether the period takes a piece of evidence: its effective window lies inside the period's, or it is an
  /// instant snapshot collected in the days of grace after the period's end, or it says why it is late or which earlier
  /// period it concerns.
  public func admits(
    effective: Entry.Window, collected: Timestamp, late: String?, concerns: String? = nil
  ) -> Bool {
    if late != nil || concerns != nil { return true }
    let isInstant = effective.from == effective.to
    if effective.from >= from, isInstant ? effective.to < to : effective.to <= to { return true }
    let graceEnd = to.milliseconds + Int64(graceDays) * 86_400_000
    return isInstant && effective.from == collected && collected >= from && collected.milliseconds < graceEnd
  }
}
