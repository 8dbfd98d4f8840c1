import VaultCore
import VaultFiles

/// A line of a ref file with its place.
public struct RefRecord: Sendable, Hashable {
  public let line: RefLine
  /// The line's first byte in the ref file.
  public let start: UInt64
  /// One past its LF.
  public let end: UInt64
  /// SHA-256 of the line with its LF.
  public let hash: Digest
}

/// What stands in a ref file.
public enum RefItem: Sendable {
  /// A line that follows the format.
  case line(RefRecord)
  /// A line that does not; `bytes` without its LF.
  case garbage(bytes: [UInt8], start: UInt64, FormatError)
  /// What follows the last LF.
  case torn(bytes: [UInt8], start: UInt64)
}

/// Reads a ref file line by line in bounded memory.
public enum RefScanner {
  /// The character that ends a torn line, so that it is never taken for a whole one.
  public static let tornMark = UInt8(ascii: "~")

  /// Gives each item from `offset` on to `body`, in order.
  public static func scan(
    _ files: any FileLayer, path: String, from offset: UInt64, kind: RefLine.Kind,
    _ body: (RefItem) throws -> Void
  ) throws {
    let file = try File(files, path: path, mode: [.read, .noFollow, .noWait])
    let hasher = SHA256Hasher()
    var start = offset
    var held: [UInt8] = []
    var at = Int64(offset)
    while true {
      let more = try file.readFully(at: at, count: 256 << 10)
      at += Int64(more.count)
      held.append(contentsOf: more)
      var used = 0
      while let length = held[used...].firstIndex(of: 0x0A).map({ $0 - used }) {
        let end = used + length
        try body(item(held[used...end], start: start, kind, hasher))
        start += UInt64(length + 1)
        used = end + 1
      }
      held.removeFirst(used)
      if more.isEmpty { break }
      guard held.count <= 64 << 20 else {
        throw StoreError.damaged(path, FormatError(.overLimit, "a line of over 64 MiB"))
      }
    }
    if !held.isEmpty { try body(.torn(bytes: held, start: start)) }
  }

  /// What an unfinished write left of a line that does not follow the format: what a later writer ended with the
  /// mark, or what a power cut took pages from, which then read as zeros. Nil where the line was never torn: no
  /// line of the format holds a NUL.
  public static func torn(_ garbage: [UInt8]) -> RefLine.TornLine? {
    if garbage.last == tornMark {
      return RefLine.TornLine(bytes: ObjectID(of: garbage.dropLast()), length: garbage.count - 1)
    }
    return garbage.contains(0) ? RefLine.TornLine(bytes: ObjectID(of: garbage), length: garbage.count) : nil
  }

  private static func item(
    _ line: ArraySlice<UInt8>, start: UInt64, _ kind: RefLine.Kind, _ hasher: SHA256Hasher
  ) -> RefItem {
    line.withUnsafeBytes { raw in
      let body = UnsafeRawBufferPointer(rebasing: raw[..<(raw.count - 1)])
      do throws(FormatError) {
        let parsed = try RefLine(decoding: body, kind: kind)
        return .line(
          RefRecord(line: parsed, start: start, end: start + UInt64(raw.count), hash: hasher.hash(raw)))
      } catch {
        return .garbage(bytes: Array(body), start: start, error)
      }
    }
  }
}

/// The end of a ref file as a reader or the next writer finds it.
struct RefTail {
  /// The whole lines from where the reader began.
  var records: [RefRecord] = []
  /// Torn lines after the last whole one, which the next line explains; the last may lack its LF.
  var torn: [RefLine.TornLine] = []
  /// Whether the file ends without LF, so that the next writer ends the torn line first.
  var isOpen = false
  /// The file's length.
  var length: UInt64 = 0

  /// Reads the lines after one with hash `previous` and `sequence`, checking that each follows the last.
  static func read(
    _ files: any FileLayer, path: String, from offset: UInt64, kind: RefLine.Kind, after previous: ObjectID?,
    sequence: Int
  ) throws -> RefTail {
    var tail = RefTail()
    var last = previous
    var next = sequence + 1
    var unexplained: (bytes: [UInt8], error: FormatError)?
    tail.length = offset
    try RefScanner.scan(files, path: path, from: offset, kind: kind) { item in
      if let (_, error) = unexplained { throw StoreError.damaged(path, error) }
      switch item {
      case .line(let record):
        guard record.line.torn == tail.torn else {
          throw StoreError.damaged(
            path, FormatError(.malformed, "a line does not explain what stands before it"))
        }
        guard record.line.previous == last, record.line.sequence == next else {
          throw StoreError.damaged(
            path, FormatError(.malformed, "line \(next) does not follow the line before"))
        }
        last = ObjectID(record.hash)
        next += 1
        tail.torn = []
        tail.records.append(record)
        tail.length = record.end
      case .garbage(let bytes, let start, let error):
        if let torn = RefScanner.torn(bytes) {
          tail.torn.append(torn)
        } else {
          unexplained = (bytes, error)
        }
        tail.length = start + UInt64(bytes.count) + 1
      case .torn(let bytes, let start):
        tail.torn.append(RefLine.TornLine(bytes: ObjectID(of: bytes), length: bytes.count))
        tail.isOpen = true
        tail.length = start + UInt64(bytes.count)
      }
    }
    if let (_, error) = unexplained { throw StoreError.damaged(path, error) }
    return tail
  }
}
