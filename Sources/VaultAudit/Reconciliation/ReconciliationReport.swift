import VaultCore
import VaultFiles

/// Something that a reconciliation found: a line of its report (docs/reconciliation.md).
public struct ReconciliationFinding: Hashable, Sendable {
  public enum Outcome: String, Hashable, Sendable, CaseIterable {
    case onlyLeft = "only-left"
    case onlyRight = "only-right"
    case differing
    /// A key that several records of one side have.
    case duplicate
    /// A record without a key, which matches nothing.
    case keyMissing = "key-missing"
  }

  public let outcome: Outcome
  /// The record of either side; of several with one key the first.
  public let left: UInt64?
  public let right: UInt64?
  /// How many records of the side have the key; for a duplicate only.
  public let count: Int?

  init(_ outcome: Outcome, left: UInt64? = nil, right: UInt64? = nil, count: Int? = nil) {
    self.outcome = outcome
    self.left = left
    self.right = right
    self.count = count
  }

  public var value: CanonicalValue {
    .make([
      ("count", count.map { .integer($0) }), ("left", left.map { .integer(Int($0)) }),
      ("outcome", .string(outcome.rawValue)), ("right", right.map { .integer(Int($0)) }),
    ])
  }
}

/// Writes a report to a file as findings come, and keeps the first of them.
final class ReportWriter {
  private static let kept = 20
  private static let piece = 1 << 20

  let path: String
  private let file: SharedFile
  private var buffer: [UInt8]
  private(set) var first: [ReconciliationFinding] = []

  /// Begins a report with its first line.
  init(_ files: any FileLayer, path: String, head: CanonicalValue) throws {
    self.path = path
    file = try SharedFile(files, path: path, mode: .createNew)
    buffer = head.encoded() + [0x0A]
  }

  func add(_ finding: ReconciliationFinding) throws {
    if first.count < Self.kept { first.append(finding) }
    finding.value.append(to: &buffer)
    buffer.append(0x0A)
    if buffer.count >= Self.piece { try flush() }
  }

  func flush() throws {
    try file.file.writeAll(buffer)
    buffer.removeAll(keepingCapacity: true)
  }
}
