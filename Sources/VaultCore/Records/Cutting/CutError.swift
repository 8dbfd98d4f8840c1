/// What is wrong with a file that records are cut from, and where.
public struct CutError: Error, Sendable, Equatable {
  /// What it is among findings; nil where the file has another form than it is said to have, or a record is too long.
  public let finding: PopulationFinding?
  /// The line of the file, from 1.
  public let line: Int64
  /// What is wrong there, lower case; empty where the finding's name says all.
  public let detail: String

  init(_ finding: PopulationFinding?, line: Int64, _ detail: String = "") {
    self.finding = finding
    self.line = line
    self.detail = detail
  }

  /// What is wrong and where, lower case.
  public var reason: String { "line \(line): \(detail.isEmpty ? finding?.rawValue ?? "" : detail)" }
}
