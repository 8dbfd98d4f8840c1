import VaultCore

/// How a path is spelt, beside its folded key: a number, 0 where the key is the path, 1 where the path's length and bytes
/// follow, and else one more than the number of ASCII capitals in it, for each of which follows how many bytes stand
/// between it and the one before.
enum PathSpelling {
  static func append(_ path: [UInt8], key: [UInt8], to out: inout [UInt8]) {
    guard path != key else { return out.append(0) }
    guard let capitals = capitals(of: path, key: key), capitals.count < path.count else {
      out.appendVarint(1)
      out.appendVarint(UInt64(path.count))
      return out.append(contentsOf: path)
    }
    out.appendVarint(UInt64(capitals.count + 1))
    var next = 0
    for place in capitals {
      out.appendVarint(UInt64(place - next))
      next = place + 1
    }
  }

  /// The places of the path's capitals; nil where these are not all that tells it from its key.
  private static func capitals(of path: [UInt8], key: [UInt8]) -> [Int]? {
    guard path.count == key.count else { return nil }
    var places: [Int] = []
    for place in path.indices where path[place] != key[place] {
      guard isCapital(path[place]), path[place] | 0x20 == key[place] else { return nil }
      places.append(place)
    }
    return places
  }

  private static func isCapital(_ byte: UInt8) -> Bool { byte >= 0x41 && byte <= 0x5A }

  /// The path that is spelt so.
  static func path(_ reader: inout ByteReader, key: [UInt8]) throws(FormatError) -> [UInt8] {
    let kind = try reader.varint(max: key.count + 1, "a path's spelling")
    if kind == 1 { return Array(try reader.take(try reader.varint(max: longest, "a path"))) }
    var path = key
    var next = 0
    for _ in 0..<max(0, kind - 1) {
      let place = next + (try reader.varint(max: key.count, "a capital's place"))
      guard place < path.count else { throw FormatError(.malformed, "a capital stands behind its path") }
      path[place] ^= 0x20
      next = place + 1
    }
    return path
  }

  /// Passes over a path's spelling.
  static func skip(_ reader: inout ByteReader) throws(FormatError) {
    let kind = try reader.varint(max: longest, "a path's spelling")
    if kind == 1 {
      _ = try reader.take(try reader.varint(max: longest, "a path"))
    } else {
      for _ in 0..<max(0, kind - 1) { _ = try reader.varint() }
    }
  }

  private static let longest = 1 << 16
}
