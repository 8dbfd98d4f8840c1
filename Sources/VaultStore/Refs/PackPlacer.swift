import VaultCore
import VaultFiles

/// A whole pack on its way into a packfile.
struct LoosePack {
  let id: ObjectID
  let length: UInt64
  let spool: PackSpool
}

extension FinishedPack {
  var loose: LoosePack { LoosePack(id: id, length: length, spool: spool) }
}

/// Puts finished packs into a folder's packfiles. The caller holds the folder's lock.
struct PackPlacer: ~Copyable {
  private let files: any FileLayer
  private let folder: PackFolder
  /// The end of each packfile as the ref lines know it.
  private var ends: [Int: UInt64]
  /// The newest packfiles, with their lengths.
  private var sizes: [Int: UInt64] = [:]
  /// The packfile whose new end is not durable yet.
  private var appended: DurableAppender?

  /// Looks at the newest packfile that the ref lines know and at those behind it. Each commit explains what it
  /// finds there, so that nothing unexplained lies before; fsck looks at all.
  init(_ folder: PackFolder, claimed ends: [Int: UInt64]) throws {
    files = folder.files
    self.folder = folder
    self.ends = ends
    let newest = ends.keys.max() ?? 0
    for name in try files.list(folder.path) {
      guard let number = PackFolder.number(name), number >= newest else { continue }
      sizes[number] = UInt64(try files.status(path: folder.path(number), followLinks: false).size)
    }
    if let end = ends[newest], (sizes[newest] ?? 0) < end {
      throw StoreError.damaged(
        folder.path(newest), FormatError(.truncated, "the packfile is shorter than its refs say"))
    }
  }

  /// What no ref line names: the regions behind the claimed ends, left by writers that died.
  func residue() throws -> [RefLine.PackLocation] {
    var out: [RefLine.PackLocation] = []
    for (number, size) in sizes.sorted(by: { $0.key < $1.key }) {
      let end = ends[number] ?? 0
      guard size > end else { continue }
      // The dead writer may not have synced them, and the line must not name bytes that a power cut takes, nor any that
      // only the cache has.
      let file = try File(files, path: folder.path(number), mode: [.read, .noFollow, .noWait])
      try file.fsync()
      file.dropCache(from: Int64(end), count: nil)
      let hasher = SHA256Hasher()
      var at = end
      while at < size {
        let bytes = try folder.read(number, at: at, count: Int(min(1 << 20, size - at)))
        hasher.update(bytes)
        at += UInt64(bytes.count)
      }
      out.append(
        RefLine.PackLocation(pack: ObjectID(hasher.finish()), file: number, offset: end, length: size - end))
    }
    return Array(out.prefix(Limits.packsPerRefLine))
  }

  /// Makes all packs durable and says where they lie, in order.
  mutating func place(_ packs: [LoosePack]) throws -> [RefLine.PackLocation] {
    let places = try write(packs)
    try sync()
    return places
  }

  /// Makes durable what was written. No line may name it before.
  mutating func sync() throws(FileError) {
    try appended?.sync()
    appended = nil
  }

  /// Writes all packs and says where they lie, in order; they are durable only after ``sync()``.
  mutating func write(_ packs: [LoosePack]) throws -> [RefLine.PackLocation] {
    var out: [RefLine.PackLocation] = []
    var small: [LoosePack] = []
    for pack in packs {
      if pack.spool.isLarge { out.append(try rename(pack)) } else { small.append(pack) }
    }
    return out + (try append(small))
  }

  private mutating func rename(_ pack: LoosePack) throws -> RefLine.PackLocation {
    guard let staged = pack.spool.stagingFile else { preconditionFailure("only spooled packs are renamed") }
    try staged.file.fsync()
    let number = (sizes.keys.max() ?? 0) + 1
    try files.rename(staged.path, folder.path(number), replace: false)
    pack.spool.wasRenamed()
    try files.syncDirectory(folder.path)
    sizes[number] = pack.length
    return RefLine.PackLocation(pack: pack.id, file: number, offset: 0, length: pack.length)
  }

  private mutating func append(_ packs: [LoosePack]) throws -> [RefLine.PackLocation] {
    guard !packs.isEmpty else { return [] }
    var number = max(1, sizes.keys.max() ?? 1)
    if (sizes[number] ?? 0) >= Limits.packfileBytes { number += 1 }
    // A packfile that a ref line names had its name synced before that line was written.
    var file = try DurableAppender(files, path: folder.path(number), syncName: ends[number] == nil)
    guard UInt64(file.end) == sizes[number] ?? 0 else {
      throw StoreError(.refused, "\(folder.path(number)) changed while the period was locked")
    }
    var out: [RefLine.PackLocation] = []
    for pack in packs {
      let bytes = try pack.spool.bytes()
      // What lies in a file of somebody else's may have changed since it was checked.
      guard pack.spool.stagingFile == nil || ObjectID(of: bytes) == pack.id else {
        throw StoreError(.inputChanged, "pack \(pack.id.hex) changed while it was placed")
      }
      let offset = try file.append(bytes)
      out.append(
        RefLine.PackLocation(pack: pack.id, file: number, offset: UInt64(offset), length: pack.length))
    }
    sizes[number] = UInt64(file.end)
    appended = consume file
    return out
  }
}
