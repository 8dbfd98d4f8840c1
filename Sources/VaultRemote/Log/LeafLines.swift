import Glibc
import VaultCore
import VaultFiles

/// Reads a file of leaves, one per line, forwards and backwards in bounded memory.
struct LeafLines {
  let file: SharedFile

  private static let chunk = 256 << 10

  /// Opens a file of leaves that a checkpoint covers.
  ///
  /// Throws `damaged` where there is none.
  init(_ files: any FileLayer, path: String) throws {
    do throws(FileError) {
      file = try SharedFile(files, path: path, mode: [.read, .noFollow, .noWait])
    } catch {
      guard error.errno == ENOENT else { throw error }
      throw LogError(.damaged, "\(path) is gone, and a checkpoint covers leaves of it")
    }
  }

  /// Gives whole lines from `offset` up to `end`, without their LF and with their first byte's offset, to `body`
  /// until that answers false. Returns where the next line begins.
  @discardableResult
  func scan(
    from offset: Int64 = 0, to end: Int64, _ body: (UnsafeRawBufferPointer, Int64) throws -> Bool
  ) throws -> Int64 {
    var at = offset
    while at < end {
      let bytes = try file.readFully(at: at, count: Int(min(Int64(Self.chunk), end - at)))
      var used = 0
      let goesOn = try bytes.withUnsafeBytes { raw in
        while let length = UnsafeRawBufferPointer(rebasing: raw[used...]).firstIndex(of: 0x0A) {
          guard length <= LogLeaf.limit else { throw overlong }
          let line = UnsafeRawBufferPointer(rebasing: raw[used..<used + length])
          let start = at + Int64(used)
          used += length + 1
          if try !body(line, start) { return false }
        }
        return used > 0
      }
      if used == 0, bytes.count > LogLeaf.limit { throw overlong }
      at += Int64(used)
      if !goesOn { break }
    }
    return at
  }

  /// Gives the lines that end before `end`, which stands behind an LF, to `body`, the last one first, until that
  /// answers false.
  func scanBack(from end: Int64, _ body: (UnsafeRawBufferPointer, Int64) throws -> Bool) throws {
    var high = end
    // Small at first: mostly it is the last line that is asked for.
    var chunk = 4 * LogLeaf.limit
    while high > 0 {
      let low = max(0, high - Int64(chunk))
      chunk = min(4 * chunk, Self.chunk)
      let bytes = try file.readFully(at: low, count: Int(high - low))
      guard bytes.count == Int(high - low), bytes.last == 0x0A else {
        throw LogError(.damaged, "\(file.path) does not end with a whole line")
      }
      var left = bytes.count
      let goesOn = try bytes.withUnsafeBytes { raw in
        while left > 0 {
          let start = raw[..<(left - 1)].lastIndex(of: 0x0A).map { $0 + 1 }
          guard let start = start ?? (low == 0 ? 0 : nil) else { break }
          guard left - 1 - start <= LogLeaf.limit else { throw overlong }
          let line = UnsafeRawBufferPointer(rebasing: raw[start..<left - 1])
          left = start
          if try !body(line, low + Int64(start)) { return false }
        }
        return true
      }
      if !goesOn { return }
      guard left < bytes.count else { throw overlong }
      high = low + Int64(left)
    }
  }

  /// The line that begins at `offset`, without its LF; nil where none that may be one ends there.
  func line(at offset: Int64) throws -> [UInt8]? {
    let bytes = try file.readFully(at: offset, count: LogLeaf.limit + 1)
    return bytes.firstIndex(of: 0x0A).map { Array(bytes[..<$0]) }
  }

  /// Where the last whole line of the file's first `size` bytes ends.
  func lastLineEnd(size: Int64) throws -> Int64 {
    let low = max(0, size - Int64(LogLeaf.limit) - 1)
    let bytes = try file.readFully(at: low, count: Int(size - low))
    if let end = bytes.lastIndex(of: 0x0A) { return low + Int64(end) + 1 }
    guard low == 0 else { throw overlong }
    return 0
  }

  private var overlong: LogError {
    LogError(.damaged, "\(file.path) has a line of over \(LogLeaf.limit) bytes")
  }
}
