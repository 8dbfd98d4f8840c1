import VaultCore
import VaultFiles
import VaultSigning

/// What a client last saw of a remote's log (docs/protocol.md §5.3, `receipts/<remote>.seen`): the newest checkpoint,
/// the frontier that folds to its root, and how much of the copy of the leaves it covers.
struct SeenLog: Hashable, Sendable {
  /// The note with the checkpoint, signed by the log's key of that time.
  let note: [UInt8]
  let checkpoint: Checkpoint
  let frontier: CompactRange
  /// Bytes of the copy.
  let length: Int64

  static let limit = 2 * SignedNote.maximumLength

  init(_ verified: VerifiedCheckpoint, frontier: CompactRange, length: Int64) {
    note = verified.note
    checkpoint = verified.checkpoint
    self.frontier = frontier
    self.length = length
  }

  /// Reads exactly the bytes of ``encoded()``, whose parts must belong together; signatures are not checked.
  init(decoding bytes: [UInt8]) throws(FormatError) {
    let value = try bytes.withBytes { raw throws(FormatError) in try CanonicalValue(canonical: raw) }
    var m = try Members(value, "what was seen of a log")
    note = Array(try m.text("checkpoint", limit: SignedNote.maximumLength).utf8)
    let hashes = try m.merkleHashes("frontier", limit: Receipt.proofLimit, orEmpty: true)
    length = Int64(try m.integer("length"))
    try m.finish()
    do throws(SigningError) {
      checkpoint = try Checkpoint(text: try SignedNote(note).text)
    } catch {
      throw m.bad("checkpoint", error.reason)
    }
    guard
      let range = CompactRange(begin: 0, end: UInt64(checkpoint.size), hashes: hashes.map(\.digest)),
      range.root(MerkleHasher()) == checkpoint.root
    else { throw m.bad("frontier", "does not fold to the checkpoint's root") }
    frontier = range
    guard encoded() == bytes else { throw FormatError(.notCanonical, "it encodes to other bytes") }
  }

  func encoded() -> [UInt8] {
    let hashes = frontier.hashes.map { CanonicalValue.merkle(MerkleHash($0)) }
    return CanonicalValue.make([
      ("checkpoint", .string(String(decoding: note, as: UTF8.self))),
      ("frontier", hashes.isEmpty ? nil : .array(hashes)), ("length", .integer(Int(length))),
    ]).encoded()
  }
}
