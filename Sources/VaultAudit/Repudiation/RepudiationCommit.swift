import VaultCore
import VaultSigning
import VaultStore

/// Commits the word that the entries of earlier commits do not count.
public struct RepudiationCommit {
  /// What was committed.
  public struct Result: Sendable {
    public let commit: ObjectID
    public let sequence: Int
    /// The commits that are repudiated, and how many entries each added.
    public let repudiated: [(line: Repudiation, entries: Int)]
  }

  public let vault: OpenVault
  public let period: String
  /// The approver first, then co-signers.
  public let signers: [any Signer]
  public let message: String
  /// Now, by the caller's clock.
  public let time: Timestamp

  public init(
    vault: OpenVault, period: String, signers: [any Signer], message: String, time: Timestamp
  ) {
    self.vault = vault
    self.period = period
    self.signers = signers
    self.message = message
    self.time = time
  }

  /// Repudiates commits of the period, all for one reason. Throws `StoreError` with `notFound` for a commit that
  /// the period does not have, with `refused` for one that cannot be repudiated or is already, and `TrustError`
  /// where the signers may not.
  public func run(_ commits: [ObjectID], reason: String) throws -> Result {
    let writer = try RefWriter(vault.folder, .period(period))
    let reader = RefReader(writer.index)
    let standing = Standing(vault, reader)
    guard Set(commits).count == commits.count else { throw StoreError(.badInput, "a commit is named twice") }
    var named: [(line: Repudiation, entries: Int)] = []
    for id in commits {
      let sequence = try Self.sequence(of: id, reader)
      try Self.check(sequence, reader, standing)
      let line = Repudiation(commit: id, sequence: sequence, reason: reason)
      named.append((line, try reader.commit(sequence).1.added))
    }
    let lines = named.map { Line.repudiate($0.line) }
    guard lines.allSatisfy({ (try? Line(decoding: $0.encoded())) == $0 }) else {
      throw StoreError(.badInput, "the reason must have 1 to \(Limits.textBytes) bytes")
    }
    let writing = CommitWriting(vault: vault, signers: signers, time: time, message: message)
    let (id, commit) = try writing.commit(
      RefWriter.Addition(lines: lines.map { $0.encoded() }), lines: lines, to: writer)
    return Result(commit: id, sequence: commit.sequence, repudiated: named)
  }

  private static func sequence(of id: ObjectID, _ reader: RefReader) throws -> Int {
    guard let found = try reader.index.commits(hexPrefix: id.hex).first else {
      throw StoreError(.notFound, "\(reader.index.ref) has no commit \(id.hex)")
    }
    return found.sequence
  }

  /// Checks that a commit has entries that count.
  private static func check(_ sequence: Int, _ reader: RefReader, _ standing: Standing) throws {
    guard sequence > 1 else {
      throw StoreError(.refused, "commit 1 opens the period and cannot be repudiated")
    }
    if let before = try standing.repudiation(ofCommit: sequence) {
      throw StoreError(
        .refused, "commit \(sequence) is repudiated by commit \(before.bySequence): \(before.reason)")
    }
    let lines = try reader.forEachAddedLine(sequence) { line in if case .entry = line { true } else { false }
    }
    guard lines.allSatisfy({ $0 }) else {
      throw StoreError(
        .refused, "commit \(sequence) adds no evidence; only evidence can be repudiated",
        hint: "what was repudiated by mistake is committed anew with --supersede --reason")
    }
  }
}
