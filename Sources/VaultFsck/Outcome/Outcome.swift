/// Something that is wrong with a vault.
public struct Finding: Hashable, Sendable {
  /// The kind of the finding.
  public let name: Name
  /// What is hit: a file of the vault (`packs/soc2/000001.pack@4096`), a ref, a commit (`periods/soc2@12`), a
  /// line (`periods/soc2#37`, counted from 0) or evidence (`soc2:CC7.2/export.json`).
  public let subject: String
  /// What was found, lower case, without a full stop.
  public let detail: String

  /// The severity of the finding's name.
  public var severity: Severity { name.severity }

  package init(_ name: Name, _ subject: String, _ detail: String) {
    self.name = name
    self.subject = subject
    self.detail = detail
  }
}

/// Something that is in order and yet must be said: the vault itself explains it.
public struct Disclosure: Hashable, Sendable {
  /// The kind of a disclosure.
  public enum Name: String, Hashable, Sendable, CaseIterable {
    /// A write that was broken off, explained by the next writer.
    case unfinishedWrite = "unfinished-write"
    /// A writer held the period while it was checked; what it had not committed was left out.
    case writeInProgress = "write-in-progress"
    /// A remote's log accepted more than this copy of the vault has.
    case behindLog = "behind-log"
    /// A commit whose entries do not count, by the word of an approver.
    case repudiated = "repudiated"
    /// Something missing or wrong in a period that an approver has waived.
    case waived = "waived"
  }

  public let name: Name
  /// Where it stands; spelled as a finding's subject.
  public let subject: String
  /// What it is, lower case, without a full stop.
  public let detail: String

  package init(_ name: Name, _ subject: String, _ detail: String) {
    self.name = name
    self.subject = subject
    self.detail = detail
  }
}

/// What was checked.
public struct Counts: Hashable, Sendable {
  public var periods = 0
  public var trustDocuments = 0
  public var commits = 0
  /// Entries that count.
  public var entries = 0
  /// Entries that do not count, since their commits are repudiated.
  public var repudiatedEntries = 0
  /// Objects that the packs hold, also those that are held twice.
  public var objects = 0
  public var packs = 0
  public var packfiles = 0
  /// Bytes of packfiles that were read.
  public var bytesStored: UInt64 = 0
  /// Bytes of objects that were decoded and hashed.
  public var bytesDecoded: UInt64 = 0
  /// Records of populations.
  public var records: UInt64 = 0
  /// Signatures that verify.
  public var signatures = 0

  public init() {}

  mutating func add(_ other: Counts) {
    periods += other.periods
    trustDocuments += other.trustDocuments
    commits += other.commits
    entries += other.entries
    repudiatedEntries += other.repudiatedEntries
    objects += other.objects
    packs += other.packs
    packfiles += other.packfiles
    bytesStored += other.bytesStored
    bytesDecoded += other.bytesDecoded
    records += other.records
    signatures += other.signatures
  }
}

/// What a check of a vault came to.
public struct Outcome: Hashable, Sendable {
  /// How much was checked.
  public enum Mode: String, Hashable, Sendable {
    /// Every byte: decoded, hashed, parsed, verified.
    case full
    /// Lengths, checksums and links, without decompressing.
    case quick
  }

  public let mode: Mode
  /// How strong the proof is: `self` rests on the vault's own signatures, without a second party; `logged` on a
  /// remote's receipts for every commit too.
  public private(set) var level = "self"
  /// The vault's id, as its first trust document gives it; nil where that cannot be read.
  public let vault: String?
  /// What was checked.
  public let counts: Counts
  /// What is wrong, in a stable order.
  public private(set) var findings: [Finding]
  /// How many further findings of a name there are that `findings` leaves out.
  public let omitted: [Finding.Name: Int]
  /// What is in order and yet must be said.
  public private(set) var disclosures: [Disclosure]

  /// Whether everything was checked and nothing is wrong. A quick check never says so.
  public var sound: Bool { mode == .full && isClean }

  /// The outcome with what the remotes' logs say of the same vault.
  package func adding(_ more: [Finding], disclosing said: [Disclosure], level: String) -> Outcome {
    var out = self
    out.findings += more
    out.disclosures += said
    out.level = level
    return out
  }

  /// Whether nothing was found; after a quick check this means "no damage seen", no more.
  public var isClean: Bool { findings.isEmpty }
}
