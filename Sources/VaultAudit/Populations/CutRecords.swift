import VaultCore
import VaultFiles
import VaultStore

/// The records of a file that was cut, in a file of their own.
struct CutRecords: Sendable {
  let file: ScratchFile
  /// What was cut.
  let original: ObjectID

  /// Cuts the file at `path`; throws ``StoreError`` where it cannot be cut.
  init(_ path: String, _ format: Population.Cut.Format, _ files: any FileLayer, staging: String) throws {
    file = try ScratchFile(files, staging: staging)
    let hasher = SHA256Hasher()
    var cutter = RecordCutter(format)
    var pending: [UInt8] = []
    let input = try File(files, path: path, mode: [.read, .noWait])
    var at: Int64 = 0
    do {
      while case let bytes = try input.readFully(at: at, count: Self.piece), !bytes.isEmpty {
        hasher.update(bytes)
        at += Int64(bytes.count)
        try bytes.withUnsafeBytes { try cutter.add($0) { pending.append(contentsOf: $0) } }
        try Self.flush(&pending, to: file, from: Self.piece)
      }
      try cutter.finish { pending.append(contentsOf: $0) }
      try Self.flush(&pending, to: file, from: 1)
    } catch let error as CutError {
      throw StoreError(
        .badInput, "\(path) cannot be cut into records: \(error.reason)",
        hint: "--format says in what form it is")
    }
    original = ObjectID(hasher.finish())
  }

  private static let piece = 1 << 20

  private static func flush(_ pending: inout [UInt8], to file: ScratchFile, from count: Int) throws {
    guard pending.count >= count else { return }
    try pending.withUnsafeBytes { try file.write($0) }
    pending.removeAll(keepingCapacity: true)
  }
}
