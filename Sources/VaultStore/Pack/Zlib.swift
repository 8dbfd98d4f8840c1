import CDeflate
import VaultCore

/// zlib's CRC-32 and zlib streams (RFC 1950), as libdeflate makes and reads them.
enum Zlib {
  /// The CRC-32 (zlib's, polynomial 0xEDB88320) of several runs of bytes one after the other.
  static func crc32(_ runs: UnsafeRawBufferPointer...) -> UInt32 {
    var crc: UInt32 = 0
    for run in runs where run.count > 0 { crc = libdeflate_crc32(crc, run.baseAddress, run.count) }
    return crc
  }

  /// The CRC-32 of bytes behind others of which it is `crc`.
  static func crc32(_ bytes: UnsafeRawBufferPointer, after crc: UInt32) -> UInt32 {
    bytes.count > 0 ? libdeflate_crc32(crc, bytes.baseAddress, bytes.count) : crc
  }

  /// Decodes one zlib stream into exactly `out`, with nothing after it.
  static func decompress(
    _ stored: UnsafeRawBufferPointer, into out: UnsafeMutableRawBufferPointer
  ) throws(FormatError) {
    guard let decompressor = libdeflate_alloc_decompressor() else { preconditionFailure("out of memory") }
    defer { libdeflate_free_decompressor(decompressor) }
    var used = 0
    var made = 0
    let result = libdeflate_zlib_decompress_ex(
      decompressor, stored.baseAddress, stored.count, out.baseAddress, out.count, &used, &made)
    guard result == LIBDEFLATE_SUCCESS, made == out.count, used == stored.count else {
      throw FormatError(.malformed, "a zlib block does not decode to \(out.count) bytes")
    }
  }

  /// One zlib stream of `raw`, or nil where it would not be shorter.
  static func compress(_ raw: UnsafeRawBufferPointer, level: Int32) -> [UInt8]? {
    guard raw.count > 0, let compressor = libdeflate_alloc_compressor(level) else { return nil }
    defer { libdeflate_free_compressor(compressor) }
    // What does not fit into fewer bytes than it has is not compressed: 0 bytes then.
    let out = [UInt8](unsafeUninitializedCapacity: raw.count - 1) { buffer, count in
      count = libdeflate_zlib_compress(
        compressor, raw.baseAddress, raw.count, buffer.baseAddress, raw.count - 1)
    }
    return out.isEmpty ? nil : out
  }
}
