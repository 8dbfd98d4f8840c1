import VaultCore
import VaultSigning

/// Receipts as C2SP tlog-proof, for tools that know nothing of vaults. The extra data is the leaf, so that the file
/// stands for itself.
extension Receipt {
  private static let heading = "c2sp.org/tlog-proof@v1"

  /// The most bytes of a file that is read.
  public static let tlogProofLimit = SignedNote.maximumLength + 4 * LogLeaf.limit

  /// The file's bytes; by custom its name ends with `.tlog-proof`.
  public var tlogProof: [UInt8] {
    var text = "\(Self.heading)\nextra \(Base64.encode(leaf))\nindex \(index)\n"
    for hash in proof { text += Base64.encode(hash.digest.bytes) + "\n" }
    return Array(text.utf8) + [0x0A] + checkpoint
  }

  /// Reads exactly what ``tlogProof`` gives.
  ///
  /// Throws `malformedReceipt`.
  public init(tlogProof bytes: [UInt8]) throws(LogError) {
    let malformed = LogError(
      .malformedReceipt, "the bytes are no C2SP tlog-proof with a leaf of a vault's log")
    guard bytes.count <= Self.tlogProofLimit,
      let blank = bytes.indices.dropFirst().first(where: { bytes[$0] == 0x0A && bytes[$0 - 1] == 0x0A })
    else { throw malformed }
    let lines = bytes[..<(blank - 1)].split(separator: 0x0A, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard (3...3 + Self.proofLimit).contains(lines.count), lines[0] == Self.heading,
      lines[1].hasPrefix("extra "), let leaf = Base64.decode(String(lines[1].dropFirst(6))),
      lines[2].hasPrefix("index "), let index = Int(lines[2].dropFirst(6)),
      (0...CanonicalValue.maxInteger).contains(index)
    else { throw malformed }
    var proof: [MerkleHash] = []
    for line in lines[3...] {
      guard let hash = Base64.decode(line).flatMap({ Digest($0) }) else { throw malformed }
      proof.append(MerkleHash(hash))
    }
    self.init(index: index, leaf: leaf, proof: proof, checkpoint: Array(bytes[(blank + 1)...]))
    guard tlogProof == bytes, let note = try? SignedNote(checkpoint),
      (try? Checkpoint(text: note.text)) != nil
    else { throw malformed }
  }
}
