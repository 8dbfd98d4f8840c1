/// Why bytes are not what the format says they are.
///
/// Tests and callers match the `code`; the reason is for people.
public struct FormatError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A stable name for the kind of defect.
  public enum Code: String, Hashable, Sendable, CaseIterable {
    /// The bytes are not canonical JSON (RFC 8785 as narrowed by docs/format.md).
    case notCanonical = "not-canonical"
    /// A member is missing, unknown, of the wrong type or out of its range.
    case badMember = "bad-member"
    /// The document is of another `type` than the reference to it says.
    case wrongType = "wrong-type"
    /// The document's version or a required feature is newer than this program.
    case unsupported = "unsupported"
    /// A length, count or depth is over the format's limit.
    case overLimit = "over-limit"
    /// Binary bytes that do not follow their layout.
    case malformed = "malformed"
    /// Bytes end before their layout does.
    case truncated = "truncated"
    /// A checksum does not match its bytes.
    case checksum = "checksum"
  }

  /// The kind of defect.
  public let code: Code
  /// What was wrong, lower case, without a full stop.
  public let reason: String

  /// Names a defect.
  public init(_ code: Code, _ reason: String) {
    self.code = code
    self.reason = reason
  }

  public var description: String { reason }
}
