/// What is to be collected again and again: the newest line of a series says what is expected of it (docs/format.md,
/// §7.5: expect).
public struct Expectation: VaultDocument, Hashable {
  public static let documentType = "expect"

  /// How often (docs/format.md, §14.4).
  public enum Cadence: String, Hashable, Sendable, CaseIterable {
    case daily
    case weekly
    case monthly
    case quarterly
    /// Once in the whole window.
    case once
  }

  public let series: String
  /// The source's system.
  public let system: String
  public let cadence: Cadence
  /// What the system is asked.
  public let query: String?
  /// The program that collects it.
  public let collector: String?
  public let controls: [String]
  /// Who is asked when it is missing.
  public let owner: String?
  /// The part of the period's window in which it is expected, where that is not all.
  public let from: Timestamp?
  public let to: Timestamp?
  /// Whether the series is expected no longer.
  public let isWithdrawn: Bool
  /// Why an earlier line of the series is amended.
  public let reason: String?

  public init(
    series: String, system: String, cadence: Cadence, query: String? = nil, collector: String? = nil,
    controls: [String] = [], owner: String? = nil, from: Timestamp? = nil, to: Timestamp? = nil,
    isWithdrawn: Bool = false, reason: String? = nil
  ) {
    self.series = series
    self.system = system
    self.cadence = cadence
    self.query = query
    self.collector = collector
    self.controls = controls
    self.owner = owner
    self.from = from
    self.to = to
    self.isWithdrawn = isWithdrawn
    self.reason = reason
  }

  public init(members m: inout Members) throws(FormatError) {
    let cadenceText = try m.text("cadence", limit: 32)
    guard let cadence = Cadence(rawValue: cadenceText) else {
      throw m.bad("cadence", "is unknown: \"\(cadenceText)\"")
    }
    self.cadence = cadence
    collector = try m.optionalText("collector", limit: 255)
    controls = try m.texts("controls", limit: 64, orEmpty: true)
    from = try m.optionalTime("from")
    owner = try m.optionalText("owner", limit: 255)
    query = try m.optionalText("query")
    reason = try m.optionalText("reason")
    series = try m.text("series", limit: 255)
    system = try m.text("system", limit: 255)
    to = try m.optionalTime("to")
    isWithdrawn = try m.optionalTrue("withdrawn")
    if let from, let to, from >= to { throw m.bad("to", "is not after \"from\"") }
    guard !isWithdrawn || reason != nil else { throw m.bad("reason", "is missing: the series is withdrawn") }
  }

  public var documentMembers: [(String, CanonicalValue?)] {
    [
      ("cadence", .string(cadence.rawValue)), ("collector", collector.map { .string($0) }),
      ("controls", .texts(controls)), ("from", from.map { .time($0) }), ("owner", owner.map { .string($0) }),
      ("query", query.map { .string($0) }), ("reason", reason.map { .string($0) }),
      ("series", .string(series)), ("system", .string(system)), ("to", to.map { .time($0) }),
      ("withdrawn", isWithdrawn ? .bool(true) : nil),
    ]
  }
}
