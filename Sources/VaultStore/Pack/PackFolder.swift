import Synchronization
import VaultCore
import VaultFiles

/// The packfiles of one period, or of the vault's own documents; opens each once and reads at positions.
public final class PackFolder: Sendable {
  /// The folder's path.
  public let path: String
  let files: any FileLayer
  private let open = Mutex<[Int: SharedFile]>([:])

  public init(_ files: any FileLayer, path: String) {
    self.files = files
    self.path = path
  }

  /// The name of packfile `number`: six digits and `.pack`.
  public static func fileName(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 6 - digits.utf8.count)) + digits + ".pack"
  }

  /// The number in a packfile's name; nil for other names.
  public static func number(_ name: String) -> Int? {
    guard name.utf8.count == 11, name.hasSuffix(".pack"), let number = Int(name.prefix(6)), number > 0,
      fileName(number) == name
    else { return nil }
    return number
  }

  /// The path of packfile `number`.
  public func path(_ number: Int) -> String { Paths.join(path, Self.fileName(number)) }

  /// The packfile `number`, opened for reading.
  public func file(_ number: Int) throws(FileError) -> SharedFile {
    if let found = open.withLock({ $0[number] }) { return found }
    let made = try SharedFile(files, path: path(number), mode: [.read, .noFollow, .noWait])
    return open.withLock { table in
      if let found = table[number] { return found }
      // A bound on open descriptors; closed packfiles are opened again when they are needed.
      if table.count >= 64 { table.removeAll() }
      table[number] = made
      return made
    }
  }

  /// Exactly `count` bytes at `offset` of packfile `number`.
  func read(_ number: Int, at offset: UInt64, count: Int) throws -> [UInt8] {
    let bytes = try file(number).readFully(at: Int64(offset), count: count)
    guard bytes.count == count else {
      throw StoreError.damaged(
        "\(path(number)) at \(offset)", FormatError(.truncated, "the packfile ends early"))
    }
    return bytes
  }

  /// The footer of the pack at a location, and its own length in bytes.
  public func footer(_ location: RefLine.PackLocation) throws -> PackContents {
    let place = "\(path(location.file)) at \(location.offset)"
    do {
      guard location.length > UInt64(PackHeader.byteCount + PackFooter.trailerByteCount) else {
        throw FormatError(.truncated, "a pack of \(location.length) bytes")
      }
      // One read covers the footer of most packs.
      let guess = min(Int(location.length), 16 << 10)
      var tail = try read(location.file, at: location.end - UInt64(guess), count: guess)
      let length = try tail.withBytes { raw throws(FormatError) in
        try PackFooter.length(
          trailer: UnsafeRawBufferPointer(rebasing: raw[(raw.count - PackFooter.trailerByteCount)...]))
      }
      guard UInt64(length + PackHeader.byteCount) <= location.length else {
        throw FormatError(.malformed, "a footer longer than its pack")
      }
      if length > guess { tail = try read(location.file, at: location.end - UInt64(length), count: length) }
      let footer = try tail.withBytes { raw throws(FormatError) in
        try PackFooter(
          decoding: UnsafeRawBufferPointer(rebasing: raw[(raw.count - length)...]),
          packLength: location.length)
      }
      return PackContents(location: location, footer: footer)
    } catch let error as FormatError {
      throw StoreError.damaged(place, error)
    }
  }
}

/// What a pack's footer says it holds.
public struct PackContents: Sendable {
  public let location: RefLine.PackLocation
  let footer: PackFooter

  /// The number of objects.
  public var objectCount: Int { footer.objects.count }

  /// Each object with the place of its first byte, in stored order.
  public func forEachObject(_ body: (ObjectID, ObjectLocation) throws -> Void) rethrows {
    var next = 0
    var at = location.offset + UInt64(PackHeader.byteCount)
    for block in footer.blocks {
      for ordinal in 0..<block.starts {
        let object = footer.objects[next]
        next += 1
        try body(
          object.id, ObjectLocation(file: location.file, block: at, ordinal: ordinal, length: object.length))
      }
      at += UInt64(block.totalLength)
    }
  }
}

/// Where an object begins: a block of a packfile and its place among the block's parts.
public struct ObjectLocation: Hashable, Sendable {
  /// The packfile's number.
  public let file: Int
  /// The first byte of the object's first block in the packfile.
  public let block: UInt64
  /// The object's place among the parts of that block.
  public let ordinal: Int
  /// The object's length in bytes where it is known, else nil.
  public let length: UInt64?

  public init(file: Int, block: UInt64, ordinal: Int, length: UInt64?) {
    self.file = file
    self.block = block
    self.ordinal = ordinal
    self.length = length
  }
}
