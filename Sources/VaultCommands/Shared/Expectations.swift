import VaultAudit
import VaultCore
import VaultFiles

/// What a period expects, on the command line.
enum Expectations {
  /// Reads the file of `--expect`; `reason` says why where the file does not.
  static func read(_ path: String, reason: String? = nil, _ context: Context) throws -> [Expectation] {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try context.files.readWholeFile(
        context.absolute(path), limit: ExpectationFile.limit, mode: [.read, .noWait])
    } catch {
      guard error.errno == 2 else { throw error }
      throw CommandError(.usage, "\(printable(path)): no such file")
    }
    return try ExpectationFile.read(bytes, name: printable(path), reason: reason)
  }

  /// One expectation for people.
  static func text(_ one: Expectation) -> String {
    var parts = [one.isWithdrawn ? "withdrawn" : one.cadence.rawValue, "from \(printable(one.system))"]
    if let from = one.from { parts.append("since \(from)") }
    if let to = one.to { parts.append("until \(to)") }
    if let owner = one.owner { parts.append("owner \(printable(owner))") }
    if let reason = one.reason { parts.append("amended: \(printable(reason))") }
    return "\(printable(one.series)): \(parts.joined(separator: ", "))"
  }

  /// One expectation as JSON: the members of its line.
  static func json(_ one: Expectation) -> CanonicalValue {
    .make(one.documentMembers)
  }
}
