/// What the strings of a JSON text mean.
public enum JSONText {
  /// The UTF-16 unit of an escape `\uXXXX` that begins at a place; nil where there is none.
  static func unit(at place: UnsafeRawPointer, _ end: UnsafeRawPointer) -> UInt16? {
    guard end - place >= 6, place.load(as: UInt8.self) == UInt8(ascii: "\\"),
      place.load(fromByteOffset: 1, as: UInt8.self) == UInt8(ascii: "u")
    else { return nil }
    var unit: UInt16 = 0
    for offset in 2..<6 {
      let byte = place.load(fromByteOffset: offset, as: UInt8.self)
      let digit: UInt8
      switch byte {
      case 0x30...0x39: digit = byte - 0x30
      case 0x41...0x46: digit = byte - 0x41 + 10
      case 0x61...0x66: digit = byte - 0x61 + 10
      default: return nil
      }
      unit = unit << 4 | UInt16(digit)
    }
    return unit
  }

  /// The bytes that a valid string stands for, given without its quotes. Half a surrogate pair becomes the three bytes
  /// that UTF-8 would have for it, so that it stays apart from every text.
  public static func decoded(_ raw: UnsafeRawBufferPointer) -> [UInt8] {
    guard let base = raw.baseAddress else { return [] }
    var out: [UInt8] = []
    out.reserveCapacity(raw.count)
    var at = base
    let end = base + raw.count
    while at < end {
      let byte = at.load(as: UInt8.self)
      guard byte == UInt8(ascii: "\\"), end - at >= 2 else {
        out.append(byte)
        at += 1
        continue
      }
      let next = at.load(fromByteOffset: 1, as: UInt8.self)
      guard next == UInt8(ascii: "u"), let unit = unit(at: at, end) else {
        out.append(plain(next))
        at += 2
        continue
      }
      at += 6
      var scalar = UInt32(unit)
      if unit & 0xFC00 == 0xD800, let low = self.unit(at: at, end), low & 0xFC00 == 0xDC00 {
        scalar = 0x10000 + (UInt32(unit & 0x3FF) << 10 | UInt32(low & 0x3FF))
        at += 6
      }
      append(scalar, to: &out)
    }
    return out
  }

  private static func plain(_ escaped: UInt8) -> UInt8 {
    switch escaped {
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    default: escaped
    }
  }

  private static func append(_ scalar: UInt32, to out: inout [UInt8]) {
    func tail(_ shift: UInt32) -> UInt8 { UInt8(0x80 | scalar >> shift & 0x3F) }
    switch scalar {
    case ..<0x80: out.append(UInt8(scalar))
    case ..<0x800: out += [UInt8(0xC0 | scalar >> 6), tail(0)]
    case ..<0x10000: out += [UInt8(0xE0 | scalar >> 12), tail(6), tail(0)]
    default: out += [UInt8(0xF0 | scalar >> 18), tail(12), tail(6), tail(0)]
    }
  }
}
