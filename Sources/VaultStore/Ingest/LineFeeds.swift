import Glibc

/// Finds LF with the C library's vectorised search.
package enum LineFeeds {
  /// The place of the first LF.
  package static func first(in bytes: UnsafeRawBufferPointer) -> Int? {
    guard let base = bytes.baseAddress, let found = memchr(base, 0x0A, bytes.count) else { return nil }
    return UnsafeRawPointer(found) - base
  }

  /// The place of the last LF; it is near the end, so a plain search does.
  package static func last(in bytes: UnsafeRawBufferPointer) -> Int? {
    bytes.lastIndex(of: 0x0A)
  }

  /// The number of LFs.
  package static func count(in bytes: UnsafeRawBufferPointer) -> Int {
    var count = 0
    var start = 0
    while start < bytes.count, let next = first(in: UnsafeRawBufferPointer(rebasing: bytes[start...])) {
      count += 1
      start += next + 1
    }
    return count
  }
}
