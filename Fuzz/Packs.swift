import VaultCore
import VaultFiles
import VaultStore

extension Door {
  /// A packfile of one pack: whatever its footer claims, an object that is read is the one that its name says, and reading
  /// in parts, whole and on several threads come to the same end.
  ///
  /// Checksums are made right first: whoever forges a pack can do that as well.
  static let packs = Door(name: "packs") { raw in
    let bytes = mended(Array(raw))
    let files = MemoryFiles()
    let path = "/packs"
    guard (try? files.makeDirectories(path)) != nil,
      (try? files.writeNewFile(path + "/000001.pack", bytes)) != nil
    else { fatalError("the file system in memory does not write") }
    let folder = PackFolder(files, path: path)
    let place = RefLine.PackLocation(
      pack: ObjectID(of: bytes), file: 1, offset: 0, length: UInt64(bytes.count))
    guard let contents = try? folder.footer(place) else { return }
    let locator = PackLocator([contents])
    var left = 64
    contents.forEachObject { id, _ in
      guard left > 0 else { return }
      left -= 1
      read(id, folder, locator)
    }
    require(files.strayCloses == 0, "a descriptor was closed twice")
  }

  private static let most = 1 << 20

  /// A pack whose blocks and footer have the checksums of what they hold (docs/format.md, §11).
  private static func mended(_ pack: [UInt8]) -> [UInt8] {
    var out = pack
    var at = PackHeader.byteCount
    while at < out.count, let block = out.withBytes({ try? BlockHeader(decoding: slice($0, at, $0.count)) }),
      at + block.totalLength <= out.count
    {
      let body = at + BlockHeader.byteCount
      let crc = out.withBytes {
        BlockCheck.crc(
          slice($0, body, at + block.totalLength), after: BlockCheck.crc(slice($0, at, at + 20), after: 0))
      }
      put(crc, in: &out, at: at + 20)
      at += block.totalLength
    }
    let trailer = out.count - PackFooter.trailerByteCount
    guard at < trailer else { return out }
    put(out.withBytes { BlockCheck.crc(slice($0, at, trailer), after: 0) }, in: &out, at: trailer)
    put(UInt32(out.count - at), in: &out, at: trailer + 4)
    return out
  }

  private static func slice(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int)
    -> UnsafeRawBufferPointer
  {
    UnsafeRawBufferPointer(rebasing: bytes[start..<end])
  }

  private static func put(_ value: UInt32, in bytes: inout [UInt8], at offset: Int) {
    withUnsafeBytes(of: value.littleEndian) { bytes.replaceSubrange(offset..<offset + 4, with: $0) }
  }

  private static func read(_ id: ObjectID, _ folder: PackFolder, _ locator: PackLocator) {
    let reader = ObjectReader(folder, locator)
    let whole = try? reader.read(id, limit: most)
    if let whole { require(ObjectID(of: whole) == id, "an object that is read is another") }
    let hasher = SHA256Hasher()
    var count = 0
    let isStreamed =
      (try? reader.stream(id) {
        count += $0.count
        hasher.update($0)
        if count > 8 * most { throw TooLong() }
      }) != nil
    if isStreamed { require(ObjectID(hasher.finish()) == id, "an object that is streamed is another") }
    if let whole { require(isStreamed && whole.count == count, "an object can be read, and not streamed") }
  }

  private struct TooLong: Error {}
}
