/// Passes over the byte-order mark of UTF-8 that a file may begin with.
struct ByteOrderMark {
  private static let bytes: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// Whether the file's first bytes are still to be taken.
  private(set) var isOpen = true
  private var held: [UInt8] = []

  /// Takes one of the file's first bytes. Gives what is to be read of them once that is known, which is nothing of a
  /// byte-order mark; nil before.
  mutating func take(_ byte: UInt8) -> [UInt8]? {
    held.append(byte)
    if held == Self.bytes {
      isOpen = false
      return []
    }
    return Self.bytes.starts(with: held) ? nil : finish()
  }

  /// What is held of a file that ends, or that begins otherwise.
  mutating func finish() -> [UInt8] {
    isOpen = false
    return held
  }
}
