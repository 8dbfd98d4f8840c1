import VaultCore
import VaultStore

/// Somebody who takes objects while they arrive, before anything is known of them but their bytes.
public protocol ArrivalSink: AnyObject {
  /// An object begins; what was begun and not ended is no object.
  func begin() throws
  /// The object's next bytes.
  func take(_ bytes: UnsafeRawBufferPointer) throws
  /// The object is whole, and its bytes hash to `id`.
  func end(_ id: ObjectID) throws
  /// The object that was begun is none.
  func drop()
}

/// Takes packs that come one behind the other, as they come: hashes each, and gives a sink the objects of many blocks that
/// are stored raw, whose bytes are then at hand and nowhere else so cheaply. Nothing that a pack says is relied on:
/// an object is what its bytes hash to.
struct ArrivingPacks {
  /// Bytes of a pack that are of one kind.
  private struct Stretch {
    var left: Int
    let isObject: Bool
  }

  private let packs: [CarriedLine.Pack]
  private let sink: (any ArrivalSink)?
  private let pack = SHA256Hasher()
  private let object = SHA256Hasher()
  private var number = 0
  private var taken = 0
  /// Whether every pack that has come whole is what it is named.
  private var isMatching = true

  /// What comes before the next block's header, the last one first.
  private var ahead: [Stretch] = []
  /// A block's header as far as it has come.
  private var header: [UInt8] = []
  /// Whether blocks are no longer told apart: in a footer, in damage, or where nobody takes objects.
  private var isRest = true
  /// Whether an object has begun.
  private var isOpen = false
  /// Whether the block that comes is its last one.
  private var isEnding = false

  init(_ packs: [CarriedLine.Pack], _ sink: (any ArrivalSink)?) {
    self.packs = packs
    self.sink = sink
    beginPack()
  }

  /// Whether all packs have come, and are what they are named.
  var areSound: Bool { isMatching && number == packs.count }

  /// Takes the next bytes; what comes after the last pack is none of it. Throws what the sink throws.
  mutating func take(_ bytes: UnsafeRawBufferPointer) throws {
    var left = bytes
    while left.count > 0, number < packs.count {
      let part = min(left.count, packs[number].length - taken)
      try takePart(UnsafeRawBufferPointer(rebasing: left[..<part]))
      left = UnsafeRawBufferPointer(rebasing: left[part...])
      taken += part
      guard taken == packs[number].length else { return }
      isMatching = isMatching && ObjectID(pack.finish()) == packs[number].pack
      number += 1
      taken = 0
      beginPack()
    }
  }

  private mutating func beginPack() {
    drop()
    header = []
    ahead = [Stretch(left: PackHeader.byteCount, isObject: false)]
    isRest = sink == nil
  }

  private mutating func drop() {
    if isOpen { sink?.drop() }
    isOpen = false
  }

  /// Takes bytes of one pack.
  private mutating func takePart(_ bytes: UnsafeRawBufferPointer) throws {
    var left = bytes
    while left.count > 0 {
      guard !isRest else { return pack.update(left) }
      let stretch = ahead.last ?? Stretch(left: BlockHeader.byteCount - header.count, isObject: false)
      let piece = UnsafeRawBufferPointer(rebasing: left.prefix(stretch.left))
      left = UnsafeRawBufferPointer(rebasing: left[piece.count...])
      if stretch.isObject {
        pack.update(piece, beside: object, piece)
        try sink?.take(piece)
      } else {
        pack.update(piece)
      }
      if ahead.isEmpty { try takeHeader(piece) } else { try pass(piece.count) }
    }
  }

  private mutating func takeHeader(_ bytes: UnsafeRawBufferPointer) throws {
    header += bytes
    guard header.count == BlockHeader.byteCount else { return }
    let block = try? header.withBytes { try BlockHeader(decoding: $0) }
    header = []
    guard let block else {
      isRest = true
      return drop()
    }
    let isObject = try begin(block)
    ahead = [
      Stretch(left: block.storedLength, isObject: isObject),
      Stretch(left: block.descriptorLength, isObject: false),
    ].filter { $0.left > 0 }
  }

  /// Whether a block has bytes of an object that is taken.
  private mutating func begin(_ block: BlockHeader) throws -> Bool {
    let isRun = !block.flags.isDisjoint(with: [.continues, .unfinished])
    if !block.flags.contains(.continues) || block.codec != .raw { drop() }
    if isRun, block.codec == .raw, !block.flags.contains(.continues) {
      object.reset()
      try sink?.begin()
      isOpen = true
    }
    isEnding = !block.flags.contains(.unfinished)
    return isOpen
  }

  private mutating func pass(_ count: Int) throws {
    ahead[ahead.count - 1].left -= count
    if ahead[ahead.count - 1].left == 0 { ahead.removeLast() }
    guard ahead.isEmpty, isOpen, isEnding else { return }
    isOpen = false
    try sink?.end(ObjectID(object.finish()))
  }
}
