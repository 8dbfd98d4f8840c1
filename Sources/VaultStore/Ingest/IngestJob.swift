import VaultCore
import VaultFiles

/// A piece of work of an ingest: what makes one block, or for a large object one block of its run.
enum IngestJob: Sendable {
  /// Small objects that share a block.
  case solid([SolidItem])
  /// One part of a larger object.
  case chunk(Chunk)

  struct SolidItem: Sendable {
    /// The source's place in the request.
    let source: Int
    let content: Content
    /// What it is stored against.
    let base: DeltaBase?
    /// Where its base lies, if that is the only place known.
    let basePlace: ObjectLocation?

    /// What is known of an object's bytes while its block is put together.
    enum Content: Sendable {
      case bytes([UInt8])
      /// A file that is read where its block is made, by whichever worker does that.
      case file(FileStatus)
    }

    /// The number of its bytes.
    var count: Int {
      switch content {
      case .bytes(let bytes): bytes.count
      case .file(let status): Int(status.size)
      }
    }

    /// The block that its base lies in, if that is known.
    var baseBlock: BlockCache.Key? { basePlace.map { BlockCache.Key(file: $0.file, offset: $0.block) } }
  }

  struct Chunk: Sendable {
    let source: Int
    let bytes: [UInt8]
    let offset: UInt64
    let isLast: Bool
    /// What it is stored against.
    let base: DeltaBase?
    /// For a population: the number of the first record.
    let firstRecord: UInt64?
    /// The object's id where it was found to be stored already: it is hashed again, but not stored.
    let known: ObjectID?

    var isFirst: Bool { offset == 0 }
    /// Whether what it needs a turn for is done by whoever has it. Chunks that wait take memory, so large ones do not;
    /// nor does the last, whose object's name is needed.
    var isPosted: Bool { !isLast && bytes.count <= BlockPlan.chunk }
    /// One past the chunk's last byte in its object.
    var end: UInt64 { offset + UInt64(bytes.count) }
  }
}
