/// UTF-8 as the Unicode Standard's table 3-7 has it: no overlong forms, no surrogates, nothing above U+10FFFF.
enum UTF8Check {
  /// The length of the sequence of two to four bytes at a place; nil where there is none.
  static func length(at place: UnsafeRawPointer, _ end: UnsafeRawPointer) -> Int? {
    let first = place.load(as: UInt8.self)
    let length: Int
    var low: UInt8 = 0x80
    var high: UInt8 = 0xBF
    switch first {
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, low) = (3, 0xA0)
    case 0xED: (length, high) = (3, 0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, low) = (4, 0x90)
    case 0xF4: (length, high) = (4, 0x8F)
    case 0xF1...0xF3: length = 4
    default: return nil
    }
    guard end - place >= length else { return nil }
    let second = place.load(fromByteOffset: 1, as: UInt8.self)
    guard second >= low, second <= high else { return nil }
    for offset in 2..<max(2, length) where place.load(fromByteOffset: offset, as: UInt8.self) & 0xC0 != 0x80 {
      return nil
    }
    return length
  }

  static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard var at = bytes.baseAddress else { return true }
    let end = at + bytes.count
    while at < end {
      if at.load(as: UInt8.self) < 0x80 {
        at += 1
      } else {
        guard let length = length(at: at, end) else { return false }
        at += length
      }
    }
    return true
  }
}
