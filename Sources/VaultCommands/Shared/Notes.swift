import VaultAudit
import VaultCore

/// What a user must be told beside an answer; goes to standard error, so that the answer stays what it is.
enum Notes {
  /// Says something that `--quiet` leaves out.
  static func note(_ text: String, _ global: GlobalOptions) {
    if !global.quiet { write("vault: note: \(text)") }
  }

  /// Says that repudiations were found that do not count.
  static func warn(_ rejected: [Standing.Rejected]) {
    for one in rejected {
      write(
        "vault: warning: commit \(one.sequence) repudiates, and that does not count: \(printable(one.reason)); "
          + "run 'vault fsck'")
    }
  }

  /// Says that something may be wrong, though nothing shows that it is.
  static func warn(_ text: String) { write("vault: warning: \(text)") }

  fileprivate static func write(_ text: String) {
    let errors = Output(2)
    errors.line(text)
    errors.flush()
  }
}

/// Entries that an answer leaves out since they are repudiated.
struct LeftOut {
  private var byCommit: [Int: (repudiation: VerifiedRepudiation, entries: Int)] = [:]

  /// How many entries were left out.
  var count: Int { byCommit.values.reduce(0) { $0 + $1.entries } }

  mutating func add(_ repudiation: VerifiedRepudiation) {
    byCommit[repudiation.sequence, default: (repudiation, 0)].entries += 1
  }

  /// Says what was left out, and `how` to see it.
  func tell(_ standing: Standing, how: String, _ global: GlobalOptions) {
    for (_, one) in byCommit.sorted(by: { $0.key < $1.key }) {
      Notes.note(
        "\(counted(one.entries, "entry", "entries")) of commit \(one.repudiation.commit.hex.prefix(12)) "
          + "\(one.entries == 1 ? "is" : "are") repudiated (\(printable(one.repudiation.reason))); \(how)",
        global)
    }
    Notes.warn(standing.rejected)
  }
}

extension Notes {
  /// Says that waivers were found that do not count.
  static func warn(waivers rejected: [(sequence: Int, reason: String)]) {
    for one in rejected {
      write(
        "vault: warning: commit \(one.sequence) waives, and that does not count: \(printable(one.reason))")
    }
  }
}
