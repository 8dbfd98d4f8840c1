import VaultFiles

/// The bytes of the objects of one solid block, side by side.
struct SolidBytes {
  let raw: [UInt8]
  /// Where each object lies in `raw`.
  let parts: [Range<Int>]

  /// Puts together what `items` are; files are read into their places.
  ///
  /// Throws `inputChanged` where one is not what it was.
  init(_ items: [IngestJob.SolidItem], _ sources: [IngestSource], _ files: any FileLayer) throws {
    var parts: [Range<Int>] = []
    parts.reserveCapacity(items.count)
    var end = 0
    for item in items {
      parts.append(end..<end + item.count)
      end += item.count
    }
    var failure: (any Error)?
    raw = [UInt8](unsafeUninitializedCapacity: end) { buffer, filled in
      do {
        for (item, part) in zip(items, parts) {
          let room = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[part]))
          switch item.content {
          case .bytes(let bytes): room.copyBytes(from: bytes)
          case .file(let status):
            try SourceReader(sources[item.source], files, expected: status).readWhole(into: room)
          }
        }
        filled = end
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    self.parts = parts
  }

  private init(_ raw: [UInt8], _ parts: [Range<Int>]) {
    self.raw = raw
    self.parts = parts
  }

  /// The bytes of the objects at `places` alone.
  func only(_ places: [Int]) -> SolidBytes {
    guard places.count < parts.count else { return self }
    var kept: [UInt8] = []
    kept.reserveCapacity(places.reduce(0) { $0 + parts[$1].count })
    let ranges = places.map { place in
      kept.append(contentsOf: raw[parts[place]])
      return kept.count - parts[place].count..<kept.count
    }
    return SolidBytes(kept, ranges)
  }
}
