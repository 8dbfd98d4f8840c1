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

  /// The line whose objects are looked up.
  var scope = RefScope(ref: 0, line: 0)

  /// The place of an object whose bytes are sound, among those that the line may use; one of the line's own
  /// documents must lie in a pack that the line itself names.
  func find(_ id: ObjectID, own: Bool = false) throws(BlockFlaw) -> Int {
    let all = table.range(id)
    let copies = all.filter { isVisible($0, own) }
    if copies.isEmpty, !own, let held = table.earlierRange(id).first { return held }
    let best = copies.first { table.state($0) == .sound } ?? copies.first { table.state($0) != .unknown }
    guard let index = best ?? copies.first else {
      throw BlockFlaw(
        .objectMissing,
        all.isEmpty
          ? "object \(id.hex) is in no pack of \(source.set.area.name)"
          : "object \(id.hex) is only in packs that \(own ? "another line names" : "a later line or another ref names")"
      )
    }
    switch table.state(index) {
    case .sound: return index
    case .mismatch: throw BlockFlaw(.objectMismatch, "object \(id.hex) has other bytes")
    case .unreadable, .unknown: throw BlockFlaw(.objectUnreadable, "object \(id.hex) cannot be read")
    }
  }

  private func isVisible(_ index: Int, _ own: Bool) -> Bool {
    let place = source.set.claim(index).scope
    return own ? place == scope : place.isVisible(from: scope)
  }

  /// The bytes of one of the line's own objects, at most `limit`; its place goes to `used`.
  func read(_ id: ObjectID, limit: Int, _ used: inout [Int]) throws -> [UInt8] {
    let index = try find(id, own: true)
    used.append(index)
    return try source.read(table.record(index), limit: limit)
  }

  /// One of the line's own documents; `name` is the finding for one that is malformed.
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
