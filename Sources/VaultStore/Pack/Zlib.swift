import CZlib
import VaultCore

/// zlib's CRC-32 and zlib streams (RFC 1950).
enum Zlib {
  /// The CRC-32 (zlib's, polynomial 0xEDB88320) of several runs of bytes one after the other.
  static func crc32(_ runs: UnsafeRawBufferPointer...) -> UInt32 {
    var crc = CZlib.crc32(0, nil, 0)
    for run in runs where run.count > 0 {
      crc = crc32_z(crc, run.baseAddress?.assumingMemoryBound(to: UInt8.self), run.count)
    }
    return UInt32(truncatingIfNeeded: crc)
  }

  /// Decodes one zlib stream into exactly `out`, with nothing after it.
  static func decompress(
    _ stored: UnsafeRawBufferPointer, into out: UnsafeMutableRawBufferPointer
  ) throws(FormatError) {
    var length = uLong(out.count)
    var used = uLong(stored.count)
    let result = uncompress2(
      out.baseAddress?.assumingMemoryBound(to: UInt8.self), &length,
      stored.baseAddress?.assumingMemoryBound(to: UInt8.self), &used)
    guard result == Z_OK, length == uLong(out.count), used == uLong(stored.count) else {
      throw FormatError(.malformed, "a zlib block does not decode to \(out.count) bytes")
    }
  }

  /// One zlib stream of `raw`, or nil where it would not be shorter.
  static func compress(_ raw: UnsafeRawBufferPointer, level: Int32) -> [UInt8]? {
    var length = compressBound(uLong(raw.count))
    let out = [UInt8](unsafeUninitializedCapacity: Int(length)) { buffer, count in
      let result = compress2(
        buffer.baseAddress, &length, raw.baseAddress?.assumingMemoryBound(to: UInt8.self), uLong(raw.count),
        level)
      count = result == Z_OK ? Int(length) : 0
    }
    return !out.isEmpty && out.count < raw.count ? out : nil
  }
}
