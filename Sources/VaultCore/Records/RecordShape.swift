/// What stands between the values of a sound record: names, punctuation and white space.
///
/// JSON is read in one way only, so a record with the same bytes between its values is an object of the same members, as
/// long as each value is a string, a number or one of `true`, `false`, `null`: its names need no second look.
struct RecordShape: ~Copyable {
  /// The bytes before one value.
  struct Step {
    let count: Int
    /// The pointers that name the value.
    let here: UInt8
  }

  /// Records with more between their values, or with more values, are not remembered.
  private static let maxBytes = 16 << 10
  private static let maxSteps = 1024

  /// Nil until the first shape.
  private var room: (bytes: UnsafeMutableRawPointer, steps: UnsafeMutablePointer<Step>)?
  private var byteCount = 0
  private(set) var count = 0
  /// The bytes behind the last value.
  private(set) var tailCount = 0
  /// Whether there is a whole shape.
  private(set) var isKnown = false

  deinit {
    room?.bytes.deallocate()
    room?.steps.deallocate()
  }

  /// The bytes of all steps, one after the other, and then the tail; only where ``isKnown``.
  @inline(__always) var bytes: UnsafeRawPointer? { (room?.bytes).map { UnsafeRawPointer($0) } }

  @inline(__always) func step(_ number: Int) -> Step? { room?.steps[number] }

  /// Forgets the shape and begins another.
  mutating func begin() {
    (byteCount, count, tailCount, isKnown) = (0, 0, 0, false)
    if room == nil {
      room = (.allocate(byteCount: Self.maxBytes, alignment: 8), .allocate(capacity: Self.maxSteps))
    }
  }

  /// Adds the bytes before a value; false where there is no room.
  mutating func append(_ before: UnsafeRawBufferPointer, here: UInt8) -> Bool {
    guard let room, count < Self.maxSteps, keep(before) else { return false }
    (room.steps + count).initialize(to: Step(count: before.count, here: here))
    count += 1
    return true
  }

  /// Ends the shape with the bytes behind the last value.
  mutating func end(_ tail: UnsafeRawBufferPointer) {
    isKnown = keep(tail)
    tailCount = tail.count
  }

  private mutating func keep(_ part: UnsafeRawBufferPointer) -> Bool {
    guard let room, part.count <= Self.maxBytes - byteCount else { return false }
    UnsafeMutableRawBufferPointer(start: room.bytes + byteCount, count: part.count).copyMemory(from: part)
    byteCount += part.count
    return true
  }

  /// Whether `count` bytes at two places are the same, compared in words that overlap and do not go beyond.
  @inline(__always)
  static func areEqual(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ count: Int) -> Bool {
    if count >= 8 {
      var at = 0
      while at < count - 8 {
        guard word(a + at) == word(b + at) else { return false }
        at += 8
      }
      return word(a + (count - 8)) == word(b + (count - 8))
    }
    for at in 0..<count
    where a.load(fromByteOffset: at, as: UInt8.self) != b.load(fromByteOffset: at, as: UInt8.self) {
      return false
    }
    return true
  }

  @inline(__always) private static func word(_ place: UnsafeRawPointer) -> UInt64 {
    place.loadUnaligned(as: UInt64.self)
  }
}
