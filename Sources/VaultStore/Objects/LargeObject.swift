import Synchronization
import VaultCore
import VaultFiles

/// Reads an object of many blocks on several threads: each block is read and decoded by one of them, hashed and handed
/// on in its turn.
public struct LargeObject: Sendable {
  private let folder: PackFolder
  private let locator: any ObjectLocator & Sendable
  private let cache: BlockCache

  /// Objects of `folder`; decoded blocks that others stand on are kept in `cache`.
  public init(_ folder: PackFolder, _ locator: any ObjectLocator & Sendable, _ cache: BlockCache) {
    self.folder = folder
    self.locator = locator
    self.cache = cache
  }

  /// Gives the object's bytes to `body` in order, one piece at a time, on any of `workers` threads. Throws `damaged` at
  /// the end where the bytes do not hash to `id`, so `body` must not act on them before this returns.
  public func stream(
    _ id: ObjectID, workers: Int = Parallel.coreCount,
    _ body: @Sendable (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let reader = ObjectReader(folder, locator, cache)
    let places = try locator.places(id)
    // Which of several places holds it, only the whole object tells.
    guard workers > 1, places.count == 1, let place = places.first else {
      return try reader.stream(id, body)
    }
    let walk = BlockWalk(place, reader)
    let hash = OrderedGate()
    let turn = OrderedGate()
    let hasher = SharedHasher()
    try Parallel.run(workers: workers) { _ in
      do {
        let decoder = BlockDecoder(ObjectReader(folder, locator, cache))
        while let part = try walk.next() {
          try decoder.withBytes(of: part, in: place.file) { bytes in
            _ = hash.pass(part.ticket) { hasher.hasher.update(bytes) }
            _ = try turn.pass(part.ticket) { try body(bytes) }
          }
        }
      } catch {
        walk.stop()
        hash.abort()
        turn.abort()
        throw error
      }
    }
    guard ObjectID(hasher.hasher.finish()) == id else { throw reader.wrongBytes(id) }
  }
}

/// Touched only by whose turn it is.
private final class SharedHasher: @unchecked Sendable {
  let hasher = SHA256Hasher()
}

/// A block of an object, and which of its parts is the object's.
private struct ObjectPart {
  let ticket: Int
  let offset: UInt64
  let header: BlockHeader
  let isDelta: Bool
  let range: Range<Int>
}

/// Walks an object's blocks from head to head; workers take turns.
private final class BlockWalk: Sendable {
  private struct State {
    var offset: UInt64
    var ticket = 0
    var total: UInt64 = 0
    var isAtEnd = false
  }

  private let place: ObjectLocation
  // Touched only while the state is locked.
  private nonisolated(unsafe) let reader: ObjectReader
  private let state: Mutex<State>

  init(_ place: ObjectLocation, _ reader: ObjectReader) {
    self.place = place
    self.reader = reader
    state = Mutex(State(offset: place.block))
  }

  /// Hands out no more blocks.
  func stop() { state.withLock { $0.isAtEnd = true } }

  /// The next block; nil after the last.
  func next() throws -> ObjectPart? {
    try state.withLock { state in
      if state.isAtEnd { return nil }
      let offset = state.offset
      let (header, descriptor) = try reader.blocks.head(place.file, offset)
      let ordinal = state.ticket == 0 ? place.ordinal : 0
      guard ordinal >= 0, ordinal < descriptor.parts.count,
        header.flags.contains(.continues) == (state.ticket > 0)
      else {
        throw reader.damaged(place.file, offset, FormatError(.malformed, "an object's block is another's"))
      }
      let start = descriptor.parts[..<ordinal].reduce(0, +)
      let range = start..<start + descriptor.parts[ordinal]
      state.total += UInt64(range.count)
      guard state.total <= Limits.objectBytes else {
        throw reader.damaged(place.file, offset, FormatError(.overLimit, "an object is over 1 TiB"))
      }
      defer {
        state.ticket += 1
        state.offset += UInt64(header.totalLength)
        state.isAtEnd = !header.flags.contains(.unfinished)
      }
      return ObjectPart(
        ticket: state.ticket, offset: offset, header: header, isDelta: !descriptor.bases.isEmpty, range: range
      )
    }
  }
}

/// Decodes blocks into memory that it uses again and again; belongs to one thread.
private final class BlockDecoder {
  private let reader: ObjectReader
  private let stored = ByteBuffer()
  private let raw = ByteBuffer()

  init(_ reader: ObjectReader) { self.reader = reader }

  /// Gives the bytes of an object's part to `body`.
  func withBytes(
    of part: ObjectPart, in file: Int, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    if part.isDelta {
      let block = try reader.block(file, part.offset)
      try block.bytes.withBytes { try body(try cut($0, part, file)) }
    } else {
      let bytes = try reader.blocks.bytes(file, part.offset, part.header, stored: stored, raw: raw)
      try body(try cut(bytes, part, file))
    }
  }

  private func cut(
    _ bytes: UnsafeRawBufferPointer, _ part: ObjectPart, _ file: Int
  ) throws -> UnsafeRawBufferPointer {
    guard part.range.upperBound <= bytes.count else {
      throw reader.damaged(file, part.offset, FormatError(.malformed, "a block changed while it was read"))
    }
    return UnsafeRawBufferPointer(rebasing: bytes[part.range])
  }
}
