import VaultCore
import VaultStore

/// Reads documents of an area by id, and says what is wrong where one cannot be had; belongs to one thread.
final class ObjectLookup {
  let source: BlockSource
  private let context: CheckContext

  init(_ set: PackSet, _ context: CheckContext) {
    source = BlockSource(set, cacheLimit: context.cachePerWorker)
    self.context = context
  }

  var table: ObjectTable { source.set.table }

  /// The place of an object whose bytes are sound.
  func find(_ id: ObjectID) throws(BlockFlaw) -> Int {
    guard let index = table.best(id) else {
      throw BlockFlaw(.objectMissing, "object \(id.hex) is in no pack of \(source.set.area.name)")
    }
    switch table.state(index) {
    case .sound: return index
    case .mismatch: throw BlockFlaw(.objectMismatch, "object \(id.hex) has other bytes")
    case .unreadable, .unknown: throw BlockFlaw(.objectUnreadable, "object \(id.hex) cannot be read")
    }
  }

  /// An object's bytes, at most `limit`; its place goes to `used`.
  func read(_ id: ObjectID, limit: Int, _ used: inout [Int]) throws -> [UInt8] {
    let index = try find(id)
    used.append(index)
    return try source.read(table.records[index], limit: limit)
  }

  /// A document; `name` is the finding for one that is malformed.
  func document<T: VaultDocument>(
    _ type: T.Type, _ id: ObjectID, limit: Int = Limits.documentBytes, name: Finding.Name, _ used: inout [Int]
  ) throws -> (T, [UInt8]) {
    let bytes = try read(id, limit: limit, &used)
    do throws(FormatError) {
      return (try T(decoding: bytes, limit: limit), bytes)
    } catch {
      throw BlockFlaw(error, else: name)
    }
  }
}
