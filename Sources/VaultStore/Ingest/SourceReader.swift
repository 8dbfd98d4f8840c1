import VaultCore
import VaultFiles

/// Reads one source from its start to its end and refuses one that changes meanwhile.
final class SourceReader {
  private let files: any FileLayer
  private let source: IngestSource
  private let descriptor: Int32
  private let owned: SharedFile?
  private let before: FileStatus?
  /// Bytes that are read so far.
  private(set) var position: UInt64 = 0

  /// Opens a source; a file must be what `expected` says, where that is given.
  init(_ source: IngestSource, _ files: any FileLayer, expected: FileStatus? = nil) throws {
    self.source = source
    self.files = files
    switch source.origin {
    case .file(let path):
      // Without waiting: a pipe put in the file's place must not hang the reader.
      let file = try SharedFile(files, path: path, mode: [.read, .noWait])
      let status = try file.file.status()
      guard status.kind == .regular else {
        throw StoreError(.refused, "\(path) is not a regular file")
      }
      guard expected.map({ $0 == status }) ?? true else { throw Self.changed(path) }
      owned = file
      descriptor = file.file.descriptor
      before = status
    case .descriptor(let number):
      owned = nil
      descriptor = number
      before = nil
    }
  }

  /// What the source is called.
  var name: String { source.name }

  /// The length that a regular file had when it was opened.
  var expectedSize: UInt64? { before.map { UInt64($0.size) } }

  /// Appends up to `count` bytes to `bytes`, fewer only at the end; returns how many.
  @discardableResult
  func read(upTo count: Int, into bytes: inout [UInt8]) throws -> Int {
    let start = bytes.count
    if start <= count {
      bytes = try read(upTo: count, behind: bytes)
    } else {
      // A long record, which is not copied for each piece of it.
      bytes.append(contentsOf: try read(upTo: count))
    }
    return bytes.count - start
  }

  /// `first` and up to `count` bytes behind it, fewer only at the end: made in one piece, so that a chunk is read into the
  /// array that is compressed.
  func read(upTo count: Int, behind first: [UInt8] = []) throws -> [UInt8] {
    var failure: (any Error)?
    let room = first.count + count
    let bytes = [UInt8](unsafeUninitializedCapacity: room) { buffer, filled in
      filled = buffer[..<first.count].initialize(fromContentsOf: first)
      do {
        filled += try read(
          into: UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[filled..<room])))
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  private func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    var done = 0
    while done < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      let got: Int
      do {
        got = try files.read(descriptor, into: rest)
      } catch {
        throw FileError(operation: error.operation, path: source.name, errno: error.errno)
      }
      if got == 0 { break }
      done += got
    }
    position += UInt64(done)
    guard position <= Limits.objectBytes else { throw StoreError(.badInput, "\(source.name) is over 1 TiB") }
    return done
  }

  /// The id of the file's bytes as they are now, read at positions of their own; nil for a stream.
  func hashAhead() throws -> ObjectID? {
    guard let owned else { return nil }
    let hasher = SHA256Hasher()
    var at: Int64 = 0
    while true {
      let bytes = try owned.readFully(at: at, count: BlockPlan.chunk)
      if bytes.isEmpty { return ObjectID(hasher.finish()) }
      hasher.update(bytes)
      at += Int64(bytes.count)
    }
  }

  /// Checks, once all is read, that the file is what it was when it was opened.
  func finish() throws {
    guard let before, let owned else { return }
    let after = try owned.file.status()
    guard after == before, position == UInt64(before.size) else { throw Self.changed(source.name) }
  }

  /// Reads the whole file, which has as many bytes as `buffer`.
  func readWhole(into buffer: UnsafeMutableRawBufferPointer) throws {
    _ = try read(into: buffer)
    try finish()
  }

  private static func changed(_ name: String) -> StoreError {
    StoreError(
      .inputChanged, "\(name) changed while it was read", hint: "export to a file of its own, then commit it")
  }
}
