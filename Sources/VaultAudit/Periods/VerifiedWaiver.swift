import VaultCore
import VaultSigning
import VaultStore

/// The word of an approver that something missing or wrong in a period is accepted; made only by verifying.
public struct VerifiedWaiver: Sendable {
  /// The key of the finding, `NAME:SUBJECT`.
  public let finding: String
  public let reason: String
  /// The commit that says so, and its sequence.
  public let commit: ObjectID
  public let sequence: Int
  /// The name of its author in the trust document.
  public let signer: String
  /// The fingerprint of its author's key.
  public let key: String
  /// The time that its author claims.
  public let time: Timestamp
}

/// What approvers have waived in a period.
public enum Waived {
  /// Every waiver that counts, in the order of the lines.
  public static func all(_ vault: OpenVault, _ reader: RefReader) throws -> [VerifiedWaiver] {
    try Waivers(vault, reader).all
  }
}

/// The waivers of a period, to be asked about findings.
struct Waivers {
  /// Those that count, in the order of the lines.
  let all: [VerifiedWaiver]
  private let byKey: [String: [VerifiedWaiver]]
  /// Runs of days, by the series that they are of.
  private let runs: [[UInt8]: [(days: ClosedRange<String>, waiver: VerifiedWaiver)]]
  /// Waivers that do not count, and why.
  let rejected: [(sequence: Int, reason: String)]

  /// Reads and verifies every commit that waives something.
  init(_ vault: OpenVault, _ reader: RefReader) throws {
    var found: [VerifiedWaiver] = []
    var rejected: [(sequence: Int, reason: String)] = []
    for sequence in reader.index.governing {
      let waivers = try reader.forEachAddedLine(sequence) { line -> Waiver? in
        if case .waive(let waiver) = line { waiver } else { nil }
      }.compactMap { $0 }
      guard !waivers.isEmpty else { continue }
      do {
        let saying = try VerifiedCommit(vault, reader, sequence: sequence)
        for waiver in waivers {
          try saying.permit.check(.waive(waiver))
          found.append(
            VerifiedWaiver(
              finding: waiver.finding, reason: waiver.reason, commit: saying.id, sequence: sequence,
              signer: saying.authorName, key: saying.commit.signer, time: saying.commit.time))
        }
      } catch let error as TrustError {
        rejected.append((sequence, error.reason))
      }
    }
    self.rejected = rejected
    all = found
    byKey = Dictionary(grouping: found) { $0.finding }
    var runs: [[UInt8]: [(days: ClosedRange<String>, waiver: VerifiedWaiver)]] = [:]
    for waiver in found {
      guard let (series, days) = DayRun.parse(waiver.finding) else { continue }
      runs[Array(series.utf8), default: []].append((days, waiver))
    }
    self.runs = runs
  }

  /// The first waiver of a finding that is not by the key `author`.
  func waiver(_ name: PeriodFinding.Name, _ subject: String, notBy author: String? = nil) -> VerifiedWaiver? {
    byKey["\(name.rawValue):\(subject)"]?.first { $0.key != author }
  }

  /// The first waiver of a series for a day, `YYYY-MM-DD`.
  func waiver(series: String, day: String) -> VerifiedWaiver? {
    runs[Array(series.utf8)]?.first { $0.days.contains(day) }?.waiver
  }
}

/// The subject of `series-missing`: `SERIES/YYYY-MM-DD`, or with `..YYYY-MM-DD` behind it.
enum DayRun {
  static func subject(_ series: String, _ run: (first: String, last: String)) -> String {
    "\(series)/\(run.first)\(run.first == run.last ? "" : "..\(run.last)")"
  }

  /// The series and the days of the key of a finding; nil for any other key.
  static func parse(_ key: String) -> (series: String, days: ClosedRange<String>)? {
    let prefix = "\(PeriodFinding.Name.seriesMissing.rawValue):"
    // Days are ten characters of ASCII, and a series may hold any.
    guard key.hasPrefix(prefix), let slash = key.lastIndex(of: "/") else { return nil }
    let series = String(key.dropFirst(prefix.count)[..<slash])
    let days = key[key.index(after: slash)...]
    let bounds = days.utf8.count == 22 ? [days.prefix(10), days.suffix(10)] : [days, days]
    guard !series.isEmpty, days.utf8.count == 10 || days.dropFirst(10).hasPrefix(".."),
      let first = Timestamp(date: String(bounds[0])), let last = Timestamp(date: String(bounds[1])),
      first <= last
    else { return nil }
    return (series, first.date...last.date)
  }
}
