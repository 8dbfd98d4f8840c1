import VaultCore
import VaultStore

/// Whether the regions that an area's ref lines name cover each byte of its packfiles once.
struct Coverage: Sendable {
  /// A region that no ref line names.
  struct Gap: Sendable {
    let file: Int
    let offset: UInt64
    let length: UInt64
    /// Whether it ends the packfile, as what an unfinished write leaves does.
    let isTail: Bool
  }

  /// Packs that lie whole in their packfile, in the order of their places.
  private(set) var packs: [PackClaim] = []
  /// Explained residue, in the order of its places.
  private(set) var residue: [PackClaim] = []
  private(set) var gaps: [Gap] = []

  init(_ snapshot: AreaSnapshot, _ log: FindingLog) {
    let claims = snapshot.claims.sorted { ($0.file, $0.offset, $0.length) < ($1.file, $1.offset, $1.length) }
    var next = claims.startIndex
    let files = Set(snapshot.sizes.keys).union(claims.map { Int($0.file) }).sorted()
    for file in files {
      let size = snapshot.sizes[file]
      var cursor: UInt64 = 0
      while next < claims.endIndex, Int(claims[next].file) == file {
        take(claims[next], size, &cursor, snapshot, log)
        next += 1
      }
      if let size, size > cursor {
        gaps.append(Gap(file: file, offset: cursor, length: size - cursor, isTail: true))
      }
    }
  }

  private mutating func take(
    _ claim: PackClaim, _ size: UInt64?, _ cursor: inout UInt64, _ snapshot: AreaSnapshot, _ log: FindingLog
  ) {
    let place = snapshot.area.place(claim)
    let entry = snapshot.tables[Int(claim.ref)].entries[Int(claim.line)]
    let namer = "\(snapshot.tables[Int(claim.ref)].path):\(entry.sequence)"
    guard let size else {
      return log.add(.packMissing, place, "there is no such packfile, and \(namer) names a pack in it")
    }
    if claim.offset > cursor, claim.offset <= size {
      gaps.append(
        Gap(file: Int(claim.file), offset: cursor, length: claim.offset - cursor, isTail: false))
    }
    defer { cursor = max(cursor, min(claim.end, size)) }
    guard claim.end <= size else {
      return log.add(.packMissing, place, "the packfile ends at \(size), before what \(namer) names ends")
    }
    guard claim.offset >= cursor, claim.length > 0 else {
      return log.add(.packOverlap, place, "what \(namer) names lies over another region")
    }
    if claim.isResidue { residue.append(claim) } else { packs.append(claim) }
  }
}
