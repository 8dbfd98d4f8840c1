import VaultCore
import VaultFiles

/// A pack while it is made: bytes in memory while they are few, else in a staging file that its maker has
/// locked, so that a later writer can tell an abandoned one.
final class PackSpool {
  /// Packs above this become a packfile of their own by rename.
  static let memoryLimit = 16 << 20
  /// How many bytes of a staging file are given to the disk at a time while the next ones are made.
  private static let stride: UInt64 = 8 << 20

  private let files: any FileLayer
  private let staging: String
  private let limit: Int
  private(set) var memory: [UInt8] = []
  private(set) var stagingFile: SharedFile?
  private(set) var length: UInt64 = 0
  private var started: UInt64 = 0
  private var isOwner = true
  private let hasher = SHA256Hasher()

  init(_ files: any FileLayer, staging: String, memoryLimit: Int = PackSpool.memoryLimit) {
    self.files = files
    self.staging = staging
    limit = memoryLimit
  }

  /// A pack that lies whole in a file of somebody else's, who clears it away unless it was renamed.
  init(_ file: SharedFile, length: UInt64, _ files: any FileLayer, memoryLimit: Int = PackSpool.memoryLimit) {
    self.files = files
    staging = ""
    limit = memoryLimit
    stagingFile = file
    self.length = length
    isOwner = false
  }

  deinit {
    if isOwner, let stagingFile { try? files.unlink(stagingFile.path) }
  }

  /// Whether the pack becomes a packfile of its own.
  var isLarge: Bool { length > UInt64(limit) }

  /// The bytes of a pack that is not large.
  func bytes() throws(FileError) -> [UInt8] {
    guard let stagingFile else { return memory }
    return try stagingFile.readFully(at: 0, count: Int(length))
  }

  /// The pack in a file, which is made in `folder` where there is none yet.
  func file(in folder: String) throws -> SharedFile {
    if let stagingFile { return stagingFile }
    let file = try StagingFolder(files, folder).makeFile()
    try file.file.writeAll(memory)
    stagingFile = file
    memory = []
    return file
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    hasher.update(bytes)
    length += UInt64(bytes.count)
    if let stagingFile {
      try stagingFile.file.writeAll(bytes)
      startWriting(stagingFile)
    } else if memory.count + bytes.count <= limit {
      memory.append(contentsOf: bytes)
    } else {
      let file = try StagingFolder(files, staging).makeFile()
      stagingFile = file
      try file.file.writeAll(memory)
      try file.file.writeAll(bytes)
      memory = []
    }
  }

  private func startWriting(_ file: SharedFile, from stride: UInt64 = PackSpool.stride) {
    guard length - started >= stride else { return }
    file.file.startWriting(at: Int64(started), count: Int64(length - started))
    started = length
  }

  /// The pack's name; nothing may be written after.
  func finish() -> ObjectID {
    // The disk writes on while what is known of the pack is looked at.
    if let stagingFile { startWriting(stagingFile, from: 1) }
    return ObjectID(hasher.finish())
  }

  /// Says that the staging file has become a packfile.
  func wasRenamed() { stagingFile = nil }
}

/// The vault's `staging` folder: unfinished work that may be deleted at any time.
public struct StagingFolder {
  private let files: any FileLayer
  private let path: String
  private static let prefix = "pack-"

  public init(_ files: any FileLayer, _ path: String) {
    self.files = files
    self.path = path
  }

  /// A new staging file, locked by this process.
  package func makeFile(permissions: UInt32 = 0o666) throws(FileError) -> SharedFile {
    try files.makeDirectories(path, durable: false)
    while true {
      let name = Self.prefix + String(UInt64.random(in: .min ... .max), radix: 16)
      let file = try File(files, path: Paths.join(path, name), mode: .createNew, permissions: permissions)
      try file.lock()
      // Before it was locked, another process may have taken it for abandoned.
      if try files.exists(file.path) { return SharedFile(file) }
    }
  }

  /// Removes staging files whose makers are gone, which their free locks show.
  public func removeAbandoned() {
    guard let names = try? files.list(path) else { return }
    for name in names where name.hasPrefix(Self.prefix) {
      let place = Paths.join(path, name)
      guard let file = try? File(files, path: place, mode: [.read, .noFollow]),
        (try? file.lock(wait: false)) == true
      else { continue }
      try? files.unlink(place)
    }
  }

  /// Removes files under passing names. Only `vault.json` is on its way here, so the caller holds the lock of the
  /// vault's own packs, as its makers do.
  func removePassing() {
    for name in (try? files.list(path)) ?? [] where name.hasPrefix(Paths.passingPrefix) {
      try? files.unlink(Paths.join(path, name))
    }
  }
}
