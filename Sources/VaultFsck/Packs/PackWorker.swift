import VaultCore
import VaultFiles
import VaultStore

/// Checks packs, one job after the other; belongs to one thread.
final class PackWorker {
  let set: PackSet
  let context: CheckContext
  private let source: BlockSource
  private let coder = BlockCoder()
  private let hasher = SHA256Hasher()
  private var pair = SHA256Pair()
  private let run = RunHash()
  private let stored = ByteBuffer()
  private let raw = ByteBuffer()
  private(set) var counts = Counts()

  init(_ set: PackSet, _ context: CheckContext) {
    self.set = set
    self.context = context
    source = BlockSource(set, cacheLimit: context.cachePerWorker, budget: context.budget)
  }

  /// Checks one job's packs or blocks.
  func perform(_ job: PackJob) throws {
    switch job {
    case .batch(let packs): try batch(packs)
    case .piece(let piece):
      do {
        try self.piece(piece)
      } catch {
        piece.pack.abort()
        throw error
      }
    }
  }

  private func read(_ claim: PackClaim, at offset: UInt64, count: Int) throws -> UnsafeRawBufferPointer {
    let room = stored.room(count)
    guard try set.file(claim).preadFully(into: room, at: Int64(offset)) == count else {
      throw BlockFlaw(.packMissing, "the packfile ends early")
    }
    context.meter.advance(UInt64(count))
    return UnsafeRawBufferPointer(room)
  }

  // MARK: - Small packs

  private func batch(_ packs: Range<Int>) throws {
    guard let first = packs.first, let last = packs.last else { return }
    let start = set.packs[first].offset
    let bytes: UnsafeRawBufferPointer
    do {
      bytes = try read(set.packs[first], at: start, count: Int(set.packs[last].end - start))
    } catch let flaw as BlockFlaw {
      return context.log.add(flaw.name, set.area.place(set.packs[first]), flaw.reason)
    }
    for index in packs {
      let claim = set.packs[index]
      let from = Int(claim.offset - start)
      try pack(index, claim, UnsafeRawBufferPointer(rebasing: bytes[from..<from + Int(claim.length)]))
    }
  }

  private func pack(_ index: Int, _ claim: PackClaim, _ bytes: UnsafeRawBufferPointer) throws {
    if !context.isQuick { report(claim, hash: hasher.hash(bytes)) }
    guard !set.isBroken[index], let footer = footer(claim, bytes) else { return }
    checkHead(claim, bytes)
    var cursor = BlockCursor()
    var at = PackHeader.byteCount
    for block in footer.blocks {
      let slice = UnsafeRawBufferPointer(rebasing: bytes[at..<at + block.totalLength])
      let role = cursor.take(block, footer.objects)
      let place = BlockPlace(pack: index, claim: claim, offset: claim.offset + UInt64(at), role: role)
      if let piece = try check(slice, block, footer, place, room: raw.room(block.rawLength)) {
        run.take(piece) { settle(footer, place, object: $0, block: $1, $2) }
      }
      at += block.totalLength
    }
  }

  /// The footer of a pack whose bytes are at hand.
  private func footer(_ claim: PackClaim, _ bytes: UnsafeRawBufferPointer) -> PackFooter? {
    do throws(FormatError) {
      let trailer = bytes[(bytes.count - PackFooter.trailerByteCount)...]
      let length = try PackFooter.length(trailer: UnsafeRawBufferPointer(rebasing: trailer))
      guard length + PackHeader.byteCount <= bytes.count else {
        throw FormatError(.malformed, "a footer longer than its pack")
      }
      let end = UnsafeRawBufferPointer(rebasing: bytes[(bytes.count - length)...])
      return try PackFooter(decoding: end, packLength: claim.length)
    } catch {
      let flaw = BlockFlaw(error)
      context.log.add(flaw.name, set.area.place(claim), flaw.reason)
      return nil
    }
  }

  private func report(_ claim: PackClaim, hash: Digest) {
    guard ObjectID(hash) != claim.pack else { return }
    context.log.add(
      .packMismatch, set.area.place(claim),
      "the pack's \(claim.length) bytes hash to \(hash.hex), not \(claim.pack.hex)")
  }

  private func checkHead(_ claim: PackClaim, _ bytes: UnsafeRawBufferPointer) {
    do throws(FormatError) {
      _ = try PackHeader.decode(bytes)
    } catch {
      let flaw = BlockFlaw(error)
      context.log.add(flaw.name, set.area.place(claim), flaw.reason)
    }
  }

  // MARK: - Larger packs

  private func piece(_ piece: PackPiece) throws {
    let pack = piece.pack
    let bytes: UnsafeRawBufferPointer
    do {
      bytes = try read(pack.claim, at: piece.offset, count: piece.length)
    } catch let flaw as BlockFlaw {
      context.log.add(flaw.name, set.area.place(pack.claim), flaw.reason)
      return pack.abort()
    }
    if piece.ticket == 0, !set.isBroken[pack.index] { checkHead(pack.claim, bytes) }
    let runs = try blocks(piece, bytes)
    if context.isQuick { return }
    _ = pack.gate.pass(piece.ticket) {
      var rest = bytes
      for run in runs {
        let role = BlockRole(
          objects: run.object..<run.object + 1, continues: !run.begins, unfinished: !run.ends)
        let place = BlockPlace(pack: pack.index, claim: pack.claim, offset: run.block, role: role)
        pack.run.take(run, beside: pack.hasher, &rest) {
          settle(pack.footer, place, object: $0, block: $1, $2)
        }
      }
      pack.hasher.update(rest)
      if piece.isLast { report(pack.claim, hash: pack.hasher.finish()) }
    }
  }

  /// Checks a piece's blocks and returns those that are parts of runs; their bytes stay until the next job.
  private func blocks(_ piece: PackPiece, _ bytes: UnsafeRawBufferPointer) throws -> [RunPiece] {
    let footer = piece.pack.footer
    let total = footer.blocks[piece.blocks].reduce(0) { $0 + $1.rawLength }
    let room = raw.room(total)
    var filled = 0
    var cursor = piece.cursor
    var at = piece.ticket == 0 ? PackHeader.byteCount : 0
    var runs: [RunPiece] = []
    for block in footer.blocks[piece.blocks] {
      let slice = UnsafeRawBufferPointer(rebasing: bytes[at..<at + block.totalLength])
      let role = cursor.take(block, footer.objects)
      let place = BlockPlace(
        pack: piece.pack.index, claim: piece.pack.claim, offset: piece.offset + UInt64(at), role: role)
      let out = UnsafeMutableRawBufferPointer(rebasing: room[filled..<filled + block.rawLength])
      if let run = try check(slice, block, footer, place, room: out) { runs.append(run) }
      filled += block.rawLength
      at += block.totalLength
    }
    return runs
  }
}

/// Where a block stands and what its footer says it is.
struct BlockPlace {
  let pack: Int
  let claim: PackClaim
  let offset: UInt64
  let role: BlockRole
}

// MARK: - Blocks

extension PackWorker {
  /// Checks one block: its header against the footer, its CRC, its decoding, and the hashes of the objects
  /// that lie whole in it. Returns the piece where it is a part of a run.
  private func check(
    _ bytes: UnsafeRawBufferPointer, _ block: PackFooter.Block, _ footer: PackFooter, _ place: BlockPlace,
    room: UnsafeMutableRawBufferPointer
  ) throws -> RunPiece? {
    let role = place.role
    do {
      let (header, descriptor, payload) = try split(bytes, block, footer, role)
      if context.isQuick { return nil }
      let decoded = try decode(header, descriptor, payload, place, room)
      counts.bytesDecoded += UInt64(decoded.count)
      if role.isRun { return piece(decoded, place) }
      hashParts(decoded, footer, place)
      return nil
    } catch let flaw as BlockFlaw {
      report(flaw, footer, place)
      if role.isRun, !context.isQuick { return piece(nil, place) }
      return nil
    }
  }

  private func piece(_ bytes: UnsafeRawBufferPointer?, _ place: BlockPlace) -> RunPiece {
    RunPiece(
      bytes: bytes, object: place.role.objects.lowerBound, block: place.offset, begins: !place.role.continues,
      ends: !place.role.unfinished)
  }

  private func split(
    _ bytes: UnsafeRawBufferPointer, _ block: PackFooter.Block, _ footer: PackFooter, _ role: BlockRole
  ) throws -> (BlockHeader, BlockDescriptor, UnsafeRawBufferPointer) {
    do throws(FormatError) {
      let header = try BlockHeader(decoding: bytes)
      guard header.totalLength == bytes.count, header.rawLength == block.rawLength,
        header.flags.contains(.continues) == role.continues,
        header.flags.contains(.unfinished) == role.unfinished
      else { throw FormatError(.malformed, "a block is not what the pack's footer says") }
      guard BlockCheck.crcMatches(header, bytes) else {
        throw FormatError(.checksum, "a block fails its CRC")
      }
      let (descriptor, payload) = try BlockCheck.split(header, bytes)
      let lengths = footer.objects[role.objects].lazy.map { Int($0.length) }
      guard role.isRun ? descriptor.parts.count == 1 : descriptor.parts.elementsEqual(lengths) else {
        throw FormatError(.malformed, "a block's parts are not what the pack's footer says")
      }
      return (header, descriptor, payload)
    } catch {
      throw error.code == .checksum ? BlockFlaw(.blockChecksum, error.reason) : BlockFlaw(error)
    }
  }

  private func decode(
    _ header: BlockHeader, _ descriptor: BlockDescriptor, _ payload: UnsafeRawBufferPointer,
    _ place: BlockPlace,
    _ room: UnsafeMutableRawBufferPointer
  ) throws -> UnsafeRawBufferPointer {
    try context.budget?.spend(header.rawLength)
    if header.codec == .raw { return payload }
    let prefix = descriptor.bases.isEmpty ? nil : try source.prefix(descriptor.bases, for: place.claim)
    do throws(FormatError) {
      try coder.decode(header, payload: payload, prefix: prefix, into: room)
    } catch {
      throw BlockFlaw(error, else: .objectUnreadable)
    }
    return UnsafeRawBufferPointer(room)
  }

  private func hashParts(_ bytes: UnsafeRawBufferPointer, _ footer: PackFooter, _ place: BlockPlace) {
    var at = 0
    let parts = footer.objects[place.role.objects].map { object in
      defer { at += Int(object.length) }
      return at..<at + Int(object.length)
    }
    let digests = pair.hash(bytes, parts: parts)
    for (ordinal, object) in place.role.objects.enumerated() {
      settle(footer, place, object: object, block: place.offset, ordinal: ordinal, ObjectID(digests[ordinal]))
    }
  }

  /// Sets the state of an object whose bytes hash to `found`, or cannot be read.
  private func settle(
    _ footer: PackFooter, _ place: BlockPlace, object: Int, block: UInt64, ordinal: Int = 0,
    _ found: ObjectID?
  ) {
    let id = footer.objects[object].id
    let state: ObjectState = found == nil ? .unreadable : found == id ? .sound : .mismatch
    if let index = set.object(id, place.pack, block, ordinal) { set.table.set(index, state) }
    counts.objects += 1
    guard state == .mismatch, let found else { return }
    context.log.add(
      .objectMismatch, set.area.place(Int(place.claim.file), block),
      "object \(id.hex) has other bytes, which hash to \(found.hex)")
  }

  private func report(_ flaw: BlockFlaw, _ footer: PackFooter, _ place: BlockPlace) {
    let objects = place.role.objects
    let hit =
      objects.count == 1 ? "object \(footer.objects[objects.lowerBound].id.hex)" : "\(objects.count) objects"
    context.log.add(
      flaw.name, set.area.place(Int(place.claim.file), place.offset), "\(flaw.reason); it holds \(hit)")
    guard !place.role.isRun else { return }
    for (ordinal, object) in objects.enumerated() {
      settle(footer, place, object: object, block: place.offset, ordinal: ordinal, nil)
    }
  }
}
