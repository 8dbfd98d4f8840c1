import VaultCore
import VaultFiles

/// Puts encoded blocks together into one pack, in the order they come.
public final class PackAssembler {
  private let spool: PackSpool
  private var footer = PackFooter()
  private let kind: PackKind

  /// Starts a pack; larger ones are spooled to the folder `staging`.
  public convenience init(_ kind: PackKind, _ files: any FileLayer, staging: String) throws {
    try self.init(kind, files, staging: staging, memoryLimit: PackSpool.memoryLimit)
  }

  init(_ kind: PackKind, _ files: any FileLayer, staging: String, memoryLimit: Int) throws {
    self.kind = kind
    spool = PackSpool(files, staging: staging, memoryLimit: memoryLimit)
    try PackHeader.encoded(kind).withBytes { try spool.write($0) }
  }

  /// Whether the pack holds no object.
  public var isEmpty: Bool { footer.objects.isEmpty }

  /// Appends a block, and names the objects that end in it, in their order.
  func append(_ block: EncodedBlock, ending objects: [(ObjectID, UInt64)]) throws {
    footer.blocks.append(
      PackFooter.Block(totalLength: block.bytes.count, rawLength: block.rawLength, starts: block.starts))
    for (id, length) in objects { footer.objects.append(PackFooter.Object(id: id, length: length)) }
    try block.bytes.withBytes { try spool.write($0) }
  }

  /// Appends small objects as blocks of their own kind, large ones as runs of blocks; returns their ids.
  @discardableResult
  public func append(objects: [[UInt8]], _ coder: BlockCoder) throws -> [ObjectID] {
    var group: [[UInt8]] = []
    var size = 0
    var ids: [ObjectID] = []
    func flush() throws {
      guard !group.isEmpty else { return }
      let named = group.map { (ObjectID(of: $0), UInt64($0.count)) }
      try append(
        concatenated(group).withBytes { coder.encode($0, parts: group.map(\.count)) }, ending: named)
      ids.append(contentsOf: named.map(\.0))
      group = []
      size = 0
    }
    for object in objects {
      if object.count > BlockPlan.smallObject {
        try flush()
        ids.append(try appendRun(object, coder))
        continue
      }
      if size + object.count > BlockPlan.solidBlock { try flush() }
      group.append(object)
      size += object.count
    }
    try flush()
    return ids
  }

  private func appendRun(_ object: [UInt8], _ coder: BlockCoder) throws -> ObjectID {
    let id = ObjectID(of: object)
    for start in stride(from: 0, to: object.count, by: BlockPlan.chunk) {
      let end = min(object.count, start + BlockPlan.chunk)
      let block = object.withBytes {
        coder.encode(
          UnsafeRawBufferPointer(rebasing: $0[start..<end]), parts: [end - start], continues: start > 0,
          unfinished: end < object.count)
      }
      try append(block, ending: end == object.count ? [(id, UInt64(object.count))] : [])
    }
    return id
  }

  /// Ends the pack with its footer.
  public func finish() throws -> FinishedPack {
    let end = footer.encoded()
    guard end.count <= Limits.footerBytes, footer.objects.count <= Limits.objectsPerPack,
      footer.blocks.count <= Limits.blocksPerPack
    else {
      throw StoreError(.badInput, "too many objects for one pack", hint: "commit it in parts")
    }
    try end.withBytes { try spool.write($0) }
    return FinishedPack(id: spool.finish(), kind: kind, footer: footer, spool: spool)
  }
}

/// A whole pack that no packfile holds yet.
public final class FinishedPack {
  /// SHA-256 of the pack's bytes.
  public let id: ObjectID
  public let kind: PackKind
  let footer: PackFooter
  let spool: PackSpool

  init(id: ObjectID, kind: PackKind, footer: PackFooter, spool: PackSpool) {
    self.id = id
    self.kind = kind
    self.footer = footer
    self.spool = spool
  }

  /// The pack's length in bytes.
  public var length: UInt64 { spool.length }

  /// The pack in a file of its own, in `folder` where it has none yet.
  package func file(in folder: String) throws -> SharedFile { try spool.file(in: folder) }

  /// The objects that it holds.
  public var objectIDs: [ObjectID] { footer.objects.map(\.id) }

  /// What the pack holds, once it has a place.
  public func contents(at location: RefLine.PackLocation) -> PackContents {
    PackContents(location: location, footer: footer)
  }
}

/// How objects are cut into blocks; a writer's choice, which no reader relies on.
enum BlockPlan {
  /// Objects up to this many bytes share solid blocks.
  static let smallObject = 512 << 10
  /// A solid block is closed at about this many raw bytes; at half to double of them, where its bases end then.
  static let solidBlock = 256 << 10
  /// Raw bytes of one block of a larger object.
  static let chunk = 1 << 20
  /// Raw bytes of one block of a larger object that is stored as a delta.
  static let deltaChunk = 4 << 20
  /// How far around its own place a block of a larger delta looks in its base.
  static let deltaMargin: UInt64 = 1 << 20
  /// The bytes that may have to be decoded for the bases of one block; beyond it, objects are stored whole, and
  /// stand together again.
  static let basesWork = 32 << 20
  /// Raw bytes of one frame of a population.
  static let recordFrame = 256 << 10
}

/// The arrays one after the other; `joined()` copies byte by byte.
func concatenated(_ arrays: some Collection<[UInt8]>) -> [UInt8] {
  var out: [UInt8] = []
  out.reserveCapacity(arrays.reduce(0) { $0 + $1.count })
  for array in arrays { out.append(contentsOf: array) }
  return out
}
