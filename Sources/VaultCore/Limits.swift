/// The limits that belong to the format (docs/format.md, "Limits"); enforced on every read and write.
public enum Limits {
  /// The format version that this code reads and writes.
  public static let formatVersion = 1
  /// Bytes of a canonical JSON document (commit, trust, signature).
  public static let documentBytes = 1 << 20
  /// Bytes of one line of a ref's log of lines, without its LF.
  public static let lineBytes = 64 << 10
  /// Lines that one commit may add.
  public static let linesPerCommit = 50_000
  /// Bytes of the blob of added lines.
  public static let linesBlobBytes = 16 << 20
  /// Bytes of one line of a ref file, without its LF.
  public static let refLineBytes = 64 << 10
  /// Packs that one ref line may name.
  public static let packsPerRefLine = 64
  /// Bytes of a seal document.
  public static let sealBytes = 16 << 20
  /// Nesting of arrays and objects in a document.
  public static let jsonDepth = 16
  /// Bytes of an object.
  public static let objectBytes: UInt64 = 1 << 40
  /// Decoded bytes of a pack's block.
  public static let blockRawBytes = 16 << 20
  /// Bytes of a block's descriptor.
  public static let descriptorBytes = 1 << 20
  /// Parts of objects in one block.
  public static let partsPerBlock = 16 << 10
  /// Bases of one delta block.
  public static let basesPerBlock = 4096
  /// Bytes of all bases of one delta block together.
  public static let basesRawBytes = 16 << 20
  /// Bytes of the blocks that are decoded for the bases of one block.
  public static let basesWork = 256 << 20
  /// Objects of a pack, and of all packs of a push.
  public static let objectsPerPack = 256 << 10
  /// Blocks of a pack, and of all packs of a push.
  public static let blocksPerPack = 2 << 20
  /// An object may go on through one block for each so many of its bytes, and through a few more.
  public static let bytesPerBlock = 64 << 10
  /// How many blocks more.
  public static let scatteredBlocks = 4
  /// Bytes of a pack's footer.
  public static let footerBytes = 256 << 20
  /// A packfile takes no further pack once it has this many bytes.
  public static let packfileBytes: UInt64 = 256 << 20
  /// UTF-8 bytes of an evidence path.
  public static let pathBytes = 1024
  /// UTF-8 bytes of one segment of an evidence path.
  public static let segmentBytes = 255
  /// UTF-8 bytes of a commit message.
  public static let messageBytes = 4096
  /// UTF-8 bytes of any other text member.
  public static let textBytes = 4096
  /// Bytes of one record of a population, without its LF.
  public static let recordBytes = 8 << 20
  /// Torn lines that one ref line may explain.
  public static let tornLinesPerRefLine = 256
  /// Bytes of a population's record table.
  public static let recordTableBytes = 512 << 20
  /// Signatures that one ref line may name.
  public static let signaturesPerRefLine = 64
  /// Signers of one trust document.
  public static let signersPerTrust = 1024
  /// Remote logs that one trust document names.
  public static let logsPerTrust = 16
}
