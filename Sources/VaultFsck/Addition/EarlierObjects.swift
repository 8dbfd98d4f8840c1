import Synchronization
import VaultCore
import VaultStore

/// The objects that a ref held before an addition, found through its index when they are first asked for. An index
/// names objects by a prefix, so a place counts only where the footer of its pack gives the whole id; the bytes were
/// hashed when the ref took them in.
final class EarlierObjects: @unchecked Sendable {
  private struct State {
    var records: [ObjectRecord] = []
    var ranges: [ObjectID: Range<Int>] = [:]
    var failure: (any Error)?
  }

  /// The packfiles as far as the ref's lines name them, which stand for the packs in them.
  let claims: [PackClaim]
  /// The number of the first of them among the check's packs.
  private let firstPack: Int
  private let state = Mutex(State())
  private let index: RefIndex?
  // Touched only while the state is locked.
  private let packs: PackFinder?

  /// Nothing was there before.
  init() {
    claims = []
    firstPack = 0
    index = nil
    packs = nil
  }

  /// What the ref of `index` holds, as objects of line 0; `after` is the number of packs that are added.
  init(_ index: RefIndex, after packs: Int) {
    claims = index.packEnds.sorted { $0.key < $1.key }.map { file, end in
      let place = RefLine.PackLocation(pack: ObjectID(.zero), file: file, offset: 0, length: end)
      return PackClaim(place, line: 0, ref: 0, isResidue: false)
    }
    firstPack = packs
    self.index = index
    self.packs = PackFinder(index)
  }

  func record(_ place: Int) -> ObjectRecord { state.withLock { $0.records[place] } }

  /// The places here of all copies of an object.
  func range(_ id: ObjectID) -> Range<Int> {
    guard let index, let packs else { return 0..<0 }
    return state.withLock { state in
      if let found = state.ranges[id] { return found }
      let first = state.records.count
      do {
        for place in try index.places(id) {
          guard let claim = claims.firstIndex(where: { Int($0.file) == place.file }),
            let length = try packs.length(of: id, at: place)
          else { continue }
          state.records.append(
            ObjectRecord(
              id: id, length: length, block: place.block, pack: UInt32(firstPack + claim),
              ordinal: UInt32(place.ordinal)))
        }
      } catch {
        state.failure = state.failure ?? error
      }
      state.ranges[id] = first..<state.records.count
      return first..<state.records.count
    }
  }

  /// Throws where a lookup failed, so that nothing that seemed absent is taken for it.
  func checkWorked() throws {
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }
}

/// Finds the pack of a ref in which a place lies, without a walk over the ref: a writer adds behind what is there,
/// so places rise with the commits (docs/format.md, §12). Belongs to one thread.
private final class PackFinder {
  private static let kept = 16

  /// Where an object begins in its packfile.
  private struct Key: Hashable {
    let block: UInt64
    let ordinal: Int

    init(_ place: ObjectLocation) {
      block = place.block
      ordinal = place.ordinal
    }
  }

  private struct Named {
    let id: ObjectID
    let length: UInt64
  }

  private let reader: RefReader
  private let index: RefIndex
  private var recent: [(place: RefLine.PackLocation, objects: [Key: Named])] = []

  init(_ index: RefIndex) {
    self.index = index
    reader = RefReader(index)
  }

  /// The length of object `id` where it lies at `place`; nil where another does.
  func length(of id: ObjectID, at place: ObjectLocation) throws -> UInt64? {
    guard let objects = try objects(around: place) else {
      // Whoever wrote the vault kept another order.
      return try reader.objects.identify(place) == id ? place.length : nil
    }
    guard let found = objects[Key(place)], found.id == id else { return nil }
    return found.length
  }

  private func objects(around place: ObjectLocation) throws -> [Key: Named]? {
    if let found = recent.first(where: { $0.place.holds(place) }) { return found.objects }
    guard let pack = try pack(around: place) else { return nil }
    var objects: [Key: Named] = [:]
    try index.folder.footer(pack).forEachObject { objects[Key($1)] = Named(id: $0, length: $1.length ?? 0) }
    if recent.count == Self.kept { recent.removeFirst() }
    recent.append((pack, objects))
    return objects
  }

  private func pack(around place: ObjectLocation) throws -> RefLine.PackLocation? {
    var low = 1
    var high = index.sequence
    while low <= high {
      let middle = (low + high) / 2
      let packs = try reader.refLine(middle).packs
      if let found = packs.first(where: { $0.holds(place) }) { return found }
      guard let first = packs.map({ ($0.file, $0.offset) }).min(by: <) else { return nil }
      if (place.file, place.block) < first { high = middle - 1 } else { low = middle + 1 }
    }
    return nil
  }
}

extension RefLine.PackLocation {
  fileprivate func holds(_ place: ObjectLocation) -> Bool {
    file == place.file && offset <= place.block && place.block < end
  }
}
