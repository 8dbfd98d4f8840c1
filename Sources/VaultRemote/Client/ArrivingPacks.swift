import VaultCore
import VaultStore

/// Somebody who takes objects while they arrive. It is a help only: what it cannot take is read from the packs later, so
/// nothing of it throws.
public protocol ArrivalSink: AnyObject {
  /// An object begins; what was begun and not ended is no object.
  func begin()
  /// The object's next bytes; false where they are not taken.
  func take(_ bytes: UnsafeRawBufferPointer) -> Bool
  /// The object is whole, and its bytes hash to `id`.
  func end(_ id: ObjectID)
  /// The object that was begun is none.
  func drop()
  /// The pack that came is what it is named, and holds `held`; other objects that ended since the pack before count
  /// for nothing.
  func settle(_ held: Set<ObjectID>)
  /// Frees the disk that is used for what was taken; false where there is none.
  func giveUp() -> Bool
}

/// Takes packs that come one behind the other, as they come: hashes each, and gives a sink the objects of many blocks that
/// are stored raw, whose bytes are then at hand and nowhere else so cheaply.
///
/// Nothing that a pack says is relied on: an object is what its bytes hash to, in blocks that are sound, and counts only
/// where the footer of a pack that is what it is named says that it lies there, so that it can be read again.
struct ArrivingPacks {
  private enum Kind {
    /// Nobody looks at them.
    case skipped
    /// A block's header, or the footer's beginning.
    case header
    /// The descriptor of a block whose payload is an object's.
    case descriptor
    case payload
  }

  /// Bytes of a pack that are of one kind.
  private struct Stretch {
    var left: Int
    let kind: Kind
  }

  /// An object that is whole.
  private struct Ended {
    let id: ObjectID
    let length: UInt64
  }

  private let packs: [CarriedLine.Pack]
  private let sink: (any ArrivalSink)?
  private let pack = SHA256Hasher()
  private let object = SHA256Hasher()
  private var number = 0
  private var taken = 0
  /// Whether every pack that has come whole is what it is named.
  private var isMatching = true

  /// What is to come of the pack, the last one first; nothing where blocks are no longer told apart.
  private var ahead: [Stretch] = []
  /// A header or descriptor as far as it has come.
  private var gathered: [UInt8] = []
  /// The footer as far as it has come.
  private var footer: [UInt8] = []
  /// Blocks of the pack that have begun.
  private var blocks = 0
  /// The block that has begun, where an object's bytes are in it.
  private var block: BlockHeader?
  private var crc: UInt32 = 0
  /// The first block and the bytes of the object that has begun.
  private var open: (block: Int, length: UInt64)?
  /// Objects of the pack, by their first block.
  private var ended: [Int: Ended] = [:]

  /// What a run of blocks begins with at least, so that objects are worth the trouble.
  private static let smallest = 256 << 10
  /// Footers above this are not looked at; nothing counts of their packs.
  private static let footerLimit = 16 << 20

  init(_ packs: [CarriedLine.Pack], _ sink: (any ArrivalSink)?) {
    self.packs = packs
    self.sink = sink
    beginPack()
  }

  /// Whether the sink took the newest of what is evidence, so that nobody will read that again soon.
  private(set) var isTaken = false

  /// Whether all packs have come, and are what they are named.
  var areSound: Bool { isMatching && number == packs.count }

  /// Takes the next bytes; what comes after the last pack is none of it.
  mutating func take(_ bytes: UnsafeRawBufferPointer) {
    var left = bytes
    while left.count > 0, number < packs.count {
      let part = min(left.count, packs[number].length - taken)
      takePart(UnsafeRawBufferPointer(rebasing: left[..<part]))
      left = UnsafeRawBufferPointer(rebasing: left[part...])
      taken += part
      guard taken == packs[number].length else { return }
      let isNamed = ObjectID(pack.finish()) == packs[number].pack
      isMatching = isMatching && isNamed
      drop()
      if !ended.isEmpty { sink?.settle(isNamed ? held() : []) }
      number += 1
      taken = 0
      beginPack()
    }
  }

  private mutating func beginPack() {
    ahead = sink == nil ? [] : [Self.header, Stretch(left: PackHeader.byteCount, kind: .skipped)]
    gathered = []
    footer = []
    blocks = 0
    ended = [:]
  }

  private static let header = Stretch(left: BlockHeader.byteCount, kind: .header)

  /// Takes bytes of one pack.
  private mutating func takePart(_ bytes: UnsafeRawBufferPointer) {
    var left = bytes
    while left.count > 0 {
      guard let stretch = ahead.last else { return takeRest(left) }
      let piece = UnsafeRawBufferPointer(rebasing: left.prefix(stretch.left))
      left = UnsafeRawBufferPointer(rebasing: left[piece.count...])
      take(piece, of: stretch.kind)
      ahead[ahead.count - 1].left -= piece.count
      if piece.count == stretch.left {
        ahead.removeLast()
        end(of: stretch.kind)
      }
    }
  }

  private mutating func takeRest(_ bytes: UnsafeRawBufferPointer) {
    pack.update(bytes)
    if !ended.isEmpty, footer.count + bytes.count <= Self.footerLimit { footer += bytes }
  }

  private mutating func take(_ piece: UnsafeRawBufferPointer, of kind: Kind) {
    guard kind == .payload, block != nil else {
      pack.update(piece)
      if kind != .skipped { gathered += piece }
      return
    }
    pack.update(piece, beside: object, piece)
    crc = BlockCheck.crc(piece, after: crc)
    isTaken = sink?.take(piece) == true
  }

  private mutating func end(of kind: Kind) {
    switch kind {
    case .skipped: break
    case .header:
      let header = gathered
      gathered = []
      guard let block = try? header.withBytes({ try BlockHeader(decoding: $0) }) else {
        footer = header
        ahead = []
        return drop()
      }
      begin(block, header)
    case .descriptor: checkDescriptor()
    case .payload: endBlock()
    }
  }

  private mutating func begin(_ next: BlockHeader, _ header: [UInt8]) {
    blocks += 1
    ahead = [Self.header]
    guard takes(next) else {
      isTaken = false
      drop()
      let count = next.descriptorLength + next.storedLength
      if count > 0 { ahead.append(Stretch(left: count, kind: .skipped)) }
      return
    }
    block = next
    crc = header.withBytes { BlockCheck.crc(UnsafeRawBufferPointer(rebasing: $0[..<20]), after: 0) }
    ahead += [
      Stretch(left: next.storedLength, kind: .payload),
      Stretch(left: next.descriptorLength, kind: .descriptor),
    ]
    if next.flags.contains(.continues) { return }
    drop()
    block = next
    open = (blocks - 1, 0)
    object.reset()
    sink?.begin()
  }

  /// Whether a block is one of an object's that are taken: the first, or one behind it.
  private func takes(_ block: BlockHeader) -> Bool {
    guard block.codec == .raw, block.descriptorLength > 0, block.storedLength > 0 else { return false }
    return block.flags.contains(.continues)
      ? open != nil : block.flags.contains(.unfinished) && block.storedLength >= Self.smallest
  }

  private mutating func checkDescriptor() {
    let descriptor = gathered
    gathered = []
    guard let block, let open else { return }
    crc = descriptor.withBytes { BlockCheck.crc($0, after: crc) }
    let isSound = descriptor.withBytes { (try? BlockDescriptor(decoding: $0, of: block))?.parts.count == 1 }
    let (length, isOver) = open.length.addingReportingOverflow(UInt64(block.storedLength))
    self.open = (open.block, length)
    if !isSound || isOver || length > Limits.objectBytes { drop() }
  }

  private mutating func endBlock() {
    guard let block, let open else { return }
    self.block = nil
    guard crc == block.crc else { return drop() }
    if block.flags.contains(.unfinished) { return }
    let id = ObjectID(object.finish())
    ended[open.block] = Ended(id: id, length: open.length)
    self.open = nil
    sink?.end(id)
  }

  private mutating func drop() {
    if open != nil { sink?.drop() }
    open = nil
    block = nil
  }

  /// The objects that have ended and that the pack's footer names where they are.
  private func held() -> Set<ObjectID> {
    let decoded = footer.withBytes { bytes -> PackFooter? in
      let trailer = UnsafeRawBufferPointer(rebasing: bytes.suffix(PackFooter.trailerByteCount))
      guard (try? PackFooter.length(trailer: trailer)) == bytes.count else { return nil }
      return try? PackFooter(decoding: bytes, packLength: UInt64(packs[number].length))
    }
    guard let decoded else { return [] }
    var held: Set<ObjectID> = []
    var next = 0
    for (number, block) in decoded.blocks.enumerated() {
      if let object = ended[number], block.starts == 1, next < decoded.objects.count,
        decoded.objects[next] == PackFooter.Object(id: object.id, length: object.length)
      {
        held.insert(object.id)
      }
      next += block.starts
    }
    return held
  }
}
