import VaultCore
import VaultSigning
import VaultStore

/// The word of an approver that the entries of a commit do not count; made only by verifying.
public struct VerifiedRepudiation: Sendable {
  /// The commit whose entries do not count.
  public let commit: ObjectID
  /// That commit's sequence.
  public let sequence: Int
  /// That commit's leaves.
  public let leaves: Range<UInt64>
  public let reason: String
  /// The commit that says so.
  public let by: ObjectID
  /// Its sequence.
  public let bySequence: Int
  /// The name of its author in the trust document.
  public let signer: String
  /// The fingerprint of its author's key.
  public let key: String
  /// The time that its author claims.
  public let time: Timestamp

  /// The number of entries that do not count.
  public var entries: Int { leaves.count }

  /// Why a repudiation does not count.
  struct Flaw: Error {
    let reason: String
  }

  /// What the commit with sequence `by` repudiates. Throws ``Flaw`` or `TrustError` where nothing that the commit
  /// says counts, and `StoreError` where it cannot be read.
  static func read(_ by: Int, _ vault: OpenVault, _ reader: RefReader) throws -> [VerifiedRepudiation] {
    let saying = try VerifiedCommit(vault, reader, sequence: by)
    return try reader.forEachAddedLine(by) { line in
      guard case .repudiate(let repudiation) = line else {
        throw Flaw(reason: "it adds other lines beside repudiations")
      }
      try saying.permit.check(line)
      guard repudiation.sequence < by else { throw Flaw(reason: "it names no earlier commit") }
      let (id, commit) = try reader.commit(repudiation.sequence)
      guard id == repudiation.commit else {
        throw Flaw(reason: "commit \(repudiation.sequence) is not \(repudiation.commit.hex)")
      }
      return VerifiedRepudiation(
        commit: id, sequence: repudiation.sequence,
        leaves: UInt64(commit.count - commit.added)..<UInt64(commit.count), reason: repudiation.reason,
        by: saying.id, bySequence: by, signer: saying.authorName, key: saying.commit.signer,
        time: saying.commit.time)
    }
  }
}

extension RefReader {
  /// The lines that a commit added, decoded, each as `body` makes it.
  package func forEachAddedLine<R>(_ sequence: Int, _ body: (Line) throws -> R) throws -> [R] {
    try addedLines(sequence).split(separator: 0x0A).map { bytes in
      let line: Line
      do throws(FormatError) { line = try Line(decoding: Array(bytes)) } catch {
        throw StoreError(.damaged, "a line of commit \(sequence): \(error.reason)", hint: "run 'vault fsck'")
      }
      return try body(line)
    }
  }
}
