import Synchronization
import VaultCore
import VaultFiles
import VaultStore

/// A pack that several workers check piece by piece. What is mutable is touched only inside the gate.
final class LargePack: @unchecked Sendable {
  let index: Int
  let claim: PackClaim
  let footer: PackFooter
  /// Lets the pieces' bytes into the pack's hash, and their runs into those of their objects, in order.
  let gate = OrderedGate()
  let hasher = SHA256Hasher()
  let run = RunHash()

  init(_ index: Int, _ claim: PackClaim, _ footer: PackFooter) {
    self.index = index
    self.claim = claim
    self.footer = footer
  }

  /// Turns away all who wait: a piece before theirs will not come.
  func abort() { gate.abort() }
}

/// A piece of work of a check of packs.
enum PackJob {
  /// Small packs that lie side by side.
  case batch(Range<Int>)
  /// Consecutive bytes of a larger pack.
  case piece(PackPiece)
}

/// Consecutive bytes of a larger pack: whole blocks, or a part of the footer.
struct PackPiece {
  let pack: LargePack
  let ticket: Int
  /// The first byte in the packfile.
  let offset: UInt64
  let length: Int
  let blocks: Range<Int>
  /// The walk before the first of the blocks.
  let cursor: BlockCursor
  let isLast: Bool
}

/// Cuts an area's packs into jobs in the order of their places; workers take turns.
final class PackCutter: @unchecked Sendable {
  /// Stored bytes of a batch of packs.
  static let batchTarget = 1 << 20
  /// Stored bytes of a piece, where one block has no more: workers wait for their turns, so that these are not many.
  static let storedTarget = 4 << 20
  /// Decoded bytes of a piece, where one block has no more.
  static let rawTarget = 4 << 20

  private struct Open {
    let pack: LargePack
    var ticket = 0
    var offset: UInt64
    var block = 0
    var cursor = BlockCursor()
  }

  private let set: PackSet
  private let turn = Mutex(())
  private var next = 0
  private var open: Open?

  init(_ set: PackSet) { self.set = set }

  /// The next job; nil after the last.
  func nextJob() throws -> PackJob? {
    try turn.withLock { _ in try cut() }
  }

  private func cut() throws -> PackJob? {
    if open != nil { return .piece(cutPiece()) }
    guard next < set.packs.count else { return nil }
    let claim = set.packs[next]
    if claim.length > UInt64(Self.batchTarget) {
      defer { next += 1 }
      // A pack whose footer cannot be read any more is cut into bytes without blocks.
      let footer = set.isBroken[next] ? PackFooter() : try set.footer(claim) ?? PackFooter()
      open = Open(pack: LargePack(next, claim, footer), offset: claim.offset)
      return .piece(cutPiece())
    }
    let first = next
    var end = claim.offset
    while next < set.packs.count, case let pack = set.packs[next], pack.file == claim.file,
      pack.offset == end,
      pack.end - claim.offset <= UInt64(Self.batchTarget)
    {
      end = pack.end
      next += 1
    }
    return .batch(first..<next)
  }

  private func cutPiece() -> PackPiece {
    guard var at = open else { preconditionFailure("a pack is being cut") }
    let blocks = at.pack.footer.blocks
    let offset = at.offset
    let cursor = at.cursor
    let first = at.block
    if at.ticket == 0, !blocks.isEmpty { at.offset += UInt64(PackHeader.byteCount) }
    var raw = 0
    while at.block < blocks.count {
      let block = blocks[at.block]
      let stored = Int(at.offset - offset) + block.totalLength
      if at.block > first, stored > Self.storedTarget || raw + block.rawLength > Self.rawTarget { break }
      raw += block.rawLength
      at.offset += UInt64(block.totalLength)
      _ = at.cursor.take(block, at.pack.footer.objects)
      at.block += 1
    }
    if at.block == first { at.offset += min(UInt64(Self.storedTarget), at.pack.claim.end - at.offset) }
    let isLast = at.offset == at.pack.claim.end
    let piece = PackPiece(
      pack: at.pack, ticket: at.ticket, offset: offset, length: Int(at.offset - offset),
      blocks: first..<at.block, cursor: cursor, isLast: isLast)
    at.ticket += 1
    open = isLast ? nil : at
    return piece
  }
}

extension PackSet {
  /// A pack's footer; nil where it cannot be read any more.
  func footer(_ claim: PackClaim) throws -> PackFooter? {
    try FooterReader.read(files, claim)
  }
}

/// Reads footers at the ends of packs.
enum FooterReader {
  /// The footer of a pack; nil where it cannot be read.
  static func read(_ files: PackFiles, _ claim: PackClaim) throws -> PackFooter? {
    var flaw: BlockFlaw?
    return try read(files, claim, &flaw)
  }

  /// The footer of a pack; nil with its `flaw` where it cannot be read.
  static func read(_ files: PackFiles, _ claim: PackClaim, _ flaw: inout BlockFlaw?) throws -> PackFooter? {
    do {
      let file = try files.file(claim)
      guard claim.length > UInt64(PackHeader.byteCount + PackFooter.trailerByteCount) else {
        throw FormatError(.truncated, "a pack of \(claim.length) bytes")
      }
      // One read covers the footer of most packs.
      let guess = Int(min(claim.length, 8 << 10))
      var tail = try exactly(guess, at: claim.end - UInt64(guess), file)
      let trailer = tail.count - PackFooter.trailerByteCount
      let length = try tail.withBytes { raw throws(FormatError) in
        try PackFooter.length(trailer: UnsafeRawBufferPointer(rebasing: raw[trailer...]))
      }
      guard UInt64(length + PackHeader.byteCount) <= claim.length else {
        throw FormatError(.malformed, "a footer longer than its pack")
      }
      if length > guess { tail = try exactly(length, at: claim.end - UInt64(length), file) }
      return try tail.withBytes { raw throws(FormatError) in
        try PackFooter(
          decoding: UnsafeRawBufferPointer(rebasing: raw[(raw.count - length)...]), packLength: claim.length)
      }
    } catch let error as FormatError {
      flaw = BlockFlaw(error)
      return nil
    }
  }

  private static func exactly(_ count: Int, at offset: UInt64, _ file: SharedFile) throws -> [UInt8] {
    let bytes = try file.readFully(at: Int64(offset), count: count)
    guard bytes.count == count else { throw FormatError(.truncated, "the packfile ends early") }
    return bytes
  }
}
