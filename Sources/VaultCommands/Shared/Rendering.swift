import VaultAudit
import VaultCore
import VaultStore

/// Entries, commits and proofs as JSON; member names are those of the documents.
enum Rendering {
  /// An entry as `ls --json` prints it.
  static func entry(
    _ entry: Entry, leaf: UInt64? = nil, sequence: Int? = nil, repudiation: VerifiedRepudiation? = nil
  ) -> CanonicalValue {
    guard case .object(let members) = entry.value else { return entry.value }
    var named: [(String, CanonicalValue?)] = members.filter { $0.name != "type" }.map { ($0.name, $0.value) }
    named.append(("leaf", leaf.map { .integer(Int($0)) }))
    named.append(("sequence", sequence.map { .integer($0) }))
    named.append(("repudiated", repudiation.map(Self.repudiation)))
    return .make(named)
  }

  /// Who repudiates what it stands beside, in which commit and why.
  static func repudiation(_ repudiation: VerifiedRepudiation) -> CanonicalValue {
    .make([
      ("by", .string(repudiation.signer)), ("commit", .string(repudiation.by.description)),
      ("key", .string(repudiation.key)), ("reason", .string(repudiation.reason)),
      ("sequence", .integer(repudiation.bySequence)), ("time", .string(repudiation.time.description)),
    ])
  }

  /// The same for people.
  static func text(_ repudiation: VerifiedRepudiation) -> String {
    "REPUDIATED by \(repudiation.signer) in commit \(repudiation.bySequence): \(printable(repudiation.reason))"
  }

  static func proof(_ proof: InclusionProof, root: MerkleHash) -> CanonicalValue {
    .make([
      ("index", .integer(Int(proof.index))), ("treeSize", .integer(Int(proof.treeSize))),
      ("path", .array(proof.path.map { .string(MerkleHash($0).description) })),
      ("root", .string(root.description)),
    ])
  }

  /// A number of bytes for people.
  static func bytes(_ count: UInt64) -> String {
    if count < 10_000 { return "\(count) B" }
    var value = Double(count) / 1000
    for unit in ["kB", "MB", "GB"] {
      if value < 1000 { return rounded(value) + " " + unit }
      value /= 1000
    }
    return rounded(value) + " TB"
  }

  private static func rounded(_ value: Double) -> String {
    value < 100 ? "\(Double(Int(value * 10)) / 10)" : "\(Int(value))"
  }

  /// A text padded to a column.
  static func column(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
