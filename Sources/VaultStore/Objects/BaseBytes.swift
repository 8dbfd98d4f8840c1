/// What a delta refers back to.
enum BaseBytes {
  /// Part of a decoded block.
  case block(BlockBytes, Range<Int>)
  /// Put together in a buffer of the reader, good until it is asked for other bases.
  case buffer(UnsafeRawBufferPointer)

  func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    switch self {
    case .block(let block, let range):
      try block.withBytes { bytes throws(E) in try body(UnsafeRawBufferPointer(rebasing: bytes[range])) }
    case .buffer(let bytes): try body(bytes)
    }
  }
}
