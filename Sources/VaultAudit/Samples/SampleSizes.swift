/// How many records are drawn where nobody says: by how often what the records are happens. The numbers are
/// conventions (docs/sampling.md), and a vault's configuration may have others.
public struct SampleSizes: Hashable, Sendable {
  /// How often a control operates, or its records arise.
  public enum Frequency: String, Hashable, Sendable, CaseIterable {
    case annual, quarterly, monthly, weekly, daily
    /// Many times a day.
    case many

    /// The most records in a year, by which a population without a stated frequency is judged.
    public var records: Int {
      switch self {
      case .annual: 1
      case .quarterly: 4
      case .monthly: 12
      case .weekly: 53
      case .daily: 366
      case .many: .max
      }
    }
  }

  public private(set) var sizes: [Frequency: Int]

  /// The conventional sizes, with `changes` in place of some.
  public init(_ changes: [Frequency: Int] = [:]) {
    sizes = [.annual: 1, .quarterly: 2, .monthly: 2, .weekly: 5, .daily: 20, .many: 25]
    sizes.merge(changes) { $1 }
  }

  /// The frequency that a population of `count` records has where none is stated.
  public static func frequency(ofCount count: Int) -> Frequency {
    Frequency.allCases.first { count <= $0.records } ?? .many
  }

  /// The size of a draw from `count` records, never more than there are.
  public func size(_ frequency: Frequency?, count: Int) -> Int {
    min(count, sizes[frequency ?? Self.frequency(ofCount: count)] ?? count)
  }
}
