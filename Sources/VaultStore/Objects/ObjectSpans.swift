import VaultCore
import VaultFiles

/// Where the blocks of an object lie, so that any part of it is read without what stands before.
package struct ObjectSpans: Sendable {
  struct Block: Sendable {
    /// Its place in the packfile.
    let offset: UInt64
    /// The object's first byte in it.
    let start: UInt64
  }

  let file: Int
  /// The object's part of its first block.
  let ordinal: Int
  let blocks: [Block]
  /// The bytes of the object.
  package let length: UInt64

  /// The block that holds byte `at`.
  func block(of at: UInt64) -> Int {
    var low = 0
    var high = blocks.count
    while low + 1 < high {
      let middle = (low + high) / 2
      if blocks[middle].start <= at { low = middle } else { high = middle }
    }
    return low
  }
}

extension ObjectReader {
  /// The blocks of the object `id`, which has `length` bytes. What is read through them is not hashed: the caller
  /// holds it against something that was signed.
  package func spans(_ id: ObjectID, length: UInt64) throws -> ObjectSpans {
    let places = try locator.places(id)
    for place in places {
      if let spans = try spans(place), spans.length == length { return spans }
    }
    throw StoreError(
      places.isEmpty ? .notFound : .damaged,
      "object \(id.hex) of \(length) bytes is not in this period", hint: "run 'vault fsck'")
  }

  /// The blocks of the object at a place; nil where they do not follow each other.
  private func spans(_ place: ObjectLocation) throws -> ObjectSpans? {
    var found: [ObjectSpans.Block] = []
    var offset = place.block
    var start: UInt64 = 0
    while true {
      let (header, descriptor) = try blocks.head(place.file, offset)
      let ordinal = found.isEmpty ? place.ordinal : 0
      guard ordinal < descriptor.parts.count, header.flags.contains(.continues) != found.isEmpty else {
        return nil
      }
      found.append(ObjectSpans.Block(offset: offset, start: start))
      start += UInt64(descriptor.parts[ordinal])
      guard start <= Limits.objectBytes else { return nil }
      guard header.flags.contains(.unfinished) else { break }
      offset += UInt64(header.totalLength)
    }
    return ObjectSpans(file: place.file, ordinal: place.ordinal, blocks: found, length: start)
  }

  /// The bytes of `range`, which lies in the object.
  package func read(_ range: Range<UInt64>, of spans: ObjectSpans) throws -> [UInt8] {
    guard range.upperBound <= spans.length else {
      throw StoreError.damaged("an object", FormatError(.truncated, "it ends at byte \(spans.length)"))
    }
    var out: [UInt8] = []
    out.reserveCapacity(range.count)
    var index = spans.block(of: range.lowerBound)
    while out.count < range.count, index < spans.blocks.count {
      let place = spans.blocks[index]
      let block = try block(spans.file, place.offset)
      guard let part = block.range(index == 0 ? spans.ordinal : 0) else { break }
      let from = part.lowerBound + Int(range.lowerBound + UInt64(out.count) - place.start)
      let to = min(part.upperBound, from + range.count - out.count)
      guard from < to else { break }
      block.bytes.withBytes { out.append(contentsOf: $0[from..<to]) }
      index += 1
    }
    guard out.count == range.count else {
      throw StoreError.damaged("an object", FormatError(.malformed, "its blocks do not follow each other"))
    }
    return out
  }
}
