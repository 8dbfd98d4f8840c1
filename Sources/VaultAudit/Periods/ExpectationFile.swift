import VaultCore
import VaultStore

/// Reads what a period expects from a file that people write (docs/periods.md): a JSON list of objects with the members of
/// an `expect` line (docs/format.md, §7.5). `from` and `to` may be dates too.
public enum ExpectationFile {
  /// Bytes of a file.
  public static let limit = 16 << 20

  /// The expectations in the file's order, each for its own `reason`, else for the one that is given. Throws `badInput` that names the one, and its member, that is wrong.
  public static func read(_ bytes: [UInt8], name: String, reason: String? = nil) throws -> [Expectation] {
    let value: CanonicalValue
    do throws(FormatError) { value = try CanonicalValue(plain: bytes) } catch {
      throw StoreError(.badInput, "\(name): \(error.reason)")
    }
    guard case .array(let items) = value, !items.isEmpty else {
      throw StoreError(
        .badInput, "\(name) is no list of expectations",
        hint: #"write it like [{"series": "mfa-report", "system": "okta", "cadence": "daily"}]"#)
    }
    var found: [Expectation] = []
    var seen: Set<[UInt8]> = []
    for (number, item) in items.enumerated() {
      let expectation = try one(item, number + 1, name, reason)
      guard seen.insert(Array(expectation.series.utf8)).inserted else {
        throw StoreError(.badInput, "\(name): the series \(expectation.series) stands twice")
      }
      found.append(expectation)
    }
    return found
  }

  private static func one(
    _ item: CanonicalValue, _ number: Int, _ name: String, _ reason: String?
  ) throws -> Expectation {
    guard case .object(let members) = item else {
      throw StoreError(.badInput, "\(name): expectation \(number) is no object")
    }
    var whole: [(String, CanonicalValue?)] = [("type", .string(Expectation.documentType))]
    for member in members where member.name != "type" { whole.append((member.name, widened(member))) }
    if let reason, !members.contains(where: { $0.name == "reason" }) {
      whole.append(("reason", .string(reason)))
    }
    do throws(FormatError) { return try Expectation(value: .make(whole)) } catch {
      throw StoreError(.badInput, "\(name): expectation \(number): \(error.reason)")
    }
  }

  /// A date as the time that it begins with.
  private static func widened(_ member: CanonicalValue.Member) -> CanonicalValue {
    guard member.name == "from" || member.name == "to", case .string(let text) = member.value,
      let time = Timestamp(date: text) ?? Timestamp(rfc3339: text)
    else { return member.value }
    return .string(time.description)
  }
}
