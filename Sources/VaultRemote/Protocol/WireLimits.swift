import VaultCore
import VaultSigning

/// The limits of the wire (docs/protocol.md, §2.1, §3 and §8); enforced on every message that is read.
public enum WireLimits {
  /// Bytes of a frame's payload, and so of a question.
  public static let frameBytes = 262_144
  /// Bytes of an answer, over all its frames.
  public static let answerBytes = 16 << 20
  /// JSON values of a message: each takes many times the bytes that spell it.
  public static let values = 1 << 19
  /// Bytes of other lines that a client skips before the server's preface.
  public static let chatterBytes = 64 << 10
  /// Lines of one answer.
  public static let lines = 1000
  /// Leaves of one answer.
  public static let leaves = 1000
  /// Paths of one question.
  public static let paths = 1000
  /// Refs of one answer.
  public static let refs = 16_384
  /// Packs of one push, and of one line.
  public static let packs = Limits.packsPerRefLine
  /// Bytes of a leaf of the log.
  public static let leafBytes = 4096
  /// Bytes of a signed checkpoint, with the lines of its witnesses.
  public static let checkpointBytes = SignedNote.maximumLength
  /// Bytes of a receipt's canonical JSON: its strings are escaped once more.
  public static let receiptBytes = 2 * (checkpointBytes + leafBytes) + hashes * 80
  /// Hashes of a proof or of a compact range: no tree has over 64 levels.
  public static let hashes = 128
  /// Bytes of a name: the program's, the identity's, the log's.
  public static let nameBytes = 255
  /// Bytes of a vault's path below the server's root.
  public static let pathBytes = Limits.pathBytes
}
