import VaultCore
import VaultFiles

/// Packs that wait in `staging/added` for a commit: `000001.pack` and the lines of its entries beside it.
public struct StagedPacks {
  private let files: any FileLayer
  private let path: String
  private let staging: String

  public init(_ vault: VaultFolder) {
    files = vault.files
    staging = vault.staging
    path = Paths.join(vault.staging, "added")
  }

  private func linesName(_ number: Int) -> String {
    String(PackFolder.fileName(number).dropLast(5)) + ".lines"
  }

  private func linesPath(_ number: Int) -> String { Paths.join(path, linesName(number)) }

  /// The numbers of what is staged, in the order in which it was added.
  public func numbers() throws -> [Int] {
    guard try files.exists(path) else { return [] }
    return try files.list(path).compactMap { name in
      name.hasSuffix(".lines") ? PackFolder.number(String(name.dropLast(6)) + ".pack") : nil
    }
  }

  /// Stages a pack (none where its objects are staged already) with the lines of its entries. The folder is
  /// locked meanwhile: others neither take the same number nor take the pack for abandoned.
  public func save(_ pack: FinishedPack?, lines: [UInt8]) throws {
    try files.makeDirectories(path, durable: false)
    let lock = try File(files, path: path, mode: .readDirectory)
    try lock.lock()
    removeOrphans()
    let taken = try files.list(path).compactMap { PackFolder.number(String($0.prefix(6)) + ".pack") }
    let number = (taken.max() ?? 0) + 1
    if let pack {
      let place = Paths.join(path, PackFolder.fileName(number))
      if let file = pack.spool.stagingFile {
        try file.file.fsync()
        try files.rename(file.path, place, replace: false)
        pack.spool.wasRenamed()
        // Before there are lines, the name too: lines without their pack would be entries without bytes.
        try files.syncDirectory(path)
      } else {
        try files.writeNewFile(place, pack.spool.memory)
      }
    }
    try files.writeNewFile(linesPath(number), lines)
  }

  /// Removes what writers that died have left: packs without lines, and files under passing names. Does nothing
  /// while somebody stages.
  func removeAbandoned() {
    guard let lock = try? File(files, path: path, mode: .readDirectory),
      (try? lock.lock(wait: false)) == true
    else { return }
    removeOrphans()
  }

  private func removeOrphans() {
    guard let names = try? files.list(path) else { return }
    let staged = Set(names)
    for name in names {
      let isOrphan = PackFolder.number(name).map { !staged.contains(linesName($0)) }
      guard isOrphan ?? name.hasPrefix(Paths.passingPrefix) else { continue }
      try? files.unlink(Paths.join(path, name))
    }
  }

  /// The lines of what was staged under a number.
  public func lines(_ number: Int) throws -> [UInt8] {
    try files.readWholeFile(
      linesPath(number), limit: Limits.linesBlobBytes, mode: [.read, .noFollow, .noWait])
  }

  /// The staged pack, every block checked against its CRC and its footer; nil where nothing but lines was
  /// staged. Objects are not decoded here: the bases of deltas lie in the period's packs.
  public func pack(_ number: Int) throws -> FinishedPack? {
    let folder = PackFolder(files, path: path)
    guard try files.exists(folder.path(number)) else { return nil }
    let length = UInt64(try folder.file(number).size())
    let contents = try folder.footer(
      RefLine.PackLocation(pack: ObjectID(.zero), file: number, offset: 0, length: length))
    let spool = PackSpool(files, staging: staging)
    func copy(_ bytes: [UInt8]) throws { try bytes.withBytes { try spool.write($0) } }
    try copy(folder.read(number, at: 0, count: PackHeader.byteCount))
    for block in contents.footer.blocks {
      let bytes = try folder.read(number, at: spool.length, count: block.totalLength)
      let isSound = bytes.withBytes { raw in
        guard let header = try? BlockHeader(decoding: raw), header.totalLength == raw.count else {
          return false
        }
        return BlockCheck.crcMatches(header, raw)
      }
      guard isSound else {
        throw StoreError(
          .damaged, "what was staged is damaged", hint: "run 'vault add --clear' and add it again")
      }
      try copy(bytes)
    }
    try copy(folder.read(number, at: spool.length, count: Int(length - spool.length)))
    return FinishedPack(id: spool.finish(), kind: .evidence, footer: contents.footer, spool: spool)
  }

  /// Forgets what was staged under these numbers.
  public func remove(_ numbers: [Int]) throws {
    // The lines first, and durably: without them a pack is only left-over work.
    for number in numbers { try files.unlink(linesPath(number)) }
    if !numbers.isEmpty { try files.syncDirectory(path) }
    for number in numbers { try? files.unlink(Paths.join(path, PackFolder.fileName(number))) }
  }
}
