extension RecordScanner {
  /// What pays for remembering shapes: they are made no oftener than this allows, so that records of many shapes cost
  /// little more than they would without.
  struct ShapeCredit {
    private static let price = 16
    private static let most = 32
    // A scanner of a single record remembers nothing.
    private var credit = price - 2

    mutating func add(_ more: Int) { credit = min(credit + more, Self.most) }

    mutating func pay() -> Bool {
      guard credit >= Self.price else { return false }
      credit -= Self.price
      return true
    }
  }

  /// Reads a record that has the remembered shape. False where it has not or a value is none, and then nothing is said of it.
  mutating func scanAsBefore(_ start: UnsafeRawPointer) -> Bool {
    guard shape.isKnown, var before = shape.bytes else { return false }
    var p = start
    for number in 0..<shape.count {
      guard let step = shape.step(number), end - p > step.count, RecordShape.areEqual(p, before, step.count)
      else { return false }
      before += step.count
      p += step.count
      let value = p
      if p.load(as: UInt8.self) == UInt8(ascii: "\"") { p = Self.plainEnd(p + 1, end) }
      if p > value, p < end, p.load(as: UInt8.self) == UInt8(ascii: "\"") {
        p += 1
      } else {
        at = value
        guard scalar() else { return false }
        p = at
      }
      if step.here != 0 { note(step.here, UnsafeRawBufferPointer(start: value, count: p - value)) }
    }
    return end - p == shape.tailCount && RecordShape.areEqual(p, before, shape.tailCount)
  }

  /// A value that is no array and no object.
  private mutating func scalar() -> Bool {
    switch byte {
    case UInt8(ascii: "\""): string()
    case UInt8(ascii: "t"): literal("true")
    case UInt8(ascii: "f"): literal("false")
    case UInt8(ascii: "n"): literal("null")
    default: number()
    }
  }

  /// Remembers the shape of the record that was scanned last, which was sound.
  mutating func remember(_ record: UnsafeRawBufferPointer) {
    guard var from = record.baseAddress else { return }
    shape.begin()
    at = from
    var named = 0
    while at < end {
      let start = at
      guard let isValue = token() else { return }
      if !isValue { continue }
      let here = pointers(to: start)
      named += here.nonzeroBitCount
      guard shape.append(UnsafeRawBufferPointer(start: from, count: start - from), here: here) else { return }
      from = at
    }
    // Arrays and objects that are named would have to be found by other means.
    guard named == foundCount else { return }
    shape.end(UnsafeRawBufferPointer(start: from, count: end - from))
  }

  /// Passes over a value that is no array and no object, a name or a byte between them; whether it was a value. Nil where
  /// it is none of these.
  private mutating func token() -> Bool? {
    switch byte {
    case UInt8(ascii: "\""):
      guard string() else { return nil }
      let behind = at
      skipSpace()
      let isName = byte == UInt8(ascii: ":")
      at = behind
      return !isName
    case UInt8(ascii: "-"), 0x30...0x39, UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"):
      return scalar() ? true : nil
    default:
      at += 1
      return false
    }
  }
}
