import CZstd

/// The sequences of a frame as `ZSTD_compressSequences` takes them, cut at the ends of its blocks.
struct SequenceList {
  /// A frame's largest block (RFC 8878, 3.1.1.2.4).
  private static let blockSize = 128 << 10
  /// Of a match that two blocks share, neither part is shorter.
  private static let shortestPart = 8

  private var sequences: [ZSTD_Sequence] = []
  private var room = SequenceList.blockSize

  /// Adds bytes as they are, and behind them a match of at least 4 bytes.
  mutating func add(literals: Int, match: Int, offset: Int) {
    var literals = addWholeBlocks(of: literals)
    var match = match
    while literals + match > room {
      let first = min(room - literals, match - Self.shortestPart)
      if first >= Self.shortestPart {
        append(literals, first, offset)
        match -= first
        literals = 0
      }
      endBlock(literals: literals)
      literals = 0
    }
    append(literals, match, offset)
  }

  /// All sequences, with the bytes behind the last match.
  consuming func finished(literals: Int) -> [ZSTD_Sequence] {
    let rest = addWholeBlocks(of: literals)
    endBlock(literals: rest)
    return sequences
  }

  /// Ends blocks until no more literals are left than the block has room for.
  private mutating func addWholeBlocks(of literals: Int) -> Int {
    var literals = literals
    while literals > room {
      let part = room
      endBlock(literals: part)
      literals -= part
    }
    return literals
  }

  private mutating func append(_ literals: Int, _ match: Int, _ offset: Int) {
    sequences.append(
      ZSTD_Sequence(
        offset: UInt32(offset), litLength: UInt32(literals), matchLength: UInt32(match), rep: 0))
    room -= literals + match
  }

  private mutating func endBlock(literals: Int) {
    sequences.append(ZSTD_Sequence(offset: 0, litLength: UInt32(literals), matchLength: 0, rep: 0))
    room = Self.blockSize
  }
}
