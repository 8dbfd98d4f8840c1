import VaultStore

/// Cuts bytes into records.
enum RecordLines {
  /// Gives each record, without its LF, to `body`; bytes behind the last LF are one too.
  static func forEach(
    in bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) rethrows {
    var start = 0
    while start < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
      let length = LineFeeds.first(in: rest) ?? rest.count
      try body(UnsafeRawBufferPointer(rebasing: rest[..<length]))
      start += length + 1
    }
  }
}
