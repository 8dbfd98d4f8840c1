import VaultFiles

/// The bytes of the objects of one solid block, side by side in a worker's buffer, good until it is used for the next.
struct SolidBytes {
  let raw: UnsafeRawBufferPointer
  /// Where each object lies in `raw`.
  let parts: [Range<Int>]

  /// Puts together in `buffer` what `items` are; files are read into their places.
  ///
  /// Throws `inputChanged` where one is not what it was.
  init(
    _ items: [IngestJob.SolidItem], _ sources: [IngestSource], _ files: any FileLayer, in buffer: ByteBuffer
  ) throws {
    var parts: [Range<Int>] = []
    parts.reserveCapacity(items.count)
    var end = 0
    for item in items {
      parts.append(end..<end + item.count)
      end += item.count
    }
    let whole = buffer.room(end)
    for (item, part) in zip(items, parts) {
      let room = UnsafeMutableRawBufferPointer(rebasing: whole[part])
      switch item.content {
      case .bytes(let bytes): room.copyBytes(from: bytes)
      case .file(let status):
        try SourceReader(sources[item.source], files, expected: status).readWhole(into: room)
      }
    }
    raw = UnsafeRawBufferPointer(whole)
    self.parts = parts
  }

  private init(_ raw: UnsafeRawBufferPointer, _ parts: [Range<Int>]) {
    self.raw = raw
    self.parts = parts
  }

  /// The bytes of the objects at `places` alone, which are ascending; in `buffer`, where some are left out.
  func only(_ places: [Int], in buffer: ByteBuffer) -> SolidBytes {
    guard places.count < parts.count else { return self }
    let room = buffer.room(places.reduce(0) { $0 + parts[$1].count })
    var filled = 0
    let ranges = places.map { place in
      let range = filled..<filled + parts[place].count
      UnsafeMutableRawBufferPointer(rebasing: room[range])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: raw[parts[place]]))
      filled = range.upperBound
      return range
    }
    return SolidBytes(UnsafeRawBufferPointer(room), ranges)
  }
}
