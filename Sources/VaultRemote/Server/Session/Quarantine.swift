import VaultCore
import VaultFiles
import VaultStore

/// Where packs arrive before anything believes them (docs/protocol.md, §4): `quarantine/<identity>/<hash>.part`.
struct Quarantine {
  private let files: any FileLayer
  private let path: String

  init(_ vault: VaultFolder, identity: String) {
    files = vault.files
    path = Paths.join(Paths.join(vault.root, "quarantine"), identity)
  }

  /// A pack on its way in; locked against other sessions while it lives.
  final class Part {
    let pack: ObjectID
    let length: UInt64
    let file: SharedFile
    /// Bytes that are there.
    fileprivate(set) var size: UInt64
    private let behind = WriteBehind()

    fileprivate init(_ pack: ObjectID, _ length: UInt64, _ file: SharedFile, size: UInt64) {
      self.pack = pack
      self.length = length
      self.file = file
      self.size = size
    }

    var isWhole: Bool { size == length }

    /// Whether what is there begins as a pack with evidence.
    var isEvidence: Bool {
      guard let head = try? file.readFully(at: 0, count: PackHeader.byteCount) else { return false }
      return (try? head.withUnsafeBytes { raw throws(FormatError) in try PackHeader.decode(raw) })
        == .evidence
    }

    /// Appends what has arrived. The disk begins with a large pack while it arrives.
    func append(_ bytes: UnsafeRawBufferPointer) throws {
      try file.file.writeAll(bytes)
      let before = Int64(size)
      size += UInt64(bytes.count)
      // It is read again, to be checked.
      behind.grew(file, from: before, to: Int64(size), keeping: true)
    }
  }

  /// Takes a part back that a server which died had put among the packfiles of `ref`; each of `parts` has the name of a part and
  /// the packs of which it is made.
  func takeBack(_ parts: [(name: ObjectID, packs: [CarriedLine.Pack])], of ref: RefName, _ vault: VaultFolder)
  {
    let wanted = parts.map { part in
      LeftPackfile.Wanted(part.packs.map { ($0.pack, UInt64($0.length)) }, to: place(part.name))
    }
    try? files.makeDirectories(path, durable: false)
    _ = try? LeftPackfile.giveBack(vault, ref, wanted) {
      // A leaf may stand whose line is to name it.
      try LogNext.load(vault) == nil
    }
  }

  /// Opens the part of a pack, with what an earlier transfer left of it.
  ///
  /// Throws `busy` where another session has it.
  func part(_ pack: ObjectID, length: UInt64) throws -> Part {
    try files.makeDirectories(path, durable: false)
    guard
      let file = try SharedFile.locked(
        files, path: place(pack), mode: [.appendOrCreate, .read, .noFollow, .noWait]),
      try file.file.status().kind == .regular
    else {
      throw Refusal(.busy, "pack \(pack.hex) is on its way in another session", hint: "try again")
    }
    var size = UInt64(try file.size())
    if size > length {
      try file.file.truncate(to: 0)
      size = 0
    }
    return Part(pack, length, file, size: size)
  }

  /// Removes a part; one that became a packfile is gone already.
  func remove(_ part: Part) { part.file.unlink() }

  /// Removes what is older than a day and no session holds.
  func clear(now: Timestamp) {
    for name in (try? files.list(path)) ?? [] where name.hasSuffix(".part") {
      let place = Paths.join(path, name)
      guard let before = try? files.status(path: place, followLinks: false),
        now.milliseconds - before.mtimeSeconds * 1000 > Self.keeps,
        let file = try? SharedFile.locked(files, path: place, mode: [.read, .noFollow, .noWait]),
        let status = try? file.file.status(), now.milliseconds - status.mtimeSeconds * 1000 > Self.keeps
      else { continue }
      file.unlink()
    }
  }

  private static let keeps: Int64 = 86_400_000

  private func place(_ pack: ObjectID) -> String { Paths.join(path, pack.hex + ".part") }
}
