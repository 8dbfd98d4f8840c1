/// The end of a period's taking of evidence (docs/format.md, §7.5: close).
public struct PeriodClosing: VaultDocument, Hashable {
  public static let documentType = "close"

  public let reason: String?

  public init(reason: String? = nil) { self.reason = reason }

  public init(members m: inout Members) throws(FormatError) { reason = try m.optionalText("reason") }

  public var documentMembers: [(String, CanonicalValue?)] { [("reason", reason.map { .string($0) })] }
}
