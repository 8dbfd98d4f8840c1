/// An approver's word that something missing or wrong in a period is known, and why the period may be sealed all the
/// same (docs/format.md, §7.5: waive).
public struct Waiver: VaultDocument, Hashable {
  public static let documentType = "waive"

  /// The finding's key, `NAME:SUBJECT` (docs/format.md, §14.5).
  public let finding: String
  public let reason: String

  public init(finding: String, reason: String) {
    self.finding = finding
    self.reason = reason
  }

  public init(members m: inout Members) throws(FormatError) {
    finding = try m.text("finding")
    reason = try m.text("reason")
    guard Self.isKey(finding) else { throw m.bad("finding", "is not NAME:SUBJECT") }
  }

  /// Whether `text` is the name of a finding, a colon, and what it is about.
  public static func isKey(_ text: String) -> Bool {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    return parts.count == 2 && isFindingName(parts[0]) && !parts[1].isEmpty
  }

  /// Whether `text` is `[a-z][a-z-]{0,63}`.
  package static func isFindingName(_ text: some StringProtocol) -> Bool {
    guard (1...64).contains(text.utf8.count), text.utf8.first != UInt8(ascii: "-") else { return false }
    return text.utf8.allSatisfy {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "-")
    }
  }

  public var documentMembers: [(String, CanonicalValue?)] {
    [("finding", .string(finding)), ("reason", .string(reason))]
  }
}
