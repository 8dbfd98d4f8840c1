/// The name of a ref: an append-only line of signed commits.
public enum RefName: Hashable, Sendable, CustomStringConvertible {
  /// The evidence of one audit period.
  case period(String)
  /// Reviews, draws and results about a period.
  case reviews(String)

  /// `periods/<name>` or `reviews/<name>`.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, Self.isPeriodName(String(parts[1])) else { return nil }
    switch parts[0] {
    case "periods": self = .period(String(parts[1]))
    case "reviews": self = .reviews(String(parts[1]))
    default: return nil
    }
  }

  /// `periods/<name>` or `reviews/<name>`.
  public var description: String {
    switch self {
    case .period(let name): "periods/\(name)"
    case .reviews(let name): "reviews/\(name)"
    }
  }

  /// The period that the ref belongs to and whose packs hold its objects.
  public var period: String {
    switch self {
    case .period(let name), .reviews(let name): name
    }
  }

  /// Whether `name` is `[a-z0-9][a-z0-9.-]{0,63}`.
  public static func isPeriodName(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    guard (1...64).contains(bytes.count) else { return false }
    for (index, byte) in bytes.enumerated() {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): continue
      case UInt8(ascii: "."), UInt8(ascii: "-"): if index == 0 { return false }
      default: return false
      }
    }
    return true
  }
}
